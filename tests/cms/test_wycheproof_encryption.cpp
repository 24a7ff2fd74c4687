#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>

#include <algorithm>
#include <functional>
#include <stdexcept>
#include <string>
#include <variant>

#include "cms/algorithm_identifier.h"
#include "cms/asn1/ber_reader.h"
#include "cms/asn1/der.h"
#include "cms/content_cipher.h"
#include "cms/elliptic_curve.h"
#include "cms/enveloped_data.h"
#include "cms/error.h"
#include "cms/key_wrap.h"
#include "cms/openssl_ptr.h"
#include "cms/recipient_info.h"
#include "tests/catch.h"
#include "tests/cms/require.h"
#include "tests/cms/software_token.h"
#include "tests/cms/wycheproof.h"

using namespace signet;
using namespace signet::cms;
using namespace signet::cms::test;

namespace {

using asn1::Tag;

Bytes bytes_in(const ptree& test, const char* name) {
    return from_hex(test.get<std::string>(name));
}

/// Whether the message decrypts, and to the vector's.
bool decrypts(const EnvelopedMessage& message, const ptree& test) {
    try {
        return decrypt_content(message, Secret(bytes_in(test, "key"))) == bytes_in(test, "msg");
    } catch (const Error&) {
        return false;
    }
}

ContentCipher aes(const ptree& group, const std::string& mode) {
    const std::string name = "aes-" + group.get<std::string>("keySize") + "-" + mode;
    for (const ContentCipher cipher :
         {ContentCipher::aes128_ccm, ContentCipher::aes192_ccm, ContentCipher::aes256_ccm})
        if (cipher_name(cipher) == name)
            return cipher;
    const auto cipher = cipher_from_name(name);
    REQUIRE(cipher);
    return *cipher;
}

/// The additional data as authenticated attributes. A nonce or a tag that is refused, good or not, counts in
/// `refused`.
std::function<bool(const ptree&, const ptree&)> opening_aead(const std::string& mode, int& refused) {
    return [mode, &refused](const ptree& group, const ptree& test) {
        EnvelopedMessage message;
        message.authenticated = true;
        message.cipher = aes(group, mode);
        message.iv = bytes_in(test, "iv");
        message.encrypted_content = bytes_in(test, "ct");
        message.tag = bytes_in(test, "tag");
        message.tag_size = message.tag.size();
        message.authenticated_attributes = bytes_in(test, "aad");
        const bool opens = decrypts(message, test);
        if (is_iv_size(message.cipher, message.iv.size()) && is_tag_size(message.tag.size()))
            return opens;
        CHECK_FALSE(opens);
        ++refused;
        return test.get<std::string>("result") == "valid";
    };
}

/// Wraps a key as the sender of a message does for `shared`, with `public_key_info` (DER) as his ephemeral
/// key, and unwraps it as the agent and a token with `own` do.
bool agrees(EVP_PKEY& own, const Bytes& public_key_info, const Bytes& shared) {
    const Secret key(Bytes(32, 0x42));
    const Bytes wrap = algorithm_identifier(wrap_nid(key.size()));
    const Secret key_encryption_key = derive_key_encryption_key(
        // Vectors of keys that agree on nothing have none.
        Secret(shared.empty() ? Bytes(32, 1) : shared), KeyDerivation::x963, DigestAlgorithm::sha256, wrap,
        key.size(), {});
    try {
        // OriginatorPublicKey is what SubjectPublicKeyInfo is (RFC 5652 section 6.2.2).
        asn1::BerReader reader(memory_source(public_key_info), "public key");
        reader.enter(Tag::sequence);
        Bytes fields;
        while (!reader.at_end())
            asn1::append(fields, reader.element(public_key_info.size()));
        reader.leave();
        reader.finish();
        const Bytes rid = asn1::tlv(asn1::context(0), {asn1::tlv(Tag::octet_string, {as_bytes("alice")})});
        const Bytes recipient = asn1::tlv(
            Tag::sequence, {rid, asn1::tlv(Tag::octet_string, {wrap_key(key_encryption_key, key)})});
        const Bytes scheme = asn1::object_identifier(NID_dhSinglePass_stdDH_sha256kdf_scheme);
        const Bytes der =
            asn1::tlv(asn1::context(1),
                      {asn1::integer(3), asn1::tlv(asn1::context(0), {asn1::tlv(asn1::context(1), {fields})}),
                       asn1::tlv(Tag::sequence, {scheme, wrap}), asn1::tlv(Tag::sequence, {recipient})});
        const auto agreement = std::get<KeyAgreement>(parse_recipient_info(der));
        const Secret answer = agree(own, agreement.originator_point);
        const Secret unwrapped = unwrap_agreed_key(agreement, 0, answer, key.size());
        return std::equal(unwrapped.bytes().begin(), unwrapped.bytes().end(), key.bytes().begin(),
                          key.bytes().end());
    } catch (const std::runtime_error&) {
        // Error, or what the token cannot do.
        return false;
    }
}

/// The private key with this number on a named curve.
EvpPkeyPtr ec_key(const std::string& curve, const Bytes& number) {
    using ParamsPtr = OpensslPtr<OSSL_PARAM, OSSL_PARAM_free>;
    using BuilderPtr = OpensslPtr<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
    using NumberPtr = OpensslPtr<BIGNUM, BN_free>;
    const NumberPtr scalar(BN_bin2bn(number.data(), static_cast<int>(number.size()), nullptr));
    const BuilderPtr builder(OSSL_PARAM_BLD_new());
    require(scalar && builder &&
            OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve.c_str(), 0) ==
                1 &&
            OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, scalar.get()) == 1);
    const ParamsPtr parameters(OSSL_PARAM_BLD_to_param(builder.get()));
    const EvpPkeyCtxPtr context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
    EVP_PKEY* key = nullptr;
    require(context && EVP_PKEY_fromdata_init(context.get()) == 1 &&
            EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEYPAIR, parameters.get()) == 1);
    return EvpPkeyPtr(key);
}

