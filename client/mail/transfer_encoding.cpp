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

}  // namespace

TransferEncoding transfer_encoding_of(const Entity& entity) {
    const auto* field = entity.only("Content-Transfer-Encoding");
    const auto value = field != nullptr ? field->value() : "7bit";
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
    const auto lines = encoded(to_lf(text), GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
    std::string result;
    result.reserve(lines.size() + lines.size() / 32);
    for (std::string_view rest = lines; !rest.empty();) {
        const auto raw = first_line(rest);
        rest.remove_prefix(raw.size());
        const auto line = without_line_end(raw);
        if (line.starts_with("From ")) {
            result.append("=46").append(line.substr(1));
        } else if (line == ".") {
            result.append("=2E");
        } else {
            result.append(line);
        }
        result.append(raw.size() != line.size() ? "\r\n" : "");
    }
    return result;
}

}  // namespace signet::client::mail
