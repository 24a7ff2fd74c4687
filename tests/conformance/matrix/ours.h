// What Signet makes and reads, with keys in memory for the token's.
#pragma once

#include "cms/bytes.h"
#include "tests/conformance/matrix/peers.h"

namespace signet::conformance {

/// SignedData with `content` inside.
cms::Bytes our_signature(const Party& signer, cms::SignatureScheme scheme, cms::DigestAlgorithm digest,
                         cms::BytesView content);
/// Throws std::runtime_error unless it holds, with `content` inside.
void verify_ours(cms::BytesView message, const cms::Certificate& root, cms::BytesView content);

cms::Bytes our_envelope(const Party& recipient, const Sealing& sealing, cms::BytesView content);
/// Throws std::runtime_error unless it decrypts to `content`.
void decrypt_ours(cms::BytesView message, const Party& recipient, cms::BytesView content);

/// The cipher that `message` is encrypted with; none if it is 3DES. Throws cms::Error.
std::optional<cms::ContentCipher> cipher_of(cms::BytesView message);

/// A party with a certificate of `authority`'s and its files in `folder`.
Party make_party(const std::string& name, EVP_PKEY& key, const cms::Certificate& certificate,
                 const std::filesystem::path& folder);
void write_file(const std::filesystem::path& path, cms::BytesView bytes);
cms::Bytes read_file(const std::filesystem::path& path);

}  // namespace signet::conformance
