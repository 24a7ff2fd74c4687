// A content into a SignedData that was made without it, as the content comes (RFC 5652 section 5.2).
#pragma once

#include <cstdint>
#include <optional>

#include "cms/asn1/content_writer.h"
#include "cms/byte_stream.h"
#include "cms/bytes.h"

namespace signet::cms {

/// Writes ContentInfo/SignedData with an eContent in constant memory, the fields of `detached` as they are:
/// DER with the content's size known beforehand, else BER with indefinite lengths. One thread at a time.
class ContentAttachment {
  public:
    /// Writes all that is before the content to `message`. Throws Error(malformed) if `detached` (DER of
    /// ContentInfo) is no detached SignedData, and what the sink throws.
    ContentAttachment(BytesView detached, std::optional<std::uint64_t> content_size, ByteSink message);

    /// The next piece of the content. Throws Error(failed) if it gets longer than its size, and what the sink
    /// throws.
    void update(BytesView content) { m_writer.update(content); }
    /// There is no more; once. Throws Error(failed) if it is shorter than its size, and what the sink throws.
    void finish() { m_writer.finish(); }

  private:
    asn1::ContentWriter m_writer;
};

}  // namespace signet::cms
