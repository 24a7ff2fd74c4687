// OpenSSL 3.0 has no EdDSA in its CMS, so that here the other side is its parser and its bare verification.
#include <openssl/cms.h>
#include <openssl/evp.h>

#include <algorithm>

#include "cms/algorithm_identifier.h"
#include "cms/asn1/codec.h"
#include "cms/asn1/content_info.h"
#include "cms/asn1/der.h"
#include "cms/digest_stream.h"
#include "cms/error.h"
#include "cms/signed_content.h"
#include "cms/signed_data_builder.h"
#include "tests/catch.h"
#include "tests/cms/certificate_authority.h"
#include "tests/cms/openssl_cms.h"
#include "tests/cms/software_token.h"
#include "tests/cms/test_keys.h"
#include "tests/cms/verified_message.h"

using namespace signet::cms;
using namespace signet::cms::test;

namespace {

const std::string data = "1.2.840.113549.1.7.1";

struct Case {
    KeyType key;
    SignatureScheme scheme;
    DigestAlgorithm digest;
    const char* name;
};

const std::vector<Case> cases{
    {KeyType::ed25519, SignatureScheme::ed25519, DigestAlgorithm::sha512, "Ed25519"},
    {KeyType::ed448, SignatureScheme::ed448, DigestAlgorithm::shake256, "Ed448"}};

Bytes message_of(const Case& used, const Certificate& alice) {
    const SignerProfile signer(alice, {});
    return detached_signed_data({sign_content(test_key(used.key), signer, used.scheme, used.digest, content)},
                                data, IncludedCertificates::signer);
}

/// A SignedData with a signature over `signed_content` alone.
Bytes without_attributes(const Case& used, const Certificate& alice, const Bytes& signed_content) {
    const auto parsed = asn1::decode<asn1::ContentInfo>(message_of(used, alice), "SignedData");
    asn1::SignerInfo& info = *asn1::sk_SignerInfo_value(parsed->d.signed_data->signer_infos, 0);
    asn1::ItemDeleter<asn1::Attributes>{}(info.signed_attributes);
    info.signed_attributes = nullptr;
    const Bytes signature = sign_message(test_key(used.key), signed_content);
    REQUIRE(ASN1_OCTET_STRING_set(info.signature, signature.data(), static_cast<int>(signature.size())) == 1);
    return asn1::encode(*parsed);
}

/// The signed attributes of the only signer as OpenSSL reads them, in DER.
Bytes attributes_of(CMS_SignerInfo& signer) {
    std::vector<Bytes> attributes;
    for (int i = 0; i < CMS_signed_get_attr_count(&signer); ++i) {
        X509_ATTRIBUTE* attribute = CMS_signed_get_attr(&signer, i);
        Bytes der(static_cast<std::size_t>(i2d_X509_ATTRIBUTE(attribute, nullptr)));
        unsigned char* position = der.data();
        i2d_X509_ATTRIBUTE(attribute, &position);
        attributes.push_back(std::move(der));
    }
    return asn1::set_of(asn1::Tag::set, {attributes.begin(), attributes.end()});
}

/// A detached SignedData with Ed25519 over "All is well.\n", made by certtool of GnuTLS 3.7.9, in Base64.
constexpr std::string_view by_gnutls =
    "MIIDoAYJKoZIhvcNAQcCoIIDkTCCA40CAQExDTALBglghkgBZQMEAgMwCwYJKoZIhvcNAQcBoIICUTCCAk0wggE1oAMCAQIC"
    "FGEWsDxa7shtedAitnB5tGSLjwzeMA0GCSqGSIb3DQEBCwUAMBIxEDAOBgNVBAMMB0RlbW8gQ0EwHhcNMjYxMTI2MTkwNDM2"
    "WhcNMjYxMjI2MTkwNDM2WjASMRAwDgYDVQQDDAdlZDI1NTE5MCowBQYDK2VwAyEADZbLNE5k8PH7LZJOm0ywuWqyxm+zxSp/"
    "gOtNc8ZjGaSjgZQwgZEwDAYDVR0TAQH/BAIwADAOBgNVHQ8BAf8EBAMCB4AwEwYDVR0lBAwwCgYIKwYBBQUHAwQwHAYDVR0R"
    "BBUwE4ERYWxpY2VAZXhhbXBsZS5vcmcwHQYDVR0OBBYEFEoTwufQdkmbWms5SFnAVvZq4b3BMB8GA1UdIwQYMBaAFNGeCmWW"
    "iq7tV3Di/TfyNyZgeyUYMA0GCSqGSIb3DQEBCwUAA4IBAQB6kAHhYWkxFd9oLJRwKkEf1hF3NuG8Ay1xukeBokU4SGSsuM6v"
    "IwUfQp7eb3qnpmh7cTxbJoSoP1OEntKyDvHB3XzrXEOgU4f1dVKXEA4UFLnGloIS8D0B+4ajmuKyilbRhau4qVJjrKP2InoR"
    "rDuzvfV8uikbbw2deBtiLVdtZFjt6XxbCNcKMuNCKdXMNOi2iRRviZuMB4/r7ZlrVdufxSQJUUT2olas8GeK5vutD4rRwTlC"
    "7RECTxBocTCRSZQnVepuRgzMyfi/OfMg56PoWcAVkwrtPO1aQgrLPKby8fTzXWHhnzruPFpFoLDHAIOs5gaPu8myCjxbLTXv"
    "zhk7MYIBFTCCARECAQEwKjASMRAwDgYDVQQDDAdEZW1vIENBAhRhFrA8Wu7IbXnQIrZwebRki48M3jALBglghkgBZQMEAgOg"
    "gYkwGAYJKoZIhvcNAQkDMQsGCSqGSIb3DQEHATAcBgkqhkiG9w0BCQUxDxcNMjYxMTI2MTkwNDU0WjBPBgkqhkiG9w0BCQQx"
    "QgRAs2ixt9k6/7UlqCeS8Q2EioHY+YuWFl9vcb5OMQJh1KVeiC49IAPQTy6LL6KLA2qLyH7QRPJ3SpSHJG5qdIEcCDAFBgMr"
    "ZXAEQNVxjngdeLp7aj9jwVu5JmoBctSBkGwzeVqzP0gHWS8s9TTfgcOpxoX3O26t0l58HdJL73KyjraosasQOWNPVQI=";

Bytes from_base64(std::string_view text) {
    Bytes bytes(text.size() / 4 * 3);
    const int size = EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(text.data()),
                                     static_cast<int>(text.size()));
    REQUIRE(size > 0);
    // It counts what pads as bytes.
    bytes.resize(static_cast<std::size_t>(size) -
                 static_cast<std::size_t>(std::count(text.begin(), text.end(), '=')));
    return bytes;
}

