#include "client/mail/compressed_message.h"

#include "client/mail/encrypted_message.h"
#include "client/mail/error.h"
#include "client/mail/smime_part.h"
#include "cms/content_types.h"
#include "cms/nested_content.h"

#include <algorithm>

namespace signet::client::mail {

std::string make_compressed(std::string_view header, std::string_view entity) {
    cms::Bytes message;
    cms::ContentCompression compression(cms::appending_to(message));
    compression.update(cms::as_bytes(entity));
    compression.finish();
    return std::string(header) + smime_part("compressed-data", message);
}

std::optional<cms::Bytes> take_apart_compressed(const Entity& message) {
    auto content = smime_content(message, {"compressed-data"});
    if (content && cms::content_type_of(*content) != cms::id_ct_compressed_data) {
        content.reset();
    }
    return content;
}

std::string expanded_entity(const cms::Bytes& compressed, const cms::ExpansionLimit& limit) {
    cms::Bytes content;
    const auto type = cms::decompress(cms::memory_source(compressed), cms::appending_to(content), limit);
    auto nested = nested_entity(type, content);
    return nested ? *std::move(nested) : std::string(cms::as_text(content));
}

std::string Expansions::expand(const cms::Bytes& compressed) {
    if (++m_count > cms::max_layers) {
        throw Error(ErrorCode::malformed,
                    "it is compressed more than " + std::to_string(cms::max_layers) + " times");
    }
    if (m_count == 1) {
        m_limit.size = std::min(m_limit.size, std::max(m_limit.free_size, m_limit.ratio * compressed.size()));
    }
    return expanded_entity(compressed, m_limit);
}

}  // namespace signet::client::mail
