// Certificates, keys and messages of the corpus, in any armour that they come in.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cms/bytes.h"
#include "cms/certificate.h"
#include "cms/openssl_ptr.h"

namespace signet::conformance {

/// All of a file. Throws std::runtime_error.
cms::Bytes contents(const std::filesystem::path& path);

/// The certificates of a file in PEM or DER. Throws cms::Error.
std::vector<cms::Certificate> certificates(const std::filesystem::path& path);

/// A key that plays the token's, and the certificate that it goes with.
struct Recipient {
    cms::Certificate certificate;
    cms::EvpPkeyPtr key;
};

/// From a key (PEM, or DER of PKCS#8) and a certificate. Throws std::runtime_error.
Recipient recipient(const std::filesystem::path& key, const std::filesystem::path& certificate,
                    const std::string& passphrase);
/// From PKCS#12, DER or PEM. Throws std::runtime_error.
Recipient recipient(const std::filesystem::path& pkcs12, const std::string& passphrase);

/// What is within the PEM armour of `bytes`, or `bytes` themselves if it has none; base64 alone counts too.
/// Throws cms::Error(malformed).
cms::Bytes without_armour(const cms::Bytes& bytes);

}  // namespace signet::conformance
