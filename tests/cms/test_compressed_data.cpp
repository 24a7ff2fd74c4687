#include "cms/compressed_data.h"

#include <openssl/asn1.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "cms/asn1/der.h"
#include "cms/error.h"
#include "tests/catch.h"
#include "tests/cms/require.h"

using namespace signet;
using namespace signet::cms;
using namespace signet::cms::test;

namespace {

Bytes compressed(BytesView content, std::size_t piece = 1000) {
    Bytes message;
    ContentCompression compression(appending_to(message));
    while (!content.empty()) {
        const BytesView next = content.first(std::min(piece, content.size()));
        compression.update(next);
        content = content.subspan(next.size());
    }
    compression.finish();
    return message;
}

Bytes expanded(BytesView message, const ExpansionLimit& limit = {}) {
    Bytes content;
    CHECK(decompress(memory_source(message), appending_to(content), limit) == "1.2.840.113549.1.7.1");
    return content;
}

std::string refusal_of(BytesView message, const ExpansionLimit& limit = {}) {
    std::uint64_t size = 0;
    try {
        (void)decompress(
            memory_source(message), [&size](BytesView piece) { size += piece.size(); }, limit);
    } catch (const Error& error) {
        const bool expands = std::string_view(error.what()).starts_with("it expands ");
        CHECK(error.code() == (expands ? ErrorCode::too_large : ErrorCode::malformed));
        CHECK(size <= limit.size);
        return error.what();
    }
    return {};
}

/// Text that compresses as text does.
Bytes text(std::size_t size) {
    Bytes bytes;
    for (std::uint32_t i = 0; bytes.size() < size; ++i)
        for (const char c : std::to_string(i * 2654435761U) + " and ")
            bytes.push_back(static_cast<std::uint8_t>(c));
    bytes.resize(size);
    return bytes;
}

}  // namespace

