#include "client/content_opener.h"

#include <utility>

#include "cms/enveloped_data.h"

namespace signet::client {

OpenedContent open_content(AgentConnection& agent, cms::BytesView message, const std::string& identity) {
    try {
        const cms::EnvelopedMessage parsed = cms::parse_enveloped(message);
        UnwrappedKey unwrapped =
            agent.unwrap(parsed.recipient_infos, parsed.content_encryption_algorithm, identity);
        return {cms::decrypt_content(parsed, unwrapped.key), parsed.content_type, parsed.authenticated,
                std::move(unwrapped.identity)};
    } catch (const cms::Error& error) {
        throw from_cms(error, cannot_decrypt);
    }
}

}  // namespace signet::client
