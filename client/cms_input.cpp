#include "client/cms_input.h"

#include <openssl/evp.h>

#include <array>
#include <optional>
#include <string_view>

#include "client/error.h"

namespace signet::client {

namespace {

constexpr std::array<std::string_view, 2> labels{"PKCS7", "CMS"};

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/// What stands between the first header and its footer, of one of our labels; none if it does not start so.
/// Without the footer, the view's data is null.
std::optional<std::string_view> armoured(std::string_view text) {
    while (!text.empty() && is_blank(text.front()))
        text.remove_prefix(1);
    for (const std::string_view label : labels) {
        const std::string header = "-----BEGIN " + std::string(label) + "-----";
        const std::string footer = "-----END " + std::string(label) + "-----";
        if (!text.starts_with(header))
            continue;
        const std::size_t end = text.find(footer);
        if (end == std::string_view::npos)
            return std::string_view();
        return text.substr(header.size(), end - header.size());
    }
    return std::nullopt;
}

std::optional<cms::Bytes> decode_base64(std::string_view text) {
    std::string digits;
    digits.reserve(text.size());
    for (const char c : text)
        if (!is_blank(c))
            digits += c;
    const std::size_t padding = digits.ends_with("==") ? 2 : digits.ends_with("=") ? 1 : 0;
    const std::string_view body = std::string_view(digits).substr(0, digits.size() - padding);
    // EVP_DecodeBlock takes an equals sign for a digit wherever it stands.
    if (digits.empty() || digits.size() % 4 != 0 || body.find('=') != std::string_view::npos)
        return std::nullopt;
    cms::Bytes bytes(digits.size() / 4 * 3);
    const int size = EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(digits.data()),
                                     static_cast<int>(digits.size()));
    if (size < 0)
        return std::nullopt;
    bytes.resize(static_cast<std::size_t>(size) - padding);
    return bytes;
}

}  // namespace

cms::Bytes decode_cms_input(cms::Bytes file, const std::string& name) {
    const std::optional<std::string_view> body = armoured(cms::as_text(file));
    if (!body)
        return file;
    std::optional<cms::Bytes> decoded;
    if (body->data() != nullptr)
        decoded = decode_base64(*body);
    if (!decoded)
        throw Error(ExitStatus::malformed, "cannot read " + name, "its PEM armour is broken");
    return *std::move(decoded);
}

}  // namespace signet::client
