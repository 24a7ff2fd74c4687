#include "client/mail/canonical.h"

#include "client/mail/error.h"
#include "client/mail/line_ends.h"
#include "client/mail/media_type.h"
#include "client/mail/multipart.h"
#include "client/mail/relay_safe_field.h"
#include "client/mail/transfer_encoding.h"

#include <glib.h>

#include <algorithm>
#include <optional>

namespace signet::client::mail {

namespace {

bool is_eight_bit(char c) noexcept {
    return (static_cast<unsigned char>(c) & 0x80U) != 0;
}

bool is_text(const std::optional<MediaType>& type) noexcept {
    return !type || type->is("text", "*") || type->is("message", "*");
}

/// Quoted-printable triples an 8-bit character, base64 lengthens everything by a third.
bool suits_quoted_printable(std::string_view text) noexcept {
    const auto eight_bit = static_cast<std::size_t>(std::count_if(text.begin(), text.end(), is_eight_bit));
    return is_crlf_text(text) && eight_bit <= text.size() / 4;
}

/// A message without a Content-Type is text/plain; said aloud, it survives being moved into a multipart.
std::string default_content_type(std::string_view body) {
    if (std::none_of(body.begin(), body.end(), is_eight_bit)) {
        return "Content-Type: text/plain; charset=us-ascii\r\n";
    }
    const bool utf8 = g_utf8_validate(body.data(), static_cast<gssize>(body.size()), nullptr) != 0;
    return std::string("Content-Type: text/plain; charset=") + (utf8 ? "utf-8" : "unknown-8bit") + "\r\n";
}

class Canonicaliser {
  public:
    void append(const Entity& entity, int depth, bool within_digest);
    CanonicalEntity take() { return {std::move(m_out), std::move(m_warnings)}; }

  private:
    void append_leaf(const Entity& entity, const std::optional<MediaType>& type);
    void append_encoded(const Entity& entity, const std::optional<MediaType>& type,
                        TransferEncoding encoding);
    void append_multipart(const Entity& entity, const MediaType& type, int depth);
    void append_signed(const Entity& entity, const MediaType& type);
    void append_header(const Entity& entity);
    void append_message(std::string_view message, int depth);
    void warn(const std::string& text);
    void warn_of_field(std::string_view raw);

