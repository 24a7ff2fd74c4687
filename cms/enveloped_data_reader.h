// EnvelopedData and AuthEnvelopedData as they come (RFC 5652 section 6.1, RFC 5083 section 2.1): a content of
// any size in constant memory, all else within bounds.
#pragma once

#include <cstddef>

#include "cms/asn1/ber_reader.h"
#include "cms/byte_stream.h"
#include "cms/enveloped_data.h"

namespace signet::cms {

/// RecipientInfos of a message, and bytes of them in all: far above any mailing list, and low enough that
/// nobody is kept busy for long.
inline constexpr std::size_t max_recipient_infos = 4096;
inline constexpr std::size_t max_recipient_infos_size = std::size_t{8} << 20;
/// Bytes of OriginatorInfo, and of the attributes of either kind.
inline constexpr std::size_t max_originator_info_size = std::size_t{1} << 20;
inline constexpr std::size_t max_enveloped_attributes_size = std::size_t{1} << 20;

/// Reads DER or BER of ContentInfo with either structure. Strict: an AEAD only in AuthEnvelopedData and the
/// other way round, nonce 12 bytes, tag 12 to 16 and as long as its parameters say, an authenticated content
/// type where it is not id-data, no trailing bytes. Every
/// call throws Error(malformed) for what is neither or above the bounds, Error(unsupported) for a content
/// cipher that is not ours, and what the source throws. One thread at a time.
class EnvelopedDataReader {
  public:
    /// Reads up to the encrypted content.
    explicit EnvelopedDataReader(ByteSource source);

    [[nodiscard]] const EnvelopedHead& head() const noexcept { return m_head; }
    /// The encrypted content in pieces of at most 64 KiB; once.
    void read_content(const ByteSink& sink);
    /// All the rest, to the end of the input; once, after the content.
    [[nodiscard]] EnvelopedTail read_rest();

  private:
    void read_recipient_infos();
    [[nodiscard]] Bytes read_attributes(unsigned tag_number);
    void check_authenticated_type(const Bytes& attributes) const;

    asn1::BerReader m_reader;
    EnvelopedHead m_head;
};

}  // namespace signet::cms
