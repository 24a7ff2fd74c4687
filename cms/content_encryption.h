// An encrypted message as its content comes (RFC 5652 section 6.3, RFC 5083 section 2).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "cms/asn1/content_writer.h"
#include "cms/byte_stream.h"
#include "cms/certificate.h"
#include "cms/content_cipher.h"
#include "cms/enveloped_data.h"
#include "cms/openssl_ptr.h"

namespace signet::cms {

/// Writes what encrypt_content returns, in constant memory: DER with the content's size known beforehand,
/// else BER with indefinite lengths. One thread at a time.
class ContentEncryption {
  public:
    /// Writes all that is before the content to `message`. Throws as encrypt_content does, and what the sink
    /// throws.
    ContentEncryption(const std::vector<Certificate>& recipients, const EncryptOptions& options,
                      std::optional<std::uint64_t> content_size, ByteSink message);

    /// The next piece of the content. Throws Error(unsupported) if it gets too long for its cipher
    /// (max_content_size), Error(failed) if it gets longer than its size, and what the sink throws.
    void update(BytesView content);
    /// There is no more; once. Throws Error(failed) if it is shorter than its size, and what the sink throws.
    void finish();

  private:
    ContentCipher m_cipher;
    std::uint64_t m_encrypted = 0;
    EvpCipherCtxPtr m_context;
    std::optional<asn1::ContentWriter> m_writer;
    Bytes m_buffer;
};

}  // namespace signet::cms
