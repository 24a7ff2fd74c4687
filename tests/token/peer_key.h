// What the other side does with a public key of the token, through OpenSSL.
#pragma once

#include <string>
#include <string_view>

#include "cms/openssl_ptr.h"
#include "token/protocol/token.pb.h"

namespace signet::tests {

/// The public key in `pem`. Throws std::runtime_error.
cms::EvpPkeyPtr public_key(const std::string& pem);

/// Whether `signature` is good.
bool verifies(EVP_PKEY* key, token::protocol::SignScheme scheme, token::protocol::Hash hash,
              const std::string& digest, const std::string& signature);

/// Whether `signature` is that of Ed25519 or Ed448 on `message`.
bool verifies_message(EVP_PKEY* key, const std::string& message, const std::string& signature);

/// Encrypts with OAEP. Throws std::runtime_error.
std::string encrypt_oaep(EVP_PKEY* key, token::protocol::Hash hash, token::protocol::Hash mgf_hash,
                         const std::string& label, std::string_view plaintext);

/// Encrypts with PKCS #1 v1.5, or OAEP with SHA-1. Throws std::runtime_error.
std::string encrypt(EVP_PKEY* key, token::protocol::DecryptScheme scheme, std::string_view plaintext);

/// RSA without padding: `block` is as long as the modulus.
std::string encrypt_raw(EVP_PKEY* key, std::string_view block);

/// A fresh key on the curve called `curve` ("P-256").
cms::EvpPkeyPtr fresh_ec_key(const char* curve);
/// A fresh key of X25519 (32 bytes) or X448 (56).
cms::EvpPkeyPtr fresh_montgomery_key(std::size_t size);
/// The uncompressed point; of Edwards and Montgomery curves the bytes of RFC 8032 and RFC 7748.
std::string point_of(EVP_PKEY* key);
/// ECDH of our private key with their public key.
std::string shared_secret(EVP_PKEY* ours, EVP_PKEY* theirs);

}  // namespace signet::tests
