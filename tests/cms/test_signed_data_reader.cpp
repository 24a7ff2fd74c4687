// SignedData that comes in pieces.
#include "cms/signed_data_reader.h"

#include <openssl/objects.h>

#include <algorithm>

#include "cms/asn1/content_info.h"
#include "cms/error.h"
#include "cms/signed_data_verifier.h"
#include "tests/cms/byte_sources.h"
#include "tests/cms/certificate_authority.h"
#include "tests/cms/openssl_cms.h"
#include "tests/cms/software_token.h"
#include "tests/cms/test_keys.h"
#include "tests/cms/verified_message.h"

using namespace signet::cms;
using namespace signet::cms::test;
using asn1::Tag;

namespace {

Bytes attached_message(const Certificate& alice, const Bytes& of) {
    const SignerProfile signer(alice, {});
    const Bytes detached = detached_signed_data(
        {sign_content(test_key(KeyType::p256), signer, SignatureScheme::ecdsa, DigestAlgorithm::sha256, of)},
        "1.2.840.113549.1.7.1", IncludedCertificates::chain);
    return attach_content(detached, of);
}

struct Streamed {
    SignedDataResult result;
    Bytes content;
};

Streamed verify_stream(const ByteSource& message, const VerifyOptions& options) {
    Streamed streamed;
    streamed.result =
        verify_signed_data(message, source_of(content), appending_to(streamed.content), options);
    CHECK_FALSE(streamed.result.content);
    return streamed;
}

/// The same message with `from` replaced by `to` at its first place.
Bytes replaced(Bytes message, const Bytes& from, const Bytes& to) {
    const auto found = std::search(message.begin(), message.end(), from.begin(), from.end());
    REQUIRE(found != message.end());
    REQUIRE(from.size() == to.size());
    std::copy(to.begin(), to.end(), found);
    return message;
}

ErrorCode refusal_of(const Bytes& message) {
    try {
        (void)verify_stream(memory_source(message), {});
    } catch (const Error& error) {
        return error.code();
    }
    FAIL("it was read");
    return ErrorCode::failed;
}

/// ContentInfo around a detached SignedData with these certificates.
Bytes with_certificates(BytesView certificates) {
    const Bytes type = asn1::object_identifier(NID_pkcs7_signed);
    const Bytes data =
        asn1::tlv(Tag::sequence, {asn1::integer(1), asn1::tlv(Tag::set, {}),
                                  asn1::tlv(Tag::sequence, {asn1::object_identifier(NID_pkcs7_data)}),
                                  asn1::tlv(asn1::context(0), {certificates}), asn1::tlv(Tag::set, {})});
    return asn1::tlv(Tag::sequence, {type, asn1::tlv(asn1::context(0), {data})});
}

}  // namespace

