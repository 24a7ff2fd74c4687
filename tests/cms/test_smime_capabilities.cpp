#include "cms/smime_capabilities.h"

#include <openssl/objects.h>

#include "cms/asn1/der.h"
#include "cms/error.h"
#include "tests/catch.h"
#include "tests/cms/certificate_authority.h"
#include "tests/cms/test_keys.h"

using namespace signet::cms;
using namespace signet::cms::test;
using asn1::Tag;

namespace {

constexpr std::array<std::uint8_t, 2> null{0x05, 0x00};
constexpr std::array<std::uint8_t, 3> number{0x02, 0x01, 0x80};

Bytes capability(int nid, BytesView parameters = {}) {
    return asn1::tlv(Tag::sequence, {asn1::object_identifier(nid), parameters});
}

Bytes sequence(const std::vector<Bytes>& capabilities) {
    Bytes body;
    for (const Bytes& item : capabilities)
        asn1::append(body, item);
    return asn1::tlv(Tag::sequence, {body});
}

ErrorCode error_of(BytesView der) {
    try {
        static_cast<void>(parse_smime_capabilities(der));
    } catch (const Error& error) {
        return error.code();
    }
    FAIL("nothing was thrown");
    throw std::logic_error("unreachable");
}

/// A certificate that lists `capabilities`; none: it has no such extension.
Certificate recipient(const std::string& name, const std::optional<Bytes>& capabilities, int times = 1) {
    static const CertificateAuthority authority;
    CertificateRequest request;
    request.common_name = name;
    std::string hex = "DER";
    for (const std::uint8_t byte : capabilities.value_or(Bytes())) {
        constexpr std::string_view digits = "0123456789abcdef";
        hex += {':', digits[byte >> 4U], digits[byte & 15U]};
    }
    for (int i = 0; capabilities && i < times; ++i)
        request.extensions.emplace_back(NID_SMIMECapabilities, hex);
    return authority.issue(test_key(KeyType::p256, 0), request);
}

std::string refusal_of(const std::vector<Certificate>& recipients, ErrorCode code) {
    try {
        static_cast<void>(content_cipher_for(recipients));
    } catch (const Error& error) {
        CHECK(error.code() == code);
        return error.what();
    }
    return {};
}

const Bytes gcm256 = capability(NID_aes_256_gcm);
const Bytes gcm128 = capability(NID_aes_128_gcm);
const Bytes cbc256 = capability(NID_aes_256_cbc);
const Bytes cbc128 = capability(NID_aes_128_cbc);
const Bytes triple_des = capability(NID_des_ede3_cbc);
const Bytes rc2 = capability(NID_rc2_cbc, number);

}  // namespace

TEST_CASE("content ciphers are read from S/MIME capabilities, and what else is there is passed over") {
    using enum ContentCipher;
    CHECK(parse_smime_capabilities(sequence({})).empty());
    CHECK(parse_smime_capabilities(sequence({triple_des, rc2})).empty());
    CHECK(parse_smime_capabilities(sequence({rc2, cbc128, triple_des, gcm256, cbc128})) ==
          std::vector{aes128_cbc, aes256_gcm});
    CHECK(parse_smime_capabilities(sequence({capability(NID_aes_192_cbc, null)})) == std::vector{aes192_cbc});
    // Whatever that may be, it is not the cipher that we have.
    CHECK(parse_smime_capabilities(sequence({capability(NID_aes_256_cbc, number)})).empty());
}

