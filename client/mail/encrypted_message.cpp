#include "client/mail/encrypted_message.h"

#include "client/mail/canonical.h"
#include "client/mail/error.h"
#include "client/mail/line_ends.h"
#include "client/mail/message_kind.h"
#include "client/mail/outer_header.h"
#include "client/mail/signed_message.h"
#include "client/mail/smime_part.h"
#include "cms/content_types.h"
#include "cms/nested_content.h"

#include <algorithm>
#include <array>
#include <utility>

namespace signet::client::mail {

std::string make_encrypted(std::string_view header, cms::BytesView enveloped, bool authenticated) {
    return std::string(header) +
           smime_part(authenticated ? "authEnveloped-data" : "enveloped-data", enveloped);
}

cms::Bytes take_apart_encrypted(const Entity& message) {
    if (auto content = smime_content(message, {"enveloped-data", "authEnveloped-data"})) {
        return *std::move(content);
    }
    throw Error(ErrorCode::malformed,
                "the message is not encrypted: it is no application/pkcs7-mime with enveloped-data",
                how_to_read(message));
}

std::optional<std::string> nested_entity(const std::string& content_type, cms::BytesView content) {
    // RFC 8551 section 3.2.2.
    constexpr std::array<std::pair<std::string_view, std::string_view>, 4> smime_types = {{
        {cms::id_signed_data, "signed-data"},
        {cms::id_enveloped_data, "enveloped-data"},
        {cms::id_ct_auth_enveloped_data, "authEnveloped-data"},
        {cms::id_ct_compressed_data, "compressed-data"},
    }};
    for (const auto& [type, smime_type] : smime_types) {
        if (type == content_type && cms::begins_as_sequence(content)) {
            return smime_part(smime_type, cms::as_content_info(content_type, content));
        }
    }
    return std::nullopt;
}

std::string decrypted_message(const Entity& message, std::string_view content) {
    std::vector<std::string_view> inside;
    bool has_header = false;
    try {
        for (const auto& field : parse_entity(content).fields) {
            inside.push_back(field.name);
        }
        has_header = !inside.empty() || content.starts_with('\n') || content.starts_with("\r\n");
    } catch (const Error&) {
        inside.clear();
    }
    const auto header = outer_header(message, inside) + (has_header ? "" : "\r\n");
    const bool lf = line_ends_of(content) == LineEnds::lf && content.find('\n') != std::string_view::npos;
    return (lf ? to_lf(header) : header) + std::string(content);
}

std::string pass_on(std::string text, std::string_view like) {
    if (has_binary_part(text)) {
        return text;
    }
    if (line_ends_of(like) == LineEnds::lf) {
        return is_crlf_text(text) ? to_lf(text) : text;
    }
    const bool lf_text = text.find('\r') == std::string::npos && text.find('\0') == std::string::npos;
    return lf_text ? to_crlf(text) : text;
}

}  // namespace signet::client::mail
