#include "cms/email_address.h"

#include <algorithm>

namespace signet::cms {
namespace {

/// RFC 5321 section 4.5.3.1.1, RFC 1035 section 2.3.4.
constexpr std::size_t max_local_part = 64;
constexpr std::size_t max_domain_label = 63;

bool is_alphanumeric(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// atext, UTF8-non-ascii among it.
bool is_atom_character(char c) noexcept {
    constexpr std::string_view others = "!#$%&'*+-/=?^_`{|}~";
    return is_alphanumeric(c) || others.find(c) != std::string_view::npos ||
           static_cast<unsigned char>(c) >= 0x80;
}

bool is_atom(std::string_view text) noexcept {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_atom_character);
}

bool is_domain_label(std::string_view text) noexcept {
    const auto fits = [](char c) { return is_alphanumeric(c) || c == '-'; };
    return !text.empty() && text.size() <= max_domain_label && text.front() != '-' && text.back() != '-' &&
           std::all_of(text.begin(), text.end(), fits);
}

/// Whether `text` is pieces with dots between, each of which `fits`.
template <typename Fits>
bool is_dotted(std::string_view text, const Fits& fits) noexcept {
    for (std::size_t dot = text.find('.'); dot != std::string_view::npos; dot = text.find('.')) {
        if (!fits(text.substr(0, dot)))
            return false;
        text.remove_prefix(dot + 1);
    }
    return fits(text);
}

}  // namespace

bool is_email_address(std::string_view text) noexcept {
    const std::size_t at = text.rfind('@');
    if (at == std::string_view::npos || text.size() > max_email_address)
        return false;
    const std::string_view local = text.substr(0, at);
    return local.size() <= max_local_part && is_dotted(local, is_atom) &&
           is_dotted(text.substr(at + 1), is_domain_label);
}

bool is_ascii(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace signet::cms
