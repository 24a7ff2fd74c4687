#include "cms/compressed_data.h"

#include <openssl/objects.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "cms/algorithm_identifier.h"
#include "cms/asn1/content_info.h"
#include "cms/error.h"

namespace signet::cms {
namespace {

using asn1::Tag;

constexpr char compressed_name[] = "compressed message";
constexpr std::size_t max_algorithm_size = 1024;
constexpr std::size_t buffer_size = std::size_t{64} * 1024;

// CompressedData ::= SEQUENCE {
//   version CMSVersion,  -- always set to 0
//   compressionAlgorithm CompressionAlgorithmIdentifier,
//   encapContentInfo EncapsulatedContentInfo }                                    RFC 3274 section 1.1
// id-alg-zlibCompress: parameters absent                                          RFC 3274 section 2
std::vector<asn1::Enclosure> around_content() {
    Bytes start = asn1::integer(0);
    asn1::append(start, algorithm_identifier(NID_zlib_compression));
    return {{Tag::sequence, asn1::object_identifier(NID_id_smime_ct_compressedData)},
            {asn1::context(0)},
            {Tag::sequence, std::move(start)},
            {Tag::sequence, asn1::object_identifier(NID_pkcs7_data)},
            {asn1::context(0)}};
}

[[noreturn]] void throw_malformed() {
    throw Error(ErrorCode::malformed, std::string("malformed ") + compressed_name);
}

/// Decompresses as it comes, within the limit.
class Expansion {
  public:
    Expansion(const ByteSink& sink, const ExpansionLimit& limit) : m_sink(sink), m_limit(limit) {
        if (inflateInit(&m_stream) != Z_OK)
            throw Error(ErrorCode::failed, "zlib failed");
    }
    // zlib keeps pointers into it.
    Expansion(const Expansion&) = delete;
    Expansion& operator=(const Expansion&) = delete;
    ~Expansion() { inflateEnd(&m_stream); }

    void update(BytesView piece) {
        m_in += piece.size();
        // zlib only reads from it, whatever its type says.
        m_stream.next_in = const_cast<std::uint8_t*>(piece.data());
        m_stream.avail_in = static_cast<uInt>(piece.size());
        while (m_stream.avail_in > 0 || m_is_full) {
            if (m_has_ended)
                throw_malformed();
            step();
        }
    }

    void finish() const {
        if (!m_has_ended)
            throw_malformed();
    }

  private:
    void step() {
        m_stream.next_out = m_buffer.data();
        m_stream.avail_out = static_cast<uInt>(m_buffer.size());
        const int result = inflate(&m_stream, Z_NO_FLUSH);
        // No progress is no error where all was taken.
        if (result != Z_OK && result != Z_STREAM_END && !(result == Z_BUF_ERROR && m_is_full))
            throw_malformed();
        m_has_ended = result == Z_STREAM_END;
        m_is_full = !m_has_ended && m_stream.avail_out == 0;
        const std::size_t size = m_buffer.size() - m_stream.avail_out;
        m_out += size;
        check_limit();
        if (size > 0)
            m_sink(BytesView(m_buffer).first(size));
    }

    void check_limit() const {
        if (m_out > m_limit.size)
            throw Error(ErrorCode::too_large, "it expands above " + std::to_string(m_limit.size) + " bytes");
        if (m_out > m_limit.free_size && m_out / m_limit.ratio > m_in)
            throw Error(ErrorCode::too_large, "it expands to more than " + std::to_string(m_limit.ratio) +
                                                  " times its size: a compressed bomb");
    }

    const ByteSink& m_sink;
    ExpansionLimit m_limit;
    z_stream m_stream{};
    Bytes m_buffer = Bytes(buffer_size);
    std::uint64_t m_in = 0;
    std::uint64_t m_out = 0;
    bool m_is_full = false;
    bool m_has_ended = false;
};

void check_algorithm(const Bytes& der) {
    const auto algorithm = asn1::decode<X509_ALGOR>(der, compressed_name);
    if (algorithm_nid(*algorithm) != NID_zlib_compression)
        throw Error(ErrorCode::unsupported,
                    "the compression " + algorithm_name(*algorithm) + " is not supported");
    if (!has_null_or_no_parameters(*algorithm))
        throw_malformed();
}

}  // namespace

struct Deflation::State {
    explicit State(ByteSink to) : sink(std::move(to)) {
        if (deflateInit(&stream, Z_DEFAULT_COMPRESSION) != Z_OK)
            throw Error(ErrorCode::failed, "zlib failed");
    }
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() { deflateEnd(&stream); }

    /// All that zlib has to say for now.
    void write(int flush) {
        do {
            stream.next_out = buffer.data();
            stream.avail_out = static_cast<uInt>(buffer.size());
            if (deflate(&stream, flush) == Z_STREAM_ERROR)
                throw Error(ErrorCode::failed, "zlib failed");
            sink(BytesView(buffer).first(buffer.size() - stream.avail_out));
        } while (stream.avail_out == 0);
    }

    ByteSink sink;
    z_stream stream{};
    Bytes buffer = Bytes(buffer_size);
};

Deflation::Deflation(ByteSink compressed) : m_state(std::make_unique<State>(std::move(compressed))) {}

Deflation::~Deflation() = default;

void Deflation::update(BytesView content) {
    while (!content.empty()) {
        const BytesView piece = content.first(std::min(content.size(), buffer_size));
        // zlib only reads from it, whatever its type says.
        m_state->stream.next_in = const_cast<std::uint8_t*>(piece.data());
        m_state->stream.avail_in = static_cast<uInt>(piece.size());
        m_state->write(Z_NO_FLUSH);
        content = content.subspan(piece.size());
    }
}

void Deflation::finish() {
    m_state->write(Z_FINISH);
}

ContentCompression::ContentCompression(ByteSink message)
    : m_writer(std::move(message), around_content(), Tag::octet_string, std::nullopt),
      m_deflation([this](BytesView piece) { m_writer.update(piece); }) {}

void ContentCompression::finish() {
    m_deflation.finish();
    m_writer.finish();
}

void write_compressed_data(const ContentSource& compressed, std::uint64_t size, ByteSink message) {
    asn1::ContentWriter writer(std::move(message), around_content(), Tag::octet_string, size);
    compressed([&writer](BytesView piece) { writer.update(piece); });
    writer.finish();
}

std::string decompress(ByteSource message, const ByteSink& content, const ExpansionLimit& limit) {
    asn1::BerReader reader(std::move(message), compressed_name);
    if (asn1::enter_content_info(reader) != NID_id_smime_ct_compressedData)
        throw Error(ErrorCode::malformed, "not a compressed message");
    reader.enter(Tag::sequence);
    const auto version =
        asn1::decode<ASN1_INTEGER>(reader.element(Tag::integer, asn1::max_version_size), compressed_name);
    if (ASN1_INTEGER_get(version.get()) != 0)
        throw Error(ErrorCode::malformed, "a CompressedData of an unknown version");
    check_algorithm(reader.element(Tag::sequence, max_algorithm_size));
    reader.enter(Tag::sequence);
    std::string type = object_text(*asn1::read_content_type(reader));
    reader.enter(asn1::context(0));
    Expansion expansion(content, limit);
    reader.octets(Tag::octet_string, [&expansion](BytesView piece) { expansion.update(piece); });
    expansion.finish();
    reader.leave();
    reader.leave();
    reader.leave();
    asn1::leave_content_info(reader);
    return type;
}

}  // namespace signet::cms
