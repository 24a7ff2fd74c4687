// Algorithms that nobody should rely on any more: below 112 bits (NIST SP 800-57 part 1, SP 800-131A).
#pragma once

#include <string>
#include <vector>

#include "cms/certificate.h"

namespace signet::cms {

struct WeakAlgorithm {
    /// "SHA-1", "MD5", "RSA-1024".
    std::string algorithm;
    /// Whose: "the key of CN=Alice", "the signature on CN=Alice".
    std::string where;
};

/// "SHA-1" for OpenSSL's NID of a hash.
[[nodiscard]] std::string name_of_hash(int nid);
/// Whether signatures over this hash (OpenSSL's NID) resist forgery for less than 112 bits of work: MD5,
/// SHA-1 and older ones.
[[nodiscard]] bool is_weak_hash(int nid) noexcept;
/// Whether the hash of a signature algorithm is weak, which RSASSA-PSS names in its parameters: those that
/// cannot be read are weak, too. EdDSA has no other.
[[nodiscard]] bool has_weak_hash(const X509_ALGOR& algorithm);
/// Whether a key is: RSA and DSA below 2048 bits, elliptic curves below 224.
[[nodiscard]] bool is_weak_key(const EVP_PKEY& key) noexcept;

/// What is weak in a chain, leaf first, anchor last: keys, and the hashes that the issuers signed with, but
/// for the anchor, whose signature nobody relies on.
[[nodiscard]] std::vector<WeakAlgorithm> weak_algorithms(const std::vector<Certificate>& chain);
/// Whether anything of `certificate` is: its key, or the hash that its issuer signed with.
[[nodiscard]] bool is_weak(const Certificate& certificate);

}  // namespace signet::cms
