#include "client/mail/message_kind.h"

#include "client/mail/signed_message.h"
#include "client/mail/smime_part.h"

namespace signet::client::mail {

std::string how_to_read(const Entity& message) {
    if (is_clear_signed(message) || smime_content(message, {"signed-data"})) {
        return "it is signed: read it with signet mail verify";
    }
    if (smime_content(message, {"enveloped-data", "authEnveloped-data"})) {
        return "it is encrypted: open it with signet mail decrypt";
    }
    if (smime_content(message, {"compressed-data"})) {
        return "it is compressed: open it with signet mail decompress";
    }
    if (smime_content(message, {"signed-receipt"})) {
        return "it is a signed receipt: see for what with signet mail receipt --verify";
    }
    return "read it as it is";
}

}  // namespace signet::client::mail