TEST_CASE("what is compressed as it comes is smaller, and expands to what it was") {
    for (const std::size_t size : {0U, 1U, 100U, 65535U, 65536U, 65537U, 3'000'000U}) {
        const Bytes content = text(size);
        for (const std::size_t piece : {999U, 200'000U}) {
            const Bytes message = compressed(content, piece);
            CHECK(expanded(message) == content);
            if (size > 1000)
                CHECK(message.size() < size * 2 / 3);
        }
    }
}

TEST_CASE("a compressed message of somebody else's expands") {
    const std::filesystem::path corpus = SIGNET_CORPUS;
    if (!std::filesystem::exists(corpus)) {
        WARN("the corpus is not here");
        return;
    }
    std::ifstream file(corpus / "17-pyasn1-housley-ess/rfc3274.CompressedData.compressed_data_pem_text.der",
                       std::ios::binary);
    require(file.good());
    const Bytes message(std::istreambuf_iterator<char>(file), {});
    CHECK(as_text(expanded(message)).find("Content-Type: text/plain") != std::string_view::npos);
}

TEST_CASE("a bomb is refused when it has gone off a little, and neither text nor a short file is one") {
    const Bytes zeros(std::size_t{64} << 20);
    const Bytes bomb = compressed(zeros, std::size_t{1} << 20);
    CHECK(bomb.size() < 100'000);
    CHECK(refusal_of(bomb) == "it expands to more than 200 times its size: a compressed bomb");
    CHECK(refusal_of(bomb, {.size = 1000}) == "it expands above 1000 bytes");
    CHECK(refusal_of(bomb, {.size = zeros.size(), .ratio = 2000}).empty());
    CHECK_FALSE(refusal_of(bomb, {.size = zeros.size() - 1, .ratio = 2000}).empty());
    CHECK(refusal_of(compressed(Bytes(1'000'000))).empty());
}

TEST_CASE("a compressed message that is cut or altered is refused") {
    const Bytes content = text(300);
    const Bytes message = compressed(content);
    for (std::size_t size = 0; size < message.size(); ++size)
        CHECK_FALSE(refusal_of(BytesView(message).first(size)).empty());
    Bytes trailing = message;
    trailing.push_back(0);
    CHECK_FALSE(refusal_of(trailing).empty());
    for (std::size_t bit = 0; bit < message.size() * 8; ++bit) {
        Bytes altered = message;
        altered[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        Bytes out;
        try {
            (void)decompress(memory_source(altered), appending_to(out));
            // The content type, or a bit that means nothing: its checksum is right.
            CHECK(out == content);
        } catch (const Error&) {
            SUCCEED("it is refused");
        }
    }
}

TEST_CASE("what follows the end of the compressed stream is refused") {
    using asn1::Tag;
    // zlib's encoding of nothing, and a byte.
    const Bytes nothing{0x78, 0x9C, 0x03, 0x00, 0x00, 0x00, 0x00, 0x01};
    const auto message = [](const Bytes& stream, const char* algorithm) {
        const Bytes info =
            asn1::tlv(Tag::sequence, {asn1::object_identifier("1.2.840.113549.1.7.1"),
                                      asn1::tlv(asn1::context(0), {asn1::tlv(Tag::octet_string, {stream})})});
        const Bytes data = asn1::tlv(
            Tag::sequence,
            {asn1::integer(0), asn1::tlv(Tag::sequence, {asn1::object_identifier(algorithm)}), info});
        return asn1::tlv(Tag::sequence, {asn1::object_identifier("1.2.840.113549.1.9.16.1.9"),
                                         asn1::tlv(asn1::context(0), {data})});
    };
    constexpr const char* zlib = "1.2.840.113549.1.9.16.3.8";
    CHECK(expanded(message(nothing, zlib)).empty());
    Bytes more = nothing;
    more.push_back(0);
    CHECK_FALSE(refusal_of(message(more, zlib)).empty());
    try {
        (void)decompress(memory_source(message(nothing, "1.2.840.113549.1.9.16.3.9")), [](BytesView) {});
        FAIL("it was read");
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::unsupported);
    }
}

TEST_CASE("a compressed content of a length that nobody has, or in 10,000 strings, is malformed") {
    using asn1::Tag;
    const auto message = [](const Bytes& string) {
        Bytes out{0x30, 0x80};
        asn1::append(out, asn1::object_identifier("1.2.840.113549.1.9.16.1.9"));
        asn1::append(out, Bytes{0xA0, 0x80, 0x30, 0x80});
        asn1::append(out, asn1::integer(0));
        asn1::append(out, asn1::tlv(Tag::sequence, {asn1::object_identifier("1.2.840.113549.1.9.16.3.8")}));
        asn1::append(out, Bytes{0x30, 0x80});
        asn1::append(out, asn1::object_identifier("1.2.840.113549.1.7.1"));
        asn1::append(out, Bytes{0xA0, 0x80});
        asn1::append(out, string);
        out.insert(out.end(), 10, 0);
        return out;
    };
    const Bytes nothing{0x78, 0x9C, 0x03, 0x00, 0x00, 0x00, 0x00, 0x01};
    Bytes nested = asn1::tlv(Tag::octet_string, {nothing});
    CHECK(expanded(message(nested)).empty());
    for (int i = 0; i < 10'000; ++i)
        nested = asn1::tlv(static_cast<Tag>(0x24), {nested});
    CHECK(refusal_of(message(nested)) == "malformed compressed message");
    for (const Bytes& length : std::vector<Bytes>{{0x84, 0x7F, 0xFF, 0xFF, 0xFF},
                                                  {0x84, 0x80, 0x00, 0x00, 0x00},
                                                  {0x85, 0x01, 0x00, 0x00, 0x00, 0x00},
                                                  {0x88, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF},
                                                  {0x88, 0x80, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00}}) {
        Bytes string{0x04};
        asn1::append(string, length);
        asn1::append(string, nothing);
        CAPTURE(length);
        CHECK(refusal_of(message(string)) == "malformed compressed message");
    }
}