template <typename Value>
Bytes replaced(Bytes message, const Value& from, const Value& to) {
    bool found = false;
    for (auto at = message.begin();;) {
        at = std::search(at, message.end(), from.begin(), from.end());
        if (at == message.end())
            break;
        at = std::copy(to.begin(), to.end(), at);
        found = true;
    }
    REQUIRE(found);
    return message;
}

ContentSource source_of_all(const Bytes& bytes) {
    return [&bytes](const ByteSink& feed) { feed(bytes); };
}

asn1::ItemPtr<X509_ALGOR> algorithm(const std::string& oid, const Bytes& parameters) {
    const Bytes der = asn1::tlv(asn1::Tag::sequence, {asn1::object_identifier(oid), parameters});
    return asn1::decode<X509_ALGOR>(der, "algorithm");
}

}  // namespace

TEST_CASE("EdDSA signs the signed attributes themselves, and the content's hash is the one of RFC 8419") {
    const CertificateAuthority root;
    for (const Case& used : cases) {
        INFO(used.name);
        const Certificate alice = root.issue(test_key(used.key));
        const Bytes message = message_of(used, alice);

        const unsigned char* position = message.data();
        const CmsPtr parsed(d2i_CMS_ContentInfo(nullptr, &position, static_cast<long>(message.size())));
        REQUIRE(parsed);
        CMS_SignerInfo& signer = *sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(parsed.get()), 0);
        const Bytes attributes = attributes_of(signer);
        const ASN1_OCTET_STRING& signature = *CMS_SignerInfo_get0_signature(&signer);
        const EvpMdCtxPtr context(EVP_MD_CTX_new());
        REQUIRE(EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, alice.public_key()) == 1);
        CHECK(EVP_DigestVerify(context.get(), ASN1_STRING_get0_data(&signature),
                               static_cast<std::size_t>(ASN1_STRING_length(&signature)), attributes.data(),
                               attributes.size()) == 1);

        const SignerResult result = only_signer(message, trusting(root.certificate()));
        CHECK(result.intact);
        CHECK(result.trusted);
        CHECK(result.digest_algorithm == digest_name(used.digest));
        CHECK(result.signature_algorithm == used.name);
        const SignerProfile profile(alice, {});
        CHECK(message.size() <= signed_data_size_limit({&profile}, 114, IncludedCertificates::signer));
    }
}