TEST_CASE("S/MIME capabilities that are malformed are refused") {
    const Bytes good = sequence({cbc256, rc2});
    for (std::size_t size = 0; size < good.size(); ++size)
        CHECK(error_of(BytesView(good).first(size)) == ErrorCode::malformed);
    Bytes trailing = good;
    trailing.push_back(0);
    CHECK(error_of(trailing) == ErrorCode::malformed);
    CHECK(error_of(null) == ErrorCode::malformed);
    CHECK(error_of(cbc256) == ErrorCode::malformed);
    CHECK(error_of(sequence({asn1::tlv(Tag::sequence, {})})) == ErrorCode::malformed);
    CHECK(error_of(sequence({asn1::tlv(Tag::sequence, {number})})) == ErrorCode::malformed);
    CHECK(error_of(sequence({asn1::tlv(Tag::sequence, {asn1::object_identifier(NID_aes_256_cbc), null,
                                                       null})})) == ErrorCode::malformed);
    // BER that is no DER: an indefinite length, and one longer than need be.
    Bytes indefinite{0x30, 0x80};
    asn1::append(indefinite, cbc256);
    indefinite.insert(indefinite.end(), 2, 0);
    CHECK(error_of(indefinite) == ErrorCode::malformed);
    Bytes long_form{0x30, 0x81, static_cast<std::uint8_t>(cbc256.size())};
    asn1::append(long_form, cbc256);
    CHECK(error_of(long_form) == ErrorCode::malformed);
}

TEST_CASE("S/MIME capabilities above a limit are refused, at it not") {
    CHECK(parse_smime_capabilities(sequence(std::vector(max_smime_capabilities, cbc256))).size() == 1);
    CHECK(error_of(sequence(std::vector(max_smime_capabilities + 1, cbc256))) == ErrorCode::malformed);
    const Bytes filler = asn1::tlv(Tag::octet_string, {Bytes(max_smime_capabilities_size, 'x')});
    CHECK(error_of(sequence({capability(NID_aes_256_cbc, filler)})) == ErrorCode::malformed);
}

TEST_CASE("the cipher is the best that all certificates with capabilities list") {
    using enum ContentCipher;
    const Certificate silent = recipient("silent", std::nullopt);
    const Certificate old = recipient("old", sequence({rc2, triple_des, cbc128, cbc256}));
    const Certificate older = recipient("older", sequence({cbc128, triple_des}));
    const Certificate modern = recipient("modern", sequence({cbc128, cbc256, gcm128, gcm256}));
    const Certificate small = recipient("small", sequence({cbc256, gcm128}));
    CHECK_FALSE(content_ciphers_of(silent).has_value());
    CHECK(content_ciphers_of(older) == std::vector{aes128_cbc});
    CHECK(content_cipher_for({}) == aes256_gcm);
    CHECK(content_cipher_for({silent}) == aes256_gcm);
    CHECK(content_cipher_for({modern, silent}) == aes256_gcm);
    CHECK(content_cipher_for({modern, small}) == aes128_gcm);
    CHECK(content_cipher_for({silent, old}) == aes256_cbc);
    CHECK(content_cipher_for({modern, old, silent, older}) == aes128_cbc);
}

TEST_CASE("a recipient whose certificate leaves no cipher is named") {
    const Certificate silent = recipient("silent", std::nullopt);
    const Certificate old = recipient("old", sequence({triple_des, rc2}));
    const Certificate large = recipient("large", sequence({gcm256}));
    const Certificate small = recipient("small", sequence({cbc128}));
    CHECK(refusal_of({silent, old}, ErrorCode::unsupported) ==
          "the certificate of CN=old,O=Signet Tests lists no content cipher that is supported");
    CHECK(refusal_of({recipient("empty", sequence({}))}, ErrorCode::unsupported) ==
          "the certificate of CN=empty,O=Signet Tests lists no content cipher that is supported");
    CHECK(refusal_of({large, silent, small}, ErrorCode::unsupported) ==
          "the certificate of CN=small,O=Signet Tests lists no content cipher that the others list too");
    CHECK(refusal_of({recipient("broken", Bytes{0x05, 0x00})}, ErrorCode::malformed) ==
          "the certificate of CN=broken,O=Signet Tests: malformed S/MIME capabilities");
    CHECK(refusal_of({recipient("twice", sequence({gcm256}), 2)}, ErrorCode::malformed) ==
          "the certificate of CN=twice,O=Signet Tests: S/MIME capabilities twice");
}
