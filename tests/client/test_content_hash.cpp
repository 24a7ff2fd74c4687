#include "client/content_hash.h"

#include <random>

#include "cms/digest_stream.h"
#include "tests/catch.h"
#include "tests/client/expect_error.h"

using namespace signet;
using client::ContentHash;

TEST_CASE("Content is hashed as OpenSSL hashes it, in whatever pieces it comes") {
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 random(seed);
    for (const auto algorithm : {cms::DigestAlgorithm::sha256, cms::DigestAlgorithm::sha384,
                                 cms::DigestAlgorithm::sha512, cms::DigestAlgorithm::shake256}) {
        for (const std::size_t size : {0U, 1U, 63U, 64U, 127U, 128U, 129U, 135U, 136U, 137U, 100'000U}) {
            cms::Bytes content(size);
            for (auto& byte : content)
                byte = static_cast<std::uint8_t>(random());
            CAPTURE(cms::digest_name(algorithm), size);
            ContentHash hash(algorithm);
            for (cms::BytesView left = content; !left.empty();) {
                const std::size_t piece = 1 + random() % left.size();
                hash.update(left.first(piece));
                left = left.subspan(piece);
            }
            CHECK(hash.finish() == cms::digest(algorithm, content));
            CHECK(client::content_digest(algorithm, content) == cms::digest(algorithm, content));
        }
    }
}

TEST_CASE("SHA-1 signs nothing") {
    CHECK(tests::exit_status_of([] { ContentHash hash(cms::DigestAlgorithm::sha1); }) == 2);
}
