#include "tests/token/peer_key.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <stdexcept>

namespace signet::tests {

namespace protocol = token::protocol;

namespace {

const unsigned char* bytes(std::string_view text) noexcept {
    return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* bytes(std::string& text) noexcept {
    return reinterpret_cast<unsigned char*>(text.data());
}

void must(bool good, const char* what) {
    if (!good)
        throw std::runtime_error(what);
}

cms::EvpPkeyCtxPtr context_of(EVP_PKEY* key) {
    cms::EvpPkeyCtxPtr context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
    must(context != nullptr, "EVP_PKEY_CTX_new_from_pkey");
    return context;
}

const EVP_MD* algorithm(protocol::Hash hash) noexcept {
    return hash == protocol::HASH_SHA1     ? EVP_sha1()
           : hash == protocol::HASH_SHA256 ? EVP_sha256()
           : hash == protocol::HASH_SHA384 ? EVP_sha384()
                                           : EVP_sha512();
}

std::string encrypt_padded(EVP_PKEY* key, int padding, std::string_view plaintext) {
    const cms::EvpPkeyCtxPtr context = context_of(key);
    must(EVP_PKEY_encrypt_init(context.get()) == 1, "EVP_PKEY_encrypt_init");
    must(EVP_PKEY_CTX_set_rsa_padding(context.get(), padding) == 1, "EVP_PKEY_CTX_set_rsa_padding");
    std::string ciphertext(static_cast<std::size_t>(EVP_PKEY_get_size(key)), '\0');
    std::size_t size = ciphertext.size();
    must(EVP_PKEY_encrypt(context.get(), bytes(ciphertext), &size, bytes(plaintext), plaintext.size()) == 1,
         "EVP_PKEY_encrypt");
    ciphertext.resize(size);
    return ciphertext;
}

}  // namespace

cms::EvpPkeyPtr public_key(const std::string& pem) {
    const cms::BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    cms::EvpPkeyPtr key(PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr));
    must(key != nullptr, "not a public key");
    return key;
}

bool verifies(EVP_PKEY* key, protocol::SignScheme scheme, protocol::Hash hash, const std::string& digest,
              const std::string& signature) {
    const cms::EvpPkeyCtxPtr context = context_of(key);
    must(EVP_PKEY_verify_init(context.get()) == 1, "EVP_PKEY_verify_init");
    if (scheme == protocol::RSA_PSS) {
        must(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PSS_PADDING) == 1, "PSS");
        must(EVP_PKEY_CTX_set_rsa_pss_saltlen(context.get(), RSA_PSS_SALTLEN_DIGEST) == 1, "salt");
    }
    must(EVP_PKEY_CTX_set_signature_md(context.get(), algorithm(hash)) == 1, "hash");
    return EVP_PKEY_verify(context.get(), bytes(signature), signature.size(), bytes(digest), digest.size()) ==
           1;
}

bool verifies_message(EVP_PKEY* key, const std::string& message, const std::string& signature) {
    const cms::EvpMdCtxPtr context(EVP_MD_CTX_new());
    must(EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key) == 1, "EVP_DigestVerifyInit");
    return EVP_DigestVerify(context.get(), bytes(signature), signature.size(), bytes(message),
                            message.size()) == 1;
}

std::string encrypt_oaep(EVP_PKEY* key, protocol::Hash hash, protocol::Hash mgf_hash,
                         const std::string& label, std::string_view plaintext) {
    const cms::EvpPkeyCtxPtr context = context_of(key);
    must(EVP_PKEY_encrypt_init(context.get()) == 1, "EVP_PKEY_encrypt_init");
    must(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_OAEP_PADDING) == 1 &&
             EVP_PKEY_CTX_set_rsa_oaep_md(context.get(), algorithm(hash)) == 1 &&
             EVP_PKEY_CTX_set_rsa_mgf1_md(context.get(), algorithm(mgf_hash)) == 1,
         "OAEP");
    if (!label.empty())
        must(EVP_PKEY_CTX_set0_rsa_oaep_label(context.get(), OPENSSL_memdup(label.data(), label.size()),
                                              static_cast<int>(label.size())) == 1,
             "label");
    std::string ciphertext(static_cast<std::size_t>(EVP_PKEY_get_size(key)), '\0');
    std::size_t size = ciphertext.size();
    must(EVP_PKEY_encrypt(context.get(), bytes(ciphertext), &size, bytes(plaintext), plaintext.size()) == 1,
         "EVP_PKEY_encrypt");
    return ciphertext;
}

std::string encrypt(EVP_PKEY* key, protocol::DecryptScheme scheme, std::string_view plaintext) {
    const bool oaep = scheme == protocol::DECRYPT_OAEP;
    return encrypt_padded(key, oaep ? RSA_PKCS1_OAEP_PADDING : RSA_PKCS1_PADDING, plaintext);
}

std::string encrypt_raw(EVP_PKEY* key, std::string_view block) {
    return encrypt_padded(key, RSA_NO_PADDING, block);
}

cms::EvpPkeyPtr fresh_ec_key(const char* curve) {
    cms::EvpPkeyPtr key(EVP_EC_gen(curve));
    must(key != nullptr, "EVP_EC_gen");
    return key;
}

cms::EvpPkeyPtr fresh_montgomery_key(std::size_t size) {
    cms::EvpPkeyPtr key(EVP_PKEY_Q_keygen(nullptr, nullptr, size == 32 ? "X25519" : "X448"));
    must(key != nullptr, "EVP_PKEY_Q_keygen");
    return key;
}

std::string point_of(EVP_PKEY* key) {
    std::string point(1024, '\0');
    std::size_t size = point.size();
    if (EVP_PKEY_get_raw_public_key(key, bytes(point), &size) == 1) {
        point.resize(size);
        return point;
    }
    must(EVP_PKEY_get_octet_string_param(key, "encoded-pub-key", bytes(point), point.size(), &size) == 1,
         "no point");
    point.resize(size);
    return point;
}

std::string shared_secret(EVP_PKEY* ours, EVP_PKEY* theirs) {
    const cms::EvpPkeyCtxPtr context = context_of(ours);
    must(EVP_PKEY_derive_init(context.get()) == 1, "EVP_PKEY_derive_init");
    must(EVP_PKEY_derive_set_peer(context.get(), theirs) == 1, "EVP_PKEY_derive_set_peer");
    std::string secret(1024, '\0');
    std::size_t size = secret.size();
    must(EVP_PKEY_derive(context.get(), bytes(secret), &size) == 1, "EVP_PKEY_derive");
    secret.resize(size);
    return secret;
}

}  // namespace signet::tests
