// CMS as it comes in files: DER or BER, or PEM around it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "cms/byte_stream.h"
#include "cms/bytes.h"

namespace signet::client {

/// The bytes of a CMS message as they come: as they are, or decoded if the input starts with a PEM header
/// (-----BEGIN PKCS7----- or -----BEGIN CMS-----, RFC 7468 sections 8 and 9). What follows the PEM footer is
/// not looked at. Takes constant memory. One thread at a time.
class CmsInput {
  public:
    /// Reads the beginning. Throws Error(8), naming `name`, if there is PEM and it is broken there, and what
    /// the source throws.
    CmsInput(cms::ByteSource source, std::string name);

    /// How many bytes came into `buffer`, 0 at the end. Throws as above.
    std::size_t read(std::span<std::uint8_t> buffer);
    /// The same as a source, for as long as this is there.
    [[nodiscard]] cms::ByteSource source() {
        return [this](std::span<std::uint8_t> buffer) { return read(buffer); };
    }

    /// The first bytes, 64 KiB or all that there is, whether or not they were read.
    [[nodiscard]] cms::BytesView beginning() const noexcept { return m_beginning; }
    /// Whether the beginning is known to be all that there is.
    [[nodiscard]] bool is_whole() const noexcept { return m_is_whole; }

  private:
    [[noreturn]] void fail() const;
    bool fill();
    std::size_t read_on(std::span<std::uint8_t> buffer);
    void decode();
    bool take_digit(char c);
    void take_footer();

    cms::ByteSource m_source;
    std::string m_name;
    /// What came and was not taken yet is from m_next on.
    cms::Bytes m_raw;
    std::size_t m_next = 0;
    std::size_t m_filled = 0;
    /// Of the PEM around it, empty without.
    std::string_view m_footer;
    bool m_ended = false;
    bool m_is_whole = false;
    /// The digits of a group of four that came, and how many of them, padding included.
    std::uint32_t m_group = 0;
    unsigned m_digits = 0;
    unsigned m_padding = 0;
    bool m_has_content = false;
    /// What was decoded, and how much of it was read.
    cms::Bytes m_decoded;
    std::size_t m_decoded_read = 0;
    cms::Bytes m_beginning;
    std::size_t m_beginning_read = 0;
};

/// All of a CMS message in `file`, as CmsInput has it. Throws as that does.
[[nodiscard]] cms::Bytes decode_cms_input(cms::Bytes file, const std::string& name);

/// Whether `file` starts with such a PEM header, white space before it allowed.
[[nodiscard]] bool starts_with_cms_armour(cms::BytesView file) noexcept;

}  // namespace signet::client
