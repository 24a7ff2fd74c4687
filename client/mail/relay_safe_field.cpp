#include "client/mail/relay_safe_field.h"

#include "client/mail/gmime_ptr.h"
#include "client/mail/line_ends.h"

#include <algorithm>
#include <memory>
#include <optional>

namespace signet::client::mail {

namespace {

bool is_eight_bit(char c) noexcept {
    return (static_cast<unsigned char>(c) & 0x80U) != 0;
}

bool has_eight_bit(std::string_view text) noexcept {
    return std::any_of(text.begin(), text.end(), is_eight_bit);
}

bool is_blank(char c) noexcept {
    return c == ' ' || c == '\t';
}

bool is_alphanumeric(char c) noexcept {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

std::string without_blanks_at_line_ends(std::string_view raw) {
    std::string out;
    out.reserve(raw.size());
    while (!raw.empty()) {
        const auto line = first_line(raw);
        raw.remove_prefix(line.size());
        auto text = without_line_end(line);
        while (!text.empty() && is_blank(text.back())) {
            text.remove_suffix(1);
        }
        out.append(text).append("\r\n");
    }
    return out;
}

/// None where there are encoded words already: the blank between one of them and ours would be no part of the
/// text any more (RFC 2047 section 6.2).
std::optional<std::string> description_in_encoded_words(const Field& field) {
    const auto value = field.value();
    if (value.find("=?") != std::string::npos) {
        return std::nullopt;
    }
    use_gmime();
    const std::unique_ptr<char, decltype(&g_free)> text(
        g_mime_utils_header_encode_text(nullptr, value.c_str(), "utf-8"), g_free);
    if (text == nullptr || has_eight_bit(text.get())) {
        return std::nullopt;
    }
    auto out = std::string(field.name) + ": " + text.get();
    // RFC 2047 section 2: 76 characters a line. White space between encoded words is no part of the text.
    for (auto gap = out.find("?= =?"); gap != std::string::npos; gap = out.find("?= =?", gap)) {
        out.replace(gap, 3, "?=\r\n ");
    }
    return out + "\r\n";
}

/// The characters that a quoted string stands for, and its length with the quotes; none if it does not end.
std::optional<std::pair<std::string, std::size_t>> quoted_string_at(std::string_view text) {
    std::string content;
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == '"') {
            return std::pair{content, i + 1};
        }
        if (text[i] == '\\' && ++i == text.size()) {
            return std::nullopt;
        }
        if (text[i] != '\r' && text[i] != '\n') {
            content.push_back(text[i]);
        }
    }
    return std::nullopt;
}

/// RFC 2231 section 4: extended-initial-value.
std::string extended_value(std::string_view value) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out = "utf-8''";
    for (const char c : value) {
        if (is_alphanumeric(c) || c == '.' || c == '-' || c == '_') {
            out.push_back(c);
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += {'%', digits[byte >> 4U], digits[byte & 15U]};
    }
    return out;
}

/// None where a reader's guess would be as good as ours: 8-bit characters outside a quoted string, comments,
/// or a parameter that is there in extended form already.
std::optional<std::string> with_extended_parameters(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        if (text.front() != '"') {
            if (is_eight_bit(text.front()) || text.front() == '(' || text.front() == '*') {
                return std::nullopt;
            }
            out.push_back(text.front());
            text.remove_prefix(1);
            continue;
        }
        const auto quoted = quoted_string_at(text);
        if (!quoted) {
            return std::nullopt;
        }
        const auto& [content, size] = *quoted;
        if (!has_eight_bit(content)) {
            out += text.substr(0, size);
        } else if (out.size() > 1 && out.back() == '=' && is_alphanumeric(out[out.size() - 2])) {
            out.insert(out.size() - 1, "*");
            out += extended_value(content);
        } else {
            return std::nullopt;
        }
        text.remove_prefix(size);
    }
    return out;
}

std::optional<std::string> encoded_field(const Field& field, std::string_view text) {
    if (text.size() > max_parsed_field_size ||
        g_utf8_validate(text.data(), static_cast<gssize>(text.size()), nullptr) == 0) {
        return std::nullopt;
    }
    if (field.is("Content-Description")) {
        return description_in_encoded_words(field);
    }
    if (field.is("Content-Type") || field.is("Content-Disposition")) {
        return with_extended_parameters(text);
    }
    return std::nullopt;
}

}  // namespace

bool is_relay_safe_field(std::string_view raw) noexcept {
    for (; !raw.empty(); raw.remove_prefix(first_line(raw).size())) {
        const auto line = without_line_end(first_line(raw));
        if (has_eight_bit(line) || line.ends_with(' ') || line.ends_with('\t')) {
            return false;
        }
    }
    return true;
}

std::string relay_safe_field(const Field& field) {
    const auto text = without_blanks_at_line_ends(field.raw);
    return has_eight_bit(text) ? encoded_field(field, text).value_or(text) : text;
}

}  // namespace signet::client::mail
