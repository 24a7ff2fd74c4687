#include "cms/key_wrap.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/obj_mac.h>
#include <openssl/params.h>

#include <array>
#include <string>

#include "cms/asn1/der.h"
#include "cms/error.h"
#include "cms/openssl_error.h"
#include "cms/openssl_ptr.h"

namespace signet::cms {
namespace {

// Any content-encryption key, wrapped, is far shorter.
constexpr std::size_t max_wrapped_size = 1024;

const EVP_CIPHER* wrap_cipher(KeyWrap wrap, std::size_t key_size) noexcept {
    if (wrap == KeyWrap::triple_des)
        return key_size == triple_des_key_size ? EVP_des_ede3_wrap() : nullptr;
    switch (key_size) {
        case 16:
            return EVP_aes_128_wrap();
        case 24:
            return EVP_aes_192_wrap();
        case 32:
            return EVP_aes_256_wrap();
        default:
            return nullptr;
    }
}

EvpCipherCtxPtr wrap_context(const Secret& key_encryption_key, KeyWrap wrap, bool encrypt) {
    const EVP_CIPHER* cipher = wrap_cipher(wrap, key_encryption_key.size());
    EvpCipherCtxPtr context(EVP_CIPHER_CTX_new());
    require_openssl(cipher != nullptr && context, "cannot wrap keys");
    EVP_CIPHER_CTX_set_flags(context.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
    require_openssl(EVP_CipherInit_ex(context.get(), cipher, nullptr, key_encryption_key.data(), nullptr,
                                      encrypt ? 1 : 0) == 1,
                    "cannot wrap keys");
    return context;
}

// ECC-CMS-SharedInfo ::= SEQUENCE {
//   keyInfo AlgorithmIdentifier,
//   entityUInfo [0] EXPLICIT OCTET STRING OPTIONAL,
//   suppPubInfo [2] EXPLICIT OCTET STRING }  -- bits of the key-encryption key    RFC 5753 section 7.2
Bytes shared_info(BytesView wrap_algorithm, std::size_t wrap_key_size, BytesView ukm) {
    using asn1::Tag;
    const auto bits = static_cast<std::uint32_t>(wrap_key_size * 8);
    const std::array<std::uint8_t, 4> size{
        static_cast<std::uint8_t>(bits >> 24), static_cast<std::uint8_t>(bits >> 16),
        static_cast<std::uint8_t>(bits >> 8), static_cast<std::uint8_t>(bits)};
    const Bytes supp_pub_info = asn1::tlv(asn1::context(2), {asn1::tlv(Tag::octet_string, {size})});
    Bytes entity_u_info;
    if (!ukm.empty())
        entity_u_info = asn1::tlv(asn1::context(0), {asn1::tlv(Tag::octet_string, {ukm})});
    return asn1::tlv(Tag::sequence, {wrap_algorithm, entity_u_info, supp_pub_info});
}

}  // namespace

Bytes wrap_key(const Secret& key_encryption_key, const Secret& key) {
    if (key.size() > max_wrapped_size)
        throw Error(ErrorCode::failed, "a key that is too long to wrap");
    const EvpCipherCtxPtr context = wrap_context(key_encryption_key, KeyWrap::aes, true);
    Bytes wrapped(key.size() + wrap_overhead);
    int size = 0;
    require_openssl(EVP_EncryptUpdate(context.get(), wrapped.data(), &size, key.data(),
                                      static_cast<int>(key.size())) == 1 &&
                        static_cast<std::size_t>(size) == wrapped.size(),
                    "cannot wrap a key");
    return wrapped;
}

std::optional<Secret> unwrap_key(const Secret& key_encryption_key, BytesView wrapped, KeyWrap wrap) {
    const std::size_t overhead = wrap == KeyWrap::aes ? wrap_overhead : triple_des_wrap_overhead;
    if (wrapped.size() <= overhead || wrapped.size() > max_wrapped_size)
        return std::nullopt;
    const EvpCipherCtxPtr context = wrap_context(key_encryption_key, wrap, false);
    Secret key(wrapped.size());
    int size = 0;
    const bool unwrapped = EVP_DecryptUpdate(context.get(), key.data(), &size, wrapped.data(),
                                             static_cast<int>(wrapped.size())) == 1 &&
                           static_cast<std::size_t>(size) == wrapped.size() - overhead;
    ERR_clear_error();
    if (!unwrapped)
        return std::nullopt;
    key.truncate(static_cast<std::size_t>(size));
    return key;
}

int wrap_nid(std::size_t size) {
    switch (size) {
        case 16:
            return NID_id_aes128_wrap;
        case 24:
            return NID_id_aes192_wrap;
        case 32:
            return NID_id_aes256_wrap;
        default:
            throw Error(ErrorCode::failed,
                        "no AES key wrap with a key of " + std::to_string(size) + " bytes");
    }
}

std::optional<std::size_t> wrap_key_size(int nid) noexcept {
    switch (nid) {
        case NID_id_aes128_wrap:
            return 16;
        case NID_id_aes192_wrap:
            return 24;
        case NID_id_aes256_wrap:
            return 32;
        default:
            return std::nullopt;
    }
}

Secret derive_key_encryption_key(const Secret& shared_secret, KeyDerivation derivation,
                                 DigestAlgorithm digest, BytesView wrap_algorithm, std::size_t wrap_key_size,
                                 BytesView ukm) {
    Bytes info = shared_info(wrap_algorithm, wrap_key_size, ukm);
    std::string hash(digest_name(digest));
    const EvpKdfPtr kdf(EVP_KDF_fetch(
        nullptr, derivation == KeyDerivation::hkdf ? OSSL_KDF_NAME_HKDF : OSSL_KDF_NAME_X963KDF, nullptr));
    const EvpKdfCtxPtr context(kdf ? EVP_KDF_CTX_new(kdf.get()) : nullptr);
    require_openssl(context != nullptr, "cannot derive a key");
    // OpenSSL only reads from them, whatever the signature says.
    auto* secret = const_cast<std::uint8_t*>(shared_secret.data());
    const std::array<OSSL_PARAM, 4> parameters{
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, hash.data(), 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, secret, shared_secret.size()),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info.data(), info.size()),
        OSSL_PARAM_construct_end()};
    Secret key(wrap_key_size);
    require_openssl(EVP_KDF_derive(context.get(), key.data(), key.size(), parameters.data()) == 1,
                    "cannot derive a key");
    return key;
}

}  // namespace signet::cms