TEST_CASE("a SignedData is verified as it comes, whatever the pieces are") {
    const CertificateAuthority root;
    const Certificate alice = root.issue(test_key(KeyType::p256));
    const auto seed = fresh_seed();
    CAPTURE(seed);
    SignOptions streamed;
    streamed.flags = CMS_STREAM;
    SignOptions der;
    der.flags = 0;
    const Bytes large(200'000, 'x');
    for (const Bytes& of : {content, Bytes{'x'}, large}) {
        for (const Bytes& message :
             {openssl_sign(test_key(KeyType::p256), alice, of, streamed),
              openssl_sign(test_key(KeyType::p256), alice, of, der), attached_message(alice, of)}) {
            for (const ByteSource& source :
                 {bytewise(message), in_random_pieces(message, seed), memory_source(message)}) {
                const Streamed verified = verify_stream(source, trusting(root.certificate()));
                CHECK(verified.result.holds());
                CHECK(verified.result.attached);
                CHECK(verified.content == of);
                CHECK(verified.result.content_type == "1.2.840.113549.1.7.1");
            }
        }
    }
    const Bytes detached = openssl_sign(test_key(KeyType::p256), alice, content, {});
    const Streamed verified = verify_stream(bytewise(detached), trusting(root.certificate()));
    CHECK(verified.result.holds());
    CHECK_FALSE(verified.result.attached);
    CHECK(verified.content.empty());
}

TEST_CASE("a content in strings within strings is the content") {
    const CertificateAuthority root;
    const Certificate alice = root.issue(test_key(KeyType::p256));
    const Bytes message = attached_message(alice, content);
    // 30 80 OID A0 80 30 80 version digests 30 80 OID A0 80 (string) 0000 0000, then what follows in DER.
    const auto with_string = [&](const Bytes& string) {
        const auto parsed = asn1::decode<asn1::ContentInfo>(message, "message");
        const asn1::SignedData& data = *parsed->d.signed_data;
        Bytes out{0x30, 0x80};
        asn1::append(out, asn1::object_identifier(NID_pkcs7_signed));
        asn1::append(out, Bytes{0xA0, 0x80, 0x30, 0x80});
        asn1::append(out, asn1::integer(1));
        asn1::append(out,
                     asn1::tlv(Tag::set, {asn1::encode(*sk_X509_ALGOR_value(data.digest_algorithms, 0))}));
        asn1::append(out, Bytes{0x30, 0x80});
        asn1::append(out, asn1::object_identifier(NID_pkcs7_data));
        asn1::append(out, Bytes{0xA0, 0x80});
        asn1::append(out, string);
        out.insert(out.end(), 4, 0);
        // Certificates and signerInfos are what stands behind the content in DER.
        const Bytes der_content = asn1::tlv(Tag::octet_string, {content});
        const auto after =
            std::search(message.begin(), message.end(), der_content.begin(), der_content.end()) +
            static_cast<std::ptrdiff_t>(der_content.size());
        out.insert(out.end(), after, message.end());
        out.insert(out.end(), 6, 0);
        return out;
    };
    const Bytes primitive = asn1::tlv(Tag::octet_string, {content});
    Bytes pieces;
    for (const std::uint8_t octet : content)
        asn1::append(pieces, asn1::tlv(Tag::octet_string, {BytesView(&octet, 1)}));
    constexpr auto constructed = static_cast<Tag>(0x24);
    Bytes deep = asn1::tlv(constructed, {pieces});
    for (int i = 0; i < 40; ++i)
        deep = asn1::tlv(constructed, {asn1::tlv(Tag::octet_string, {}), deep});
    for (const Bytes& string : {primitive, asn1::tlv(constructed, {pieces}), deep}) {
        const Bytes ber = with_string(string);
        const Streamed verified = verify_stream(bytewise(ber), trusting(root.certificate()));
        CHECK(verified.result.holds());
        CHECK(verified.content == content);
        CHECK(verify_signed_data(ber, nullptr, trusting(root.certificate())).content == content);
    }
    Bytes nested = primitive;
    for (int i = 0; i < 10'000; ++i)
        nested = asn1::tlv(constructed, {nested});
    CHECK(refusal_of(with_string(nested)) == ErrorCode::malformed);
}

TEST_CASE("a stream that ends early, or late, is malformed") {
    const CertificateAuthority root;
    const Certificate alice = root.issue(test_key(KeyType::p256));
    SignOptions streamed;
    streamed.flags = CMS_STREAM;
    for (const Bytes& message : {attached_message(alice, content),
                                 openssl_sign(test_key(KeyType::p256), alice, content, streamed)}) {
        for (std::size_t size = 0; size < message.size(); ++size) {
            CAPTURE(size);
            REQUIRE(refusal_of({message.begin(), message.begin() + static_cast<std::ptrdiff_t>(size)}) ==
                    ErrorCode::malformed);
        }
        Bytes longer = message;
        longer.push_back(0);
        CHECK(refusal_of(longer) == ErrorCode::malformed);
    }
}

TEST_CASE("a signature by a hash that digestAlgorithms lacks does not hold") {
    const CertificateAuthority root;
    const Certificate alice = root.issue(test_key(KeyType::p256));
    const VerifyOptions options = trusting(root.certificate());
    const Bytes sha256 = asn1::object_identifier(NID_sha256);
    const SignerProfile signer(alice, {});
    const Bytes detached =
        detached_signed_data({sign_content(test_key(KeyType::p256), signer, SignatureScheme::ecdsa,
                                           DigestAlgorithm::sha256, content)},
                             "1.2.840.113549.1.7.1", IncludedCertificates::chain);
    for (const Bytes& message : {attached_message(alice, content), detached}) {
        REQUIRE(only_signer(message, options).intact);
        // Another of ours in its place, and one that is not ours.
        for (const int hash : {NID_sha384, NID_sha3_256}) {
            const Bytes other = replaced(message, sha256, asn1::object_identifier(hash));
            const SignerResult missed = only_signer(other, options);
            CHECK_FALSE(missed.intact);
            CHECK(has_reason(missed, ReasonCode::hash_unannounced, "not among the digest algorithms"));
        }
    }
}

TEST_CASE("a SignedData or a SignerInfo of another version than its fields make is malformed") {
    const CertificateAuthority root;
    const Certificate alice = root.issue(test_key(KeyType::p256));
    const auto refusal = [&](const Bytes& message, std::int32_t version, std::int32_t signer_version) {
        const auto parsed = asn1::decode<asn1::ContentInfo>(message, "SignedData");
        asn1::SignedData& data = *parsed->d.signed_data;
        data.version = version;
        asn1::sk_SignerInfo_value(data.signer_infos, 0)->version = signer_version;
        try {
            return verify_signed_data(asn1::encode(*parsed), source_of(content), trusting(root.certificate()))
                           .holds()
                       ? std::optional<ErrorCode>()
                       : ErrorCode::failed;
        } catch (const Error& error) {
            return std::optional(error.code());
        }
    };
    SignOptions by_key;
    by_key.flags = CMS_USE_KEYID;
    const Bytes named_by_issuer = openssl_sign(test_key(KeyType::p256), alice, content, {});
    const Bytes named_by_key = openssl_sign(test_key(KeyType::p256), alice, content, by_key);
    CHECK_FALSE(refusal(named_by_issuer, 1, 1));
    CHECK_FALSE(refusal(named_by_key, 3, 3));
    for (const std::int32_t version : {0, 1, 2, 3, 4, 5}) {
        CAPTURE(version);
        if (version != 1) {
            CHECK(refusal(named_by_issuer, version, 1) == ErrorCode::malformed);
            CHECK(refusal(named_by_issuer, 1, version) == ErrorCode::malformed);
        }
        if (version != 3) {
            CHECK(refusal(named_by_key, version, 3) == ErrorCode::malformed);
            CHECK(refusal(named_by_key, 3, version) == ErrorCode::malformed);
        }
    }
}

TEST_CASE("what is not read piece by piece has its bounds") {
    const CertificateAuthority root;
    const Bytes one = root.certificate().der();
    CHECK(verify_signed_data(memory_source(with_certificates(one)), source_of(content), nullptr, {})
              .signers.empty());
    Bytes many;
    for (int i = 0; i < 257; ++i)
        asn1::append(many, one);
    CHECK(refusal_of(with_certificates(many)) == ErrorCode::malformed);
    CHECK(refusal_of(with_certificates(asn1::tlv(Tag::sequence, {Bytes(max_certificates_size)}))) ==
          ErrorCode::malformed);
    const X509Ptr bloated(X509_dup(root.certificate().x509()));
    const std::string comment(std::size_t{10} << 20, 'x');
    const OpensslPtr<X509_EXTENSION, X509_EXTENSION_free> extension(
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_netscape_comment, comment.c_str()));
    REQUIRE(X509_add_ext(bloated.get(), extension.get(), -1) == 1);
    REQUIRE(i2d_re_X509_tbs(bloated.get(), nullptr) > 0);
    const Bytes encoded = asn1::encode(*bloated);
    REQUIRE(encoded.size() > comment.size());
    CHECK(refusal_of(with_certificates(encoded)) == ErrorCode::malformed);
}

TEST_CASE("a content that nobody reads is read over") {
    const CertificateAuthority root;
    const Bytes message = attached_message(root.issue(test_key(KeyType::p256)), content);
    SignedDataReader reader(bytewise(message));
    CHECK(reader.has_content());
    CHECK(reader.digest_algorithms() == std::vector{DigestAlgorithm::sha256});
    const auto data = reader.read_rest();
    CHECK(data->encap_content_info->content == nullptr);
    CHECK(asn1::sk_SignerInfo_num(data->signer_infos) == 1);
}
