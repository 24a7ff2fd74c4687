// An authority whose keys and certificates are the same in each run, so that seeds go with them.
#pragma once

#include <cstdint>

#include "cms/certificate.h"
#include "tests/cms/certificate_authority.h"

namespace signet::fuzz {

/// The time that everything is judged at, in seconds since the epoch.
inline constexpr std::int64_t fixed_time = 1750000000;

/// An Ed25519 key of fixed octets; the same for each `which`.
EVP_PKEY& fixed_key(std::uint8_t which);

/// `request` with a validity of years around fixed_time.
cms::test::CertificateRequest valid_then(cms::test::CertificateRequest request);

/// What an authority's certificate says.
cms::test::CertificateRequest authority_request(const char* common_name);

/// A root, and whom it certified. No seed is signed by these keys: nobody can forge what a target does not
/// sign itself.
struct FixedAuthority {
    EVP_PKEY& root_key = fixed_key(1);
    cms::Certificate root =
        cms::test::make_certificate(root_key, valid_then(authority_request("Fixed Root")), root_key, nullptr);
    EVP_PKEY& alice_key = fixed_key(2);
    cms::Certificate alice = cms::test::make_certificate(alice_key, valid_then({}), root_key, &root);
};

/// The only one of this process.
const FixedAuthority& fixed_authority();

}  // namespace signet::fuzz
