// CompressedData (RFC 3274) as its content comes, in constant memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "cms/asn1/content_writer.h"
#include "cms/byte_stream.h"
#include "cms/bytes.h"

namespace signet::cms {

/// How much may come out of a CompressedData: nobody knows before it is there.
struct ExpansionLimit {
    /// Bytes.
    std::uint64_t size = std::uint64_t{1} << 30;
    /// Bytes out for each byte in; zlib makes 1032 of one at most, of what people write rarely above 50.
    std::uint64_t ratio = 200;
    /// Below this many bytes the ratio is not looked at.
    std::uint64_t free_size = std::uint64_t{1} << 20;
};

/// Compresses with zlib (RFC 1950) as the content comes. One thread at a time.
class Deflation {
  public:
    /// `compressed` gets what goes into a CompressedData. Throws Error(failed).
    explicit Deflation(ByteSink compressed);
    ~Deflation();
    Deflation(const Deflation&) = delete;
    Deflation& operator=(const Deflation&) = delete;

    /// The next piece of the content. Throws Error(failed), and what the sink throws.
    void update(BytesView content);
    /// There is no more; once. Throws as above.
    void finish();

  private:
    struct State;
    std::unique_ptr<State> m_state;
};

/// Writes ContentInfo/CompressedData with id-data and zlib, BER with indefinite lengths, as its size is not
/// known beforehand. One thread at a time.
class ContentCompression {
  public:
    /// Writes all that is before the content to `message`. Throws Error(failed), and what the sink throws.
    explicit ContentCompression(ByteSink message);
    ContentCompression(const ContentCompression&) = delete;
    ContentCompression& operator=(const ContentCompression&) = delete;

    /// The next piece of the content. Throws as above.
    void update(BytesView content) { m_deflation.update(content); }
    /// There is no more; once. Throws as above.
    void finish();

  private:
    asn1::ContentWriter m_writer;
    Deflation m_deflation;
};

/// Writes the same in DER around `size` bytes that a Deflation wrote. Throws Error(failed) if `compressed`
/// gives another number of bytes, and what source and sink throw.
void write_compressed_data(const ContentSource& compressed, std::uint64_t size, ByteSink message);

/// Reads DER or BER of ContentInfo/CompressedData from `message`, to its end, and gives what it holds to
/// `content` as it comes: that is whole only when this returns. Returns its content type (dotted decimal).
/// Throws Error(malformed) for what is no CompressedData, does not decompress or is followed by something;
/// Error(too_large) above `limit`; Error(unsupported) for a compression that is not zlib; what source and
/// sink throw.
std::string decompress(ByteSource message, const ByteSink& content, const ExpansionLimit& limit = {});

}  // namespace signet::cms
