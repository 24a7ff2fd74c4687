// Why a certificate was revoked (RFC 5280 section 5.3.1).
#pragma once

#include <openssl/types.h>

#include <optional>
#include <string_view>

namespace signet::cms {

/// CRLReason, by its number.
enum class RevocationReason {
    unspecified = 0,
    key_compromise = 1,
    ca_compromise = 2,
    affiliation_changed = 3,
    superseded = 4,
    cessation_of_operation = 5,
    certificate_hold = 6,
    remove_from_crl = 8,
    privilege_withdrawn = 9,
    aa_compromise = 10,
};

/// As the RFC calls it: "keyCompromise".
[[nodiscard]] std::string_view reason_token(RevocationReason) noexcept;

/// None for a number that is none's.
[[nodiscard]] std::optional<RevocationReason> revocation_reason(long number) noexcept;
/// What an entry of a CRL says; none if it says nothing that can be read.
[[nodiscard]] std::optional<RevocationReason> reason_in(const X509_REVOKED& entry);

/// Whether nobody else has the key, so that what a TSA signed before it was revoked stays good (RFC 3161
/// section 4): one of the reasons that are listed there. Without a reason it may be any.
[[nodiscard]] bool leaves_key_safe(std::optional<RevocationReason>) noexcept;

}  // namespace signet::cms
