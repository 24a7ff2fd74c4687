#include "client/mail/transfer_encoding.h"

#include "client/mail/error.h"
#include "client/mail/gmime_ptr.h"
#include "client/mail/line_ends.h"

#include <algorithm>

namespace signet::client::mail {

namespace {

bool is_base64_character(char c) noexcept {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
}

bool is_white_space(char c) noexcept {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/// GMime skips what is not base64; a signature or ciphertext with anything else in it is refused instead.
void check_base64(std::string_view body) {
    std::size_t characters = 0;
    std::size_t padding = 0;
    for (const char c : body) {
        if (is_white_space(c)) {
            continue;
        }
        ++characters;
        if (c == '=') {
            ++padding;
        } else if (!is_base64_character(c) || padding > 0) {
            throw Error(ErrorCode::malformed, "it holds base64 that is not valid");
        }
    }
    if (characters % 4 != 0 || padding > 2) {
        throw Error(ErrorCode::malformed, "it holds base64 that is not valid");
    }
}

std::string run(GMimeEncoding& state, std::string_view input) {
    std::string output(g_mime_encoding_outlen(&state, input.size()) + 8, '\0');
    output.resize(g_mime_encoding_flush(&state, input.data(), input.size(), output.data()));
    return output;
}

std::string decoded(std::string_view body, GMimeContentEncoding encoding) {
    use_gmime();
    GMimeEncoding state;
    g_mime_encoding_init_decode(&state, encoding);
    return run(state, body);
}

std::string encoded(std::string_view bytes, GMimeContentEncoding encoding) {
    use_gmime();
    GMimeEncoding state;
    g_mime_encoding_init_encode(&state, encoding);
    return run(state, bytes);
}

/// Whether the character may not stand for itself at the start of `rest`, what is left of its line.
bool needs_quoting(std::string_view rest, bool at_start) noexcept {
    const char c = rest.front();
    if (c == ' ' || c == '\t') {
        return rest.size() == 1;
    }
    return c <= ' ' || c >= 127 || c == '=' || (at_start && (rest == "." || rest.starts_with("From ")));
}

/// RFC 2045 section 6.7. GMime's encoder makes lines over 76 characters of long white space.
void append_quoted_line(std::string& out, std::string_view line) {
    constexpr std::size_t max_column = 75;
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::size_t column = 0;
    for (; !line.empty(); line.remove_prefix(1)) {
        if (column + (needs_quoting(line, column == 0) ? 3 : 1) > max_column) {
            out += "=\r\n";
            column = 0;
        }
        const auto byte = static_cast<unsigned char>(line.front());
        if (needs_quoting(line, column == 0)) {
            out += {'=', digits[byte >> 4U], digits[byte & 15U]};
            column += 3;
        } else {
            out += line.front();
            ++column;
        }
    }
}

/// RFC 2045 section 1: comments may stand in structured fields; RFC 5322 section 3.2.2: they nest. One that
/// does not end stays, and makes the value unknown.
std::string without_comments(std::string_view value) {
    std::string out;
    std::size_t depth = 0;
    for (std::size_t i = 0; i < value.size(); ++i) {
        const char c = value[i];
        const bool in_comment = depth > 0 || c == '(';
        if (c == '(') {
            ++depth;
        } else if (in_comment) {
            depth -= c == ')' ? 1 : 0;
            i += c == '\\' ? 1 : 0;
        }
        const bool separates = in_comment || is_white_space(c);
        if (!separates) {
            out.push_back(c);
        } else if (!out.empty() && out.back() != ' ') {
            out.push_back(' ');
        }
    }
    if (out.ends_with(' ')) {
        out.pop_back();
    }
    return depth == 0 ? out : std::string(value);
}

}  // namespace

TransferEncoding transfer_encoding_of(const Entity& entity) {
    const auto* field = entity.only("Content-Transfer-Encoding");
    const auto value = field != nullptr ? without_comments(field->value()) : "7bit";
    using enum TransferEncoding;
    for (const auto& [name, encoding] : {std::pair{"7bit", seven_bit},
                                         {"8bit", eight_bit},
                                         {"binary", binary},
                                         {"quoted-printable", quoted_printable},
                                         {"base64", base64}}) {
        if (equal_without_case(value, name)) {
            return encoding;
        }
    }
    return unknown;
}

std::string decode(std::string_view body, TransferEncoding encoding) {
    switch (encoding) {
        case TransferEncoding::seven_bit:
        case TransferEncoding::eight_bit:
        case TransferEncoding::binary:
            return std::string(body);
        case TransferEncoding::quoted_printable:
            return decoded(body, GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
        case TransferEncoding::base64:
            check_base64(body);
            return decoded(body, GMIME_CONTENT_ENCODING_BASE64);
        case TransferEncoding::unknown:
            break;
    }
    throw Error(ErrorCode::malformed, "it has a Content-Transfer-Encoding that is not known");
}

std::string encode_base64(std::string_view bytes) {
    auto text = encoded(bytes, GMIME_CONTENT_ENCODING_BASE64);
    if (!text.empty() && !text.ends_with('\n')) {
        text.push_back('\n');
    }
    return to_crlf(text);
}

std::string encode_quoted_printable(std::string_view text) {
    std::string out;
    out.reserve(text.size() + text.size() / 8);
    while (!text.empty()) {
        const auto raw = first_line(text);
        const auto line = without_line_end(raw);
        text.remove_prefix(raw.size());
        append_quoted_line(out, line);
        out += raw.size() != line.size() ? "\r\n" : "";
    }
    return out;
}

}  // namespace signet::client::mail