TEST_CASE("an EdDSA signature over something else does not hold") {
    const CertificateAuthority root;
    const VerifyOptions options = trusting(root.certificate());
    for (const Case& used : cases) {
        INFO(used.name);
        const Certificate alice = root.issue(test_key(used.key));
        const Bytes message = message_of(used, alice);
        const Bytes other{'h', 'a', 'l', 'l', 'o'};
        CHECK_FALSE(verify_signed_data(message, source_of(other), options).holds());

        Bytes damaged = message;
        damaged.back() ^= 1;
        CHECK(has_reason(only_signer(damaged, options), ReasonCode::signature_wrong,
                         "not one of the signer's key"));
        // What is signed is no digest of the attributes.
        const SignerProfile signer(alice, {});
        Signature prehashed = sign_content(test_key(used.key), signer, used.scheme, used.digest, content);
        const Bytes genuine = prehashed.value;
        prehashed.value = sign_message(test_key(used.key), digest(used.digest, prehashed.signed_attributes));
        REQUIRE(prehashed.value != genuine);
        CHECK(has_reason(
            only_signer(detached_signed_data({prehashed}, data, IncludedCertificates::signer), options),
            ReasonCode::signature_wrong, "not one of the signer's key"));
    }
}

TEST_CASE("Ed25519 goes with SHA-512 and nothing else") {
    const CertificateAuthority root;
    const Certificate alice = root.issue(test_key(KeyType::ed25519));
    const Bytes message = message_of(cases.front(), alice);
    const Bytes sha512 = asn1::object_identifier(digest_nid(DigestAlgorithm::sha512));
    const Bytes sha256 = asn1::object_identifier(digest_nid(DigestAlgorithm::sha256));
    CHECK(has_reason(only_signer(replaced(message, sha512, sha256), trusting(root.certificate())),
                     ReasonCode::hash_differs, "another algorithm"));
    const SignerProfile signer(alice, {});
    AttributeValues values;
    const Bytes digest_of_content = digest(DigestAlgorithm::sha256, content);
    values.digest = digest_of_content;
    values.scheme = SignatureScheme::ed25519;
    CHECK_THROWS_AS((void)signed_attributes(signer, values), Error);
}

TEST_CASE("EdDSA without signed attributes is over the content itself") {
    const CertificateAuthority root;
    const VerifyOptions options = trusting(root.certificate());
    for (const Case& used : cases) {
        INFO(used.name);
        const Certificate alice = root.issue(test_key(used.key));
        const Bytes message = without_attributes(used, alice, content);
        const SignerResult result = only_signer(message, options);
        CHECK(result.reasons.empty());
        CHECK(result.signature_algorithm == used.name);
        CHECK(result.digest_algorithm == digest_name(used.digest));
        CHECK(result.signed_attributes.empty());
        const Bytes other{'H', 'e', 'l', 'l', 'o', '\r'};
        CHECK_FALSE(verify_signed_data(message, source_of(other), options).signers.front().intact);
        // It is over no digest.
        const Bytes prehashed = without_attributes(used, alice, digest(used.digest, content));
        CHECK(has_reason(only_signer(prehashed, options), ReasonCode::signature_wrong,
                         "not one of the signer's key"));
    }
}

TEST_CASE("what EdDSA signed as attributes is no content that it signed without them") {
    const CertificateAuthority root;
    const Certificate alice = root.issue(test_key(KeyType::ed25519));
    const SignerProfile signer(alice, {});
    const Bytes attributes = sign_content(test_key(KeyType::ed25519), signer, SignatureScheme::ed25519,
                                          DigestAlgorithm::sha512, content)
                                 .signed_attributes;
    const SignedDataResult result = verify_signed_data(without_attributes(cases.front(), alice, attributes),
                                                       source_of(attributes), trusting(root.certificate()));
    CHECK(has_reason(result.signers.at(0), ReasonCode::attributes_as_content,
                     "signed attributes of another message"));
    CHECK_FALSE(result.holds());
}

