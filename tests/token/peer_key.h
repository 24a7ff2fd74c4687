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

/// Encrypts with PKCS #1 v1.5, or OAEP with SHA-1. Throws std::runtime_error.
std::string encrypt(EVP_PKEY* key, token::protocol::DecryptScheme scheme, std::string_view plaintext);

/// RSA without padding: `block` is as long as the modulus.
std::string encrypt_raw(EVP_PKEY* key, std::string_view block);

/// A fresh key on the curve called `curve` ("P-256").
cms::EvpPkeyPtr fresh_ec_key(const char* curve);
/// The uncompressed point.
std::string point_of(EVP_PKEY* key);
/// ECDH of our private key with their public key.
std::string shared_secret(EVP_PKEY* ours, EVP_PKEY* theirs);

}  // namespace signet::tests
