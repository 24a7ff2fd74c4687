// A public key with a certificate, and where its private key is.
#pragma once

#include "agent/token_state.h"
#include "cms/certificate.h"
#include "cms/signed_data_builder.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace signet::agent {

/// One copy of a private key. Those of one key are replicas.
struct Location {
    std::shared_ptr<TokenState> token;
    /// CKA_ID
    std::string id;
    /// The private key; none if the token does not show it before a login.
    std::optional<ScannedKey> key;
};

/// A public key and all its places. Immutable but for TokenState's two states.
struct Key {
    /// DER; what makes two certificates one key.
    std::string subject_public_key_info;
    cms::KeyKind kind = cms::KeyKind::other;
    /// Bytes of a signature, at most.
    std::size_t signature_size = 0;
    std::vector<Location> locations;
    /// Of the catalogue that has it.
    std::uint64_t generation = 0;
};

/// Where a certificate is: on a token, or in a file beside it. Then ID and label are those of the key.
struct Place {
    std::shared_ptr<TokenState> token;
    /// CKA_ID
    std::string id;
    /// CKA_LABEL
    std::string label;
    /// Empty if it is on the token.
    std::string file{};
};

/// Whether some copy of `key` may be used so (CKA_SIGN; CKA_DECRYPT or, of keys other than RSA, CKA_DERIVE),
/// or is not seen yet.
bool key_may_sign(const Key& key);
bool key_may_decrypt(const Key& key);

/// Immutable; shared by the catalogue and the requests under way.
struct Identity {
    cms::Certificate certificate;
    cms::SignerProfile profile;
    /// SHA-256, lower-case hex.
    std::string fingerprint;
    std::string subject;
    /// UTF-8, as written.
    std::vector<std::string> emails;
    /// CKA_LABEL of the certificate, or its key, in its first place.
    std::string label;
    /// The subjects of the certificates that are sent along.
    std::vector<std::string> chain;
    /// Seconds since the epoch.
    std::int64_t not_before = 0;
    std::int64_t not_after = 0;
    bool may_sign = false;
    bool may_decrypt = false;
    /// As cms::comparable_issuer_and_serial has it.
    cms::Bytes issuer_and_serial;
    cms::Bytes subject_key_identifier;
    /// pkcs11: URI of the certificate in its first place; of its key if that is a file.
    std::string uri;
    /// pkcs11: URI of that token.
    std::string token_uri;
    /// Never empty.
    std::vector<Place> places;
    std::shared_ptr<const Key> key;

    /// One line that tells it from others: subject and fingerprint.
    [[nodiscard]] std::string description() const;
};

/// How the public key of `certificate` looks on a token: RSA the modulus without leading zeros, EC the
/// uncompressed point, Edwards and Montgomery keys the bytes of RFC 8032 and RFC 7748; empty for other keys.
std::string public_value_of(const cms::Certificate& certificate);

/// DER of the name of its curve, as CKA_EC_PARAMS mostly has it; empty for keys that are not EC.
std::string curve_of(const cms::Certificate& certificate);

/// Bytes of a signature by the key of `certificate`, at most; zero if it cannot sign here.
std::size_t signature_size_of(const cms::Certificate& certificate);

}  // namespace signet::agent