    std::string m_out;
    /// Messages around what is appended: their header fields are not ours to alter.
    int m_messages = 0;
    std::vector<std::string> m_warnings;
};

void Canonicaliser::warn(const std::string& text) {
    if (std::find(m_warnings.begin(), m_warnings.end(), text) == m_warnings.end()) {
        m_warnings.push_back(text);
    }
}

void Canonicaliser::warn_of_field(std::string_view raw) {
    if (!is_relay_safe_field(raw)) {
        warn(m_messages > 0
                 ? "a header field of a message within the message holds characters that are not ASCII, or "
                   "blanks "
                   "at a line's end, which a relay may alter"
                 : "a header field of a part holds characters that are not ASCII, which a relay may alter");
    }
    for (; !raw.empty(); raw.remove_prefix(first_line(raw).size())) {
        if (without_line_end(first_line(raw)).size() > max_line_size) {
            warn("a header field of a part has a line over 998 characters, which a relay may break");
        }
    }
}

void Canonicaliser::append_header(const Entity& entity) {
    for (const auto& field : entity.fields) {
        const auto text =
            m_messages > 0 ? to_crlf(without_line_end(field.raw)) + "\r\n" : relay_safe_field(field);
        warn_of_field(text);
        m_out += text;
    }
}

void Canonicaliser::append_message(std::string_view message, int depth) {
    ++m_messages;
    append(parse_entity(message), depth, false);
    --m_messages;
}

void Canonicaliser::append(const Entity& entity, int depth, bool within_digest) {
    if (depth > max_nesting) {
        throw Error(ErrorCode::malformed,
                    "its parts are nested more than " + std::to_string(max_nesting) + " deep");
    }
    const auto type = media_type_of(entity);
    const auto encoding = transfer_encoding_of(entity);
    const bool composite = encoding == TransferEncoding::seven_bit ||
                           encoding == TransferEncoding::eight_bit || encoding == TransferEncoding::binary;
    // RFC 2046 section 5.1.5: what says nothing in a digest is a message.
    const bool is_message = type ? type->is("message", "rfc822") : within_digest;
    if (type && type->is("multipart", "signed")) {
        append_signed(entity, *type);
    } else if (type && type->is("multipart", "*") && composite) {
        append_multipart(entity, *type, depth);
    } else if (is_message && composite) {
        append_header(entity);
        m_out += "\r\n";
        append_message(entity.body, depth + 1);
    } else {
        append_leaf(entity, type);
    }
}

void Canonicaliser::append_signed(const Entity& entity, const MediaType& type) {
    // Complete it must be, like any multipart; what is in it is not ours to judge.
    static_cast<void>(split_multipart(entity.body, type.parameter("boundary")));
    if (!is_relay_safe(entity.body)) {
        warn(
            "a signed part within the message holds what a relay may alter; it was left as it is, since "
            "somebody else signed it");
    }
    append_header(entity);
    m_out += "\r\n" + to_crlf(entity.body);
}

void Canonicaliser::append_multipart(const Entity& entity, const MediaType& type, int depth) {
    const auto boundary = std::string(type.parameter("boundary"));
    const auto multipart = split_multipart(entity.body, boundary);
    append_header(entity);
    m_out += "\r\n";
    if (is_relay_safe(multipart.preamble)) {
        m_out += to_crlf(multipart.preamble);
    }
    for (const auto& part : multipart.parts) {
        m_out += "--" + boundary + "\r\n";
        append(parse_entity(part), depth + 1, type.is("multipart", "digest"));
        m_out += "\r\n";
    }
    m_out += "--" + boundary + "--";
    m_out += multipart.epilogue.empty() && !entity.body.ends_with('\n') ? "" : "\r\n";
    if (is_relay_safe(multipart.epilogue)) {
        m_out += to_crlf(multipart.epilogue);
    }
}

void Canonicaliser::append_leaf(const Entity& entity, const std::optional<MediaType>& type) {
    const auto encoding = transfer_encoding_of(entity);
    if (encoding != TransferEncoding::binary && is_relay_safe(entity.body)) {
        append_header(entity);
        m_out += "\r\n" + to_crlf(entity.body);
        return;
    }
    append_encoded(entity, type, encoding);
}

void Canonicaliser::append_encoded(const Entity& entity, const std::optional<MediaType>& type,
                                   TransferEncoding encoding) {
    auto content = decode(entity.body, encoding);
    // Text with NUL is UTF-16 or the like, where a line feed is no byte of its own.
    if (is_text(type) && content.find('\0') == std::string::npos) {
        content = to_crlf(content);
    }
    const bool quoted_printable = is_text(type) && suits_quoted_printable(content);
    Entity header;
    std::copy_if(entity.fields.begin(), entity.fields.end(), std::back_inserter(header.fields),
                 [](const Field& field) { return !field.is("Content-Transfer-Encoding"); });
    append_header(header);
    m_out += quoted_printable ? "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
                              : "Content-Transfer-Encoding: base64\r\n\r\n";
    m_out += quoted_printable ? encode_quoted_printable(content) : encode_base64(content);
}

bool entity_has_binary_part(const Entity& entity, int depth) {
    if (depth > max_nesting || transfer_encoding_of(entity) == TransferEncoding::binary) {
        return true;
    }
    const auto type = media_type_of(entity);
    if (type && type->is("message", "rfc822")) {
        return entity_has_binary_part(parse_entity(entity.body), depth + 1);
    }
    if (!type || !type->is("multipart", "*")) {
        return false;
    }
    const auto parts = split_multipart(entity.body, type->parameter("boundary")).parts;
    return std::any_of(parts.begin(), parts.end(), [depth](std::string_view part) {
        return entity_has_binary_part(parse_entity(part), depth + 1);
    });
}

}  // namespace

bool is_relay_safe(std::string_view text) noexcept {
    for (std::string_view rest = text; !rest.empty();) {
        const auto raw = first_line(rest);
        const auto line = without_line_end(raw);
        rest.remove_prefix(raw.size());
        const bool characters = std::none_of(line.begin(), line.end(), [](char c) {
            return is_eight_bit(c) || c == '\0' || c == '\r' || c == 127 ||
                   (c < ' ' && c != '\t' && c != '\f' && c != 27);
        });
        if (!characters || line.size() > max_line_size || line.starts_with("From ") || line == "." ||
            line.ends_with(' ') || line.ends_with('\t')) {
            return false;
        }
    }
    return true;
}

CanonicalEntity canonical_entity(const Entity& message) {
    Entity content;
    content.body = message.body;
    std::copy_if(message.fields.begin(), message.fields.end(), std::back_inserter(content.fields),
                 [](const Field& field) { return field.describes_content(); });
    std::string type;
    if (content.only("Content-Type") == nullptr) {
        type = default_content_type(message.body);
        content.fields.insert(content.fields.begin(),
                              Field{.raw = type, .name = std::string_view(type).substr(0, type.find(':'))});
    }
    Canonicaliser canonicaliser;
    canonicaliser.append(content, 0, false);
    return canonicaliser.take();
}

bool has_binary_part(std::string_view bytes) noexcept {
    try {
        return entity_has_binary_part(parse_entity(bytes), 0);
    } catch (const std::exception&) {
        return true;
    }
}

}  // namespace signet::client::mail
