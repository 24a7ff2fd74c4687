// A content of any size within the elements around it, as it comes.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "cms/asn1/der.h"
#include "cms/byte_stream.h"

namespace signet::cms::asn1 {

/// A constructed element around a content: what stands in it before and behind the content, encoded.
struct Enclosure {
    Tag tag;
    Bytes before{};
    Bytes after{};
};

/// Writes an OCTET STRING within enclosures. With its size known beforehand it is DER, as far as the parts
/// are DER; else every length is indefinite, and the string is made of strings of 64 KiB and a last one
/// (X.690 sections 8.1.3.6 and 8.7.3). Takes constant memory. One thread at a time.
class ContentWriter {
  public:
    /// Writes all that is before the content. `enclosures` go from the outermost to the innermost, `string`
    /// is the string's primitive tag. What `sink` throws goes to whoever calls.
    ContentWriter(ByteSink sink, std::vector<Enclosure> enclosures, Tag string,
                  std::optional<std::uint64_t> size);

    /// The next piece of the content. Throws Error(failed) if it gets longer than its size.
    void update(BytesView piece);
    /// Replaces what stands behind the content in the enclosure of this index, where that was not known yet:
    /// it must be as long.
    void set_after(std::size_t index, Bytes after);
    /// Writes all that is behind the content; once. Throws Error(failed) if it is shorter than its size.
    void finish();

  private:
    [[nodiscard]] bool is_definite() const noexcept { return m_left.has_value(); }
    void write_segment();

    ByteSink m_sink;
    std::vector<Enclosure> m_enclosures;
    /// Bytes of the content that are still to come, where that is known.
    std::optional<std::uint64_t> m_left;
    Bytes m_segment;
};

}  // namespace signet::cms::asn1
