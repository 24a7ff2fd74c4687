// SignedData as it comes (RFC 5652 section 5.1): a content of any size in constant memory, all else within
// bounds.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cms/algorithms.h"
#include "cms/asn1/ber_reader.h"
#include "cms/asn1/rfc5652_signed_data.h"
#include "cms/byte_stream.h"

namespace signet::cms {

/// Bytes of the fields of a SignedData, each in all: far above any honest message.
inline constexpr std::size_t max_digest_algorithms_size = std::size_t{16} << 10;
inline constexpr std::size_t max_certificates_size = std::size_t{4} << 20;
inline constexpr std::size_t max_crls_size = std::size_t{8} << 20;
inline constexpr std::size_t max_signer_infos_size = std::size_t{4} << 20;

/// Reads DER or BER of ContentInfo/SignedData. Every call throws Error(malformed) for what is no SignedData
/// or above the bounds, and what the source throws. One thread at a time.
class SignedDataReader {
  public:
    /// Reads up to the content.
    explicit SignedDataReader(ByteSource source);

    /// Whether the content is here; else it is detached.
    [[nodiscard]] bool has_content() const noexcept { return m_has_content; }
    /// The hashes of ours among digestAlgorithms, each once.
    [[nodiscard]] const std::vector<DigestAlgorithm>& digest_algorithms() const noexcept {
        return m_digest_algorithms;
    }
    /// OpenSSL's object, the reader's.
    [[nodiscard]] const ASN1_OBJECT& content_type() const noexcept { return *m_content_type; }

    /// The eContent, which must be here, in pieces of at most 64 KiB; once.
    void read_content(const ByteSink& sink);

    /// All the rest, to the end of the input: the SignedData without its eContent. Once; a content that was
    /// not read is read over.
    [[nodiscard]] asn1::ItemPtr<asn1::SignedData> read_rest();
    /// The same as it came, but for the lengths of what is around the eContent.
    [[nodiscard]] Bytes read_rest_encoded();

  private:
    void read_digest_algorithms(const Bytes& set);

    asn1::BerReader m_reader;
    bool m_has_content = false;
    bool m_content_was_read = false;
    asn1::ItemPtr<ASN1_OBJECT> m_content_type;
    std::vector<DigestAlgorithm> m_digest_algorithms;
    /// The SignedData without eContent, as far as it was read.
    Bytes m_detached;
};

}  // namespace signet::cms
