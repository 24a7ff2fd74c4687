#include "client/cms_input.h"

#include <algorithm>
#include <array>
#include <utility>

#include "client/error.h"

namespace signet::client {

namespace {

constexpr std::size_t buffer_size = std::size_t{64} * 1024;

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

constexpr std::uint8_t no_digit = 0xFF;

/// RFC 4648 section 4.
constexpr std::array<std::uint8_t, 256> digit_values = [] {
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::array<std::uint8_t, 256> values{};
    values.fill(no_digit);
    for (std::size_t i = 0; i < digits.size(); ++i)
        values[static_cast<std::uint8_t>(digits[i])] = static_cast<std::uint8_t>(i);
    return values;
}();

}  // namespace

CmsInput::CmsInput(cms::ByteSource source, std::string name)
    : m_source(std::move(source)), m_name(std::move(name)), m_raw(buffer_size) {
    // As much as is looked at, however it comes.
    while (m_filled < m_raw.size()) {
        const std::size_t count = m_source(std::span(m_raw).subspan(m_filled));
        if (count == 0)
            break;
        m_filled += count;
    }
    std::string_view text = cms::as_text(cms::BytesView(m_raw).first(m_filled));
    if (const Armour* armour = armour_of(text)) {
        m_footer = armour->footer;
        m_next = static_cast<std::size_t>(text.data() - cms::as_text(m_raw).data()) + armour->header.size();
    }
    cms::Bytes beginning(buffer_size);
    std::size_t filled = 0;
    while (const std::size_t count = filled < buffer_size ? read_on(std::span(beginning).subspan(filled)) : 0)
        filled += count;
    m_is_whole = filled < buffer_size;
    beginning.resize(filled);
    m_beginning = std::move(beginning);
}

void CmsInput::fail() const {
    throw Error(ExitStatus::malformed, "cannot read " + m_name, "its PEM armour is broken",
                "ask the sender to send it again");
}

bool CmsInput::fill() {
    if (m_next == m_filled) {
        m_next = 0;
        m_filled = 0;
        m_filled = m_source(m_raw);
    }
    return m_filled != 0;
}

std::size_t CmsInput::read(std::span<std::uint8_t> buffer) {
    const cms::BytesView left = cms::BytesView(m_beginning).subspan(m_beginning_read);
    if (left.empty())
        return read_on(buffer);
    const std::size_t count = std::min(left.size(), buffer.size());
    std::copy_n(left.begin(), count, buffer.begin());
    m_beginning_read += count;
    return count;
}

std::size_t CmsInput::read_on(std::span<std::uint8_t> buffer) {
    const auto take = [buffer](const cms::Bytes& from, std::size_t& next, std::size_t end) {
        const std::size_t count = std::min(end - next, buffer.size());
        std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(next), count, buffer.begin());
        next += count;
        return count;
    };
    if (m_footer.empty())
        return fill() ? take(m_raw, m_next, m_filled) : 0;
    if (m_decoded_read == m_decoded.size())
        decode();
    return take(m_decoded, m_decoded_read, m_decoded.size());
}

/// Whether a group of four is complete now.
bool CmsInput::take_digit(char c) {
    const std::uint8_t value = digit_values[static_cast<std::uint8_t>(c)];
    // Padding ends all, and a group has at most two of it.
    if (c == '=' ? m_digits < 2 : value == no_digit || m_padding > 0)
        fail();
    m_padding += c == '=' ? 1 : 0;
    m_group = m_group << 6U | (c == '=' ? 0U : value);
    if (++m_digits < 4)
        return false;
    // Bits that no octet has are zero (RFC 4648 section 3.5), so that nothing altered is the same message.
    if ((m_group & ((1U << 8U * m_padding) - 1U)) != 0)
        fail();
    return true;
}

void CmsInput::take_footer() {
    for (const char expected : m_footer)
        if (!fill() || m_raw[m_next++] != static_cast<std::uint8_t>(expected))
            fail();
    if (m_digits != 0 || !m_has_content)
        fail();
    m_ended = true;
}

/// The next groups: none at the footer.
void CmsInput::decode() {
    constexpr unsigned group_size = 3;
    m_decoded.clear();
    m_decoded_read = 0;
    while (!m_ended && m_decoded.size() < buffer_size) {
        if (!fill())
            fail();
        const char c = static_cast<char>(m_raw[m_next]);
        if (c == '-') {
            take_footer();
            return;
        }
        ++m_next;
        if (is_blank(c) || !take_digit(c))
            continue;
        for (unsigned i = 0; i < group_size - m_padding; ++i)
            m_decoded.push_back(static_cast<std::uint8_t>(m_group >> (16 - 8 * i)));
        m_group = 0;
        m_digits = 0;
        m_has_content = true;
    }
}

cms::Bytes decode_cms_input(cms::Bytes file, const std::string& name) {
    CmsInput input(cms::memory_source(file), name);
    cms::Bytes decoded;
    decoded.reserve(file.size());
    cms::Bytes piece(buffer_size);
    while (const std::size_t count = input.read(piece))
        decoded.insert(decoded.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(count));
    return decoded;
}

bool starts_with_cms_armour(cms::BytesView file) noexcept {
    std::string_view text = cms::as_text(file);
    return armour_of(text) != nullptr;
}

}  // namespace signet::client
