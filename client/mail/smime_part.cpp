#include "client/mail/smime_part.h"

#include "client/mail/media_type.h"
#include "client/mail/transfer_encoding.h"

#include <algorithm>

namespace signet::client::mail {

namespace {

bool is_smime_part(const Entity& message, const MediaType& type) {
    if (type.is("application", "pkcs7-mime") || type.is("application", "x-pkcs7-mime")) {
        return true;
    }
    constexpr std::string_view ending = ".p7m";
    const auto name = file_name_of(message);
    return type.is("application", "octet-stream") && name.size() > ending.size() &&
           equal_without_case(std::string_view(name).substr(name.size() - ending.size()), ending);
}

cms::Bytes decoded(const Entity& message) {
    const auto body = decode(message.body, transfer_encoding_of(message));
    const auto bytes = cms::as_bytes(body);
    return {bytes.begin(), bytes.end()};
}

}  // namespace

std::string smime_part(std::string_view smime_type, cms::BytesView content_info) {
    std::string out = "Content-Type: application/pkcs7-mime; smime-type=";
    out += smime_type;
    out +=
        ";\r\n name=smime.p7m\r\n"
        "Content-Transfer-Encoding: base64\r\n"
        "Content-Disposition: attachment; filename=smime.p7m\r\n\r\n";
    out += encode_base64(cms::as_text(content_info));
    return out;
}

std::optional<cms::Bytes> smime_content(const Entity& message,
                                        const std::vector<std::string_view>& smime_types) {
    const auto type = media_type_of(message);
    if (!type || !is_smime_part(message, *type)) {
        return std::nullopt;
    }
    const auto smime_type = type->parameter("smime-type");
    if (!smime_type.empty() &&
        std::none_of(smime_types.begin(), smime_types.end(), [smime_type](std::string_view other) {
            return equal_without_case(other, smime_type);
        })) {
        return std::nullopt;
    }
    return decoded(message);
}

std::optional<cms::Bytes> smime_content(const Entity& message) {
    const auto type = media_type_of(message);
    return type && is_smime_part(message, *type) ? std::optional(decoded(message)) : std::nullopt;
}

}  // namespace signet::client::mail
