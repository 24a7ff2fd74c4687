#include "client/cms_input.h"

#include <openssl/evp.h>

#include <array>
#include <optional>
#include <string_view>

#include "client/error.h"

namespace signet::client {

namespace {

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct Armour {
    std::string_view header;
    std::string_view footer;
};

constexpr std::array<Armour, 2> armours{
    {{"-----BEGIN PKCS7-----", "-----END PKCS7-----"}, {"-----BEGIN CMS-----", "-----END CMS-----"}}};

/// The one that `text` starts with, null without. Takes the white space before it off `text`.
const Armour* armour_of(std::string_view& text) noexcept {
    while (!text.empty() && is_blank(text.front()))
        text.remove_prefix(1);
    for (const Armour& armour : armours)
        if (text.starts_with(armour.header))
            return &armour;
    return nullptr;
}

/// What stands between the first header and its footer, of one of our labels; none if it does not start so.
/// Without the footer, the view's data is null.
std::optional<std::string_view> armoured(std::string_view text) {
    const Armour* armour = armour_of(text);
    if (armour == nullptr)
        return std::nullopt;
    const std::size_t end = text.find(armour->footer);
    if (end == std::string_view::npos)
        return std::string_view();
    return text.substr(armour->header.size(), end - armour->header.size());
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
        throw Error(ExitStatus::malformed, "cannot read " + name, "its PEM armour is broken",
                    "ask the sender to send it again");
    return *std::move(decoded);
}

bool starts_with_cms_armour(cms::BytesView file) noexcept {
    std::string_view text = cms::as_text(file);
    return armour_of(text) != nullptr;
}

}  // namespace signet::client