TEST_CASE("EdDSA without signed attributes is checked over contents up to a bound, and refused above") {
    const CertificateAuthority root;
    const VerifyOptions options = trusting(root.certificate());
    const Certificate alice = root.issue(test_key(KeyType::ed25519));
    const auto verified = [&](const Bytes& over, std::size_t piece_size) {
        const auto pieces = [&](const ByteSink& feed) {
            for (BytesView left(over); !left.empty();) {
                const BytesView piece = left.first(std::min(piece_size, left.size()));
                feed(piece);
                left = left.subspan(piece.size());
            }
        };
        return verify_signed_data(without_attributes(cases.front(), alice, over), pieces, options);
    };
    const Bytes longest(max_eddsa_content, 'x');
    CHECK(verified(longest, 100'000).holds());
    for (const std::size_t piece_size : {std::size_t{100'000}, max_eddsa_content + 2}) {
        const SignedDataResult longer = verified(Bytes(max_eddsa_content + 1, 'x'), piece_size);
        CHECK(has_reason(longer.signers.at(0), ReasonCode::content_too_long, "above 8 MiB"));
        CHECK_FALSE(longer.holds());
    }
}

TEST_CASE("EdDSA without signed attributes is checked over so much in all of a message, whoever signed") {
    const CertificateAuthority root;
    const Certificate alice = root.issue(test_key(KeyType::ed25519));
    const Bytes longest(max_eddsa_content, 'x');
    const auto parsed =
        asn1::decode<asn1::ContentInfo>(without_attributes(cases.front(), alice, longest), "");
    auto& signers = *parsed->d.signed_data->signer_infos;
    const Bytes signer = asn1::encode(*asn1::sk_SignerInfo_value(&signers, 0));
    const std::size_t within = max_eddsa_total / max_eddsa_content;
    while (static_cast<std::size_t>(asn1::sk_SignerInfo_num(&signers)) < within + 2)
        REQUIRE(asn1::sk_SignerInfo_push(&signers, asn1::decode<asn1::SignerInfo>(signer, "").release()) > 0);
    const auto result =
        verify_signed_data(asn1::encode(*parsed), source_of_all(longest), trusting(root.certificate()));
    REQUIRE(result.signers.size() == within + 2);
    for (std::size_t i = 0; i < result.signers.size(); ++i) {
        CAPTURE(i);
        CHECK(result.signers[i].intact == (i < within));
        if (i >= within)
            CHECK(has_reason(result.signers[i], ReasonCode::content_too_long, "64 MiB in all"));
    }
    CHECK_FALSE(result.holds());
}

TEST_CASE("identifiers of EdDSA and SHAKE256 are read strictly") {
    const Bytes null{0x05, 0x00};
    const auto ed25519 = algorithm("1.3.101.112", {});
    CHECK(read_signature_algorithm(*ed25519, DigestAlgorithm::sha512).scheme == SignatureScheme::ed25519);
    const auto ed448 = algorithm("1.3.101.113", {});
    CHECK(read_signature_algorithm(*ed448, DigestAlgorithm::shake256).scheme == SignatureScheme::ed448);
    const auto with_null = algorithm("1.3.101.112", null);
    CHECK_THROWS_AS(read_signature_algorithm(*with_null, DigestAlgorithm::sha512), Error);

    const std::string id_shake256 = "2.16.840.1.101.3.4.2.12";
    const std::string id_shake256_len = "2.16.840.1.101.3.4.2.18";
    CHECK(read_digest_algorithm(*algorithm(id_shake256, {})) == DigestAlgorithm::shake256);
    CHECK(read_digest_algorithm(*algorithm(id_shake256_len, asn1::integer(512))) ==
          DigestAlgorithm::shake256);
    CHECK_FALSE(read_digest_algorithm(*algorithm(id_shake256_len, asn1::integer(256))));
    CHECK_FALSE(read_digest_algorithm(*algorithm(id_shake256_len, {})));
    CHECK_FALSE(read_digest_algorithm(*algorithm(id_shake256_len, null)));
    // It serves Ed448 alone.
    const auto shake256 = algorithm(id_shake256, {});
    CHECK_THROWS_AS(read_parameter_hash(shake256.get()), Error);
    const auto rsa = algorithm("1.2.840.113549.1.1.1", null);
    CHECK_THROWS_AS(read_signature_algorithm(*rsa, DigestAlgorithm::shake256), Error);
}

TEST_CASE("an Ed25519 signature that GnuTLS made is intact, and over nothing else") {
    const Bytes message = from_base64(by_gnutls);
    const std::string_view text = "All is well.\n";
    const Bytes signed_content(text.begin(), text.end());
    const SignedDataResult result = verify_signed_data(message, source_of(signed_content), {});
    REQUIRE(result.signers.size() == 1);
    CHECK(result.signers.front().intact);
    CHECK(result.signers.front().signature_algorithm == "Ed25519");
    const Bytes other(signed_content.begin(), signed_content.end() - 1);
    CHECK_FALSE(verify_signed_data(message, source_of(other), {}).signers.front().intact);
}
