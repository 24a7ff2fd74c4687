#include <algorithm>

#include "client/cms_input.h"
#include "client/input_file.h"
#include "client/rfc3339.h"
#include "cms/digest_stream.h"
#include "cms/pem.h"
#include "tests/client/expect_error.h"
#include "tests/fixtures/file.h"
#include "tests/fixtures/temporary_folder.h"

using namespace signet;
using namespace signet::tests;
using client::InputFile;

namespace {

cms::Bytes bytes(std::string_view text) {
    return {text.begin(), text.end()};
}

std::string decoded(std::string_view text) {
    return std::string(cms::as_text(client::decode_cms_input(bytes(text), "a.p7m")));
}

}  // namespace

TEST_CASE("A file is read whole, whatever its size") {
    const TemporaryFolder folder;
    for (const std::size_t size : {0U, 1U, 65535U, 65536U, 65537U, 200000U}) {
        const std::string content(size, 'x');
        write_file(folder / "in", content);
        CHECK(InputFile(folder / "in").read_all() == bytes(content));
        CHECK(InputFile(folder / "in").digest(cms::DigestAlgorithm::sha256) ==
              cms::digest(cms::DigestAlgorithm::sha256, cms::as_bytes(content)));
    }
}

TEST_CASE("A file above the limit is refused, whether or not its size is known") {
    const TemporaryFolder folder;
    write_file(folder / "in", std::string(100'000, 'x'));
    CHECK(InputFile(folder / "in").read_all(100'000).size() == 100'000);
    CHECK(exit_status_of([&] { static_cast<void>(InputFile(folder / "in").read_all(99'999)); }) == 9);
    CHECK(exit_status_of([&] { static_cast<void>(InputFile("/dev/zero").read_all(100'000)); }) == 9);
}

TEST_CASE("What cannot be read is named") {
    const TemporaryFolder folder;
    const client::Error missing = error_of([&] { InputFile(folder / "missing"); });
    CHECK(missing.exit_status() == client::ExitStatus::other);
    CHECK(missing.what() ==
          "cannot read " + (folder / "missing").string() + ": No such file or directory; check the path");
    CHECK(error_of([&] { InputFile{folder.path()}; }).why() == "it is a folder");
}

TEST_CASE("PEM around CMS is taken off") {
    CHECK(decoded("-----BEGIN PKCS7-----\nMAA=\n-----END PKCS7-----\n") == std::string("0\0", 2));
    CHECK(decoded("\r\n-----BEGIN CMS-----\r\nMAEA\r\n-----END CMS-----\r\n") == std::string("0\1\0", 3));
    CHECK(decoded("-----BEGIN CMS-----\nMA\nEA\n-----END CMS-----") == std::string("0\1\0", 3));
}

TEST_CASE("What is not PEM stays as it is") {
    CHECK(decoded("").empty());
    CHECK(decoded(std::string_view("0\0", 2)) == std::string("0\0", 2));
    CHECK(decoded("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n")[0] == '-');
}

TEST_CASE("Broken PEM is malformed") {
    for (const char* text :
         {"-----BEGIN CMS-----\nMAA=\n", "-----BEGIN CMS-----\nMAA=\n-----END PKCS7-----\n",
          "-----BEGIN CMS-----\nMAA\n-----END CMS-----\n", "-----BEGIN CMS-----\n-----END CMS-----\n",
          "-----BEGIN CMS-----\nMAB=\n-----END CMS-----\n", "-----BEGIN CMS-----\nMB==\n-----END CMS-----\n",
          "-----BEGIN CMS-----\nM=A=\n-----END CMS-----\n", "-----BEGIN CMS-----\nM$A=\n-----END CMS-----\n",
          "-----BEGIN CMS-----\nMA==MAA=\n-----END CMS-----\n"}) {
        CAPTURE(text);
        const client::Error error = error_of([&] { static_cast<void>(decoded(text)); });
        CHECK(error.exit_status() == client::ExitStatus::malformed);
        CHECK(error.what() ==
              std::string("cannot read a.p7m: its PEM armour is broken; ask the sender to send it again"));
    }
}

TEST_CASE("A message is taken out of PEM as it comes, whatever the pieces are") {
    cms::Bytes content(200'000);
    for (std::size_t i = 0; i < content.size(); ++i)
        content[i] = static_cast<std::uint8_t>(i * 13 + i / 65536);
    for (const std::size_t size :
         {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{65536}, content.size()}) {
        CAPTURE(size);
        const cms::BytesView message(content.data(), size);
        std::string pem = cms::pem("CMS", message);
        pem += "what follows is not looked at";
        for (const cms::BytesView file : {cms::as_bytes(pem), message}) {
            for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{100'000}}) {
                client::CmsInput input(
                    [source = cms::memory_source(file), piece](std::span<std::uint8_t> buffer) {
                        return source(buffer.first(std::min(buffer.size(), piece)));
                    },
                    "a.p7m");
                CHECK(input.is_whole() == (size < 65536));
                const cms::BytesView beginning = message.first(std::min<std::size_t>(size, 65536));
                CHECK(std::equal(beginning.begin(), beginning.end(), input.beginning().begin(),
                                 input.beginning().end()));
                cms::Bytes read;
                cms::Bytes buffer(piece);
                while (const std::size_t count = input.read(buffer))
                    read.insert(read.end(), buffer.begin(),
                                buffer.begin() + static_cast<std::ptrdiff_t>(count));
                CHECK(read == cms::Bytes(message.begin(), message.end()));
                CHECK(input.read(buffer) == 0);
            }
        }
    }
}

TEST_CASE("PEM that breaks behind the beginning is malformed when it is read") {
    const std::string good = cms::pem("CMS", cms::Bytes(200'000, 'x'));
    std::string altered = good;
    altered[good.size() - 1000] = '$';
    for (const std::string& pem : {altered, good.substr(0, good.size() - 10), good.substr(0, 150'000)}) {
        client::CmsInput input(cms::memory_source(cms::as_bytes(pem)), "a.p7m");
        CHECK_FALSE(input.is_whole());
        CHECK(exit_status_of([&] {
                  cms::Bytes buffer(10'000);
                  while (input.read(buffer) != 0) {
                  }
              }) == 8);
    }
}

TEST_CASE("Times go to RFC 3339 and back") {
    CHECK(client::rfc3339(0) == "1970-01-01T00:00:00Z");
    CHECK(client::rfc3339(1795377600) == "2026-11-22T20:00:00Z");
    CHECK(client::parse_rfc3339("2026-11-22T20:00:00Z") == 1795377600);
    CHECK(client::parse_rfc3339("2026-11-22T21:30:00+01:30") == 1795377600);
    CHECK(client::parse_rfc3339("2026-11-22t12:00:00.75-08:00") == 1795377600);
    CHECK(client::parse_rfc3339("2024-02-29T00:00:00Z").has_value());
    CHECK(client::parse_rfc3339("2016-12-31T23:59:60Z") == client::parse_rfc3339("2017-01-01T00:00:00Z"));
}

TEST_CASE("What is no RFC 3339 time is none") {
    for (const char* text :
         {"", "now", "2026-11-22", "2026-11-22T20:00:00", "2026-11-22 20:00:00Z", "2026-13-22T20:00:00Z",
          "2026-02-30T20:00:00Z", "2025-02-29T00:00:00Z", "2026-11-22T24:00:00Z", "2026-11-22T20:00:00.Z",
          "2026-11-22T20:00:00Z ", "2026-11-22T20:00:00+0100", "2026-11-22T20:00:00+24:00",
          "-026-11-22T20:00:00Z"}) {
        CAPTURE(text);
        CHECK_FALSE(client::parse_rfc3339(text).has_value());
    }
}