void check_ecdh(const std::string& curve) {
    check_vectors("ecdh_" + curve + "_test.json", [](const ptree& group, const ptree& test) {
        const auto name = group.get<std::string>("curve");
        const EvpPkeyPtr own = ec_key(name == "secp256r1" ? "prime256v1" : name, bytes_in(test, "private"));
        return agrees(*own, bytes_in(test, "public"), bytes_in(test, "shared"));
    });
}

EvpPkeyPtr private_key(const Bytes& pkcs8) {
    const unsigned char* position = pkcs8.data();
    return EvpPkeyPtr(d2i_AutoPrivateKey(nullptr, &position, static_cast<long>(pkcs8.size())));
}

}  // namespace

TEST_CASE("Wycheproof: AES key wrap") {
    check_vectors("aes_wrap_test.json", [](const ptree&, const ptree& test) {
        const Secret key_encryption_key(from_hex(test.get<std::string>("key")));
        const Bytes key = from_hex(test.get<std::string>("msg"));
        const auto unwrapped = unwrap_key(key_encryption_key, from_hex(test.get<std::string>("ct")));
        return unwrapped && Bytes(unwrapped->bytes().begin(), unwrapped->bytes().end()) == key;
    });
}

TEST_CASE("Wycheproof: AES-CBC with the padding of PKCS #5") {
    check_vectors("aes_cbc_pkcs5_test.json", [](const ptree& group, const ptree& test) {
        EnvelopedMessage message;
        message.cipher = aes(group, "cbc");
        message.iv = bytes_in(test, "iv");
        message.encrypted_content = bytes_in(test, "ct");
        return decrypts(message, test);
    });
}

TEST_CASE("Wycheproof: AES-GCM and AES-CCM") {
    for (const std::string mode : {"gcm", "ccm"}) {
        int refused = 0;
        check_vectors("aes_" + mode + "_test.json", opening_aead(mode, refused));
        CHECK(refused > 0);
    }
}

TEST_CASE("Wycheproof: ECDH on P-256 and P-384, from the originator's key to the unwrapped one") {
    check_ecdh("secp256r1");
    check_ecdh("secp384r1");
}

TEST_CASE("Wycheproof: X25519, from the originator's key to the unwrapped one") {
    check_vectors("x25519_test.json", [](const ptree&, const ptree& test) {
        const Bytes number = bytes_in(test, "private");
        const EvpPkeyPtr own(
            EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nullptr, number.data(), number.size()));
        REQUIRE(own);
        constexpr std::uint8_t no_unused_bits = 0;
        const Bytes info = asn1::tlv(
            Tag::sequence, {algorithm_identifier(NID_X25519),
                            asn1::tlv(Tag::bit_string, {{&no_unused_bits, 1}, bytes_in(test, "public")})});
        return agrees(*own, info, bytes_in(test, "shared"));
    });
    check_vectors("x25519_asn_test.json", [](const ptree&, const ptree& test) {
        // Of a key that cannot be read nothing is agreed on.
        const EvpPkeyPtr own = private_key(bytes_in(test, "private"));
        return own && agrees(*own, bytes_in(test, "public"), bytes_in(test, "shared"));
    });
}

TEST_CASE("Wycheproof: RSA PKCS#1 v1.5 decryption, where every fault gives a pseudo-random key") {
    const Secret rejection_secret(Bytes(32, 7));
    check_vectors("rsa_pkcs1_2048_test.json", [&](const ptree& group, const ptree& test) {
        const EvpPkeyPtr own = private_key(bytes_in(group, "privateKeyPkcs8"));
        REQUIRE(own);
        const Bytes expected = bytes_in(test, "msg");
        const Bytes ciphertext = bytes_in(test, "ct");
        // No cipher has a key of no bytes: what decrypts to that is as good as what does not.
        const std::size_t size = expected.empty() ? 16 : expected.size();
        const auto answer_for = [&](const Secret& decrypted) {
            const Secret key = key_or_implicit_rejection(decrypted, decrypted.size() > 0, ciphertext,
                                                         rejection_secret, size);
            return Bytes(key.bytes().begin(), key.bytes().end());
        };
        KeyTransport transport;
        transport.encrypted_key = ciphertext;
        const Bytes key = answer_for(rsa_decrypt(*own, transport));
        const Bytes rejection = answer_for({});
        CHECK(key.size() == size);
        CHECK((key == expected || key == rejection));
        return key == expected || (expected.empty() && test.get<std::string>("result") == "valid");
    });
}
