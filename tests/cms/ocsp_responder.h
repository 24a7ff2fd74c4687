// OCSP responses of the tests' authorities.
#pragma once

#include <cstdint>
#include <optional>

#include "tests/cms/certificate_authority.h"

namespace signet::cms::test {

/// What a response says. Times are seconds from now.
struct OcspAnswer {
    /// V_OCSP_CERTSTATUS_GOOD and so on.
    int status = V_OCSP_CERTSTATUS_GOOD;
    std::int64_t this_update = -60;
    std::optional<std::int64_t> next_update = 3600;
    std::int64_t revoked = -600;
    int reason = OCSP_REVOKED_STATUS_KEYCOMPROMISE;
    /// invalidityDate.
    std::optional<std::int64_t> invalid;
    /// An invalidityDate that is no time.
    bool invalid_unreadable = false;
    const EVP_MD* digest = EVP_sha256();
    /// Signed by RSASSA-PSS.
    bool pss = false;
    /// DER of the request whose nonce it repeats; empty without nonce.
    Bytes request;
};

/// DER of an OCSPResponse about `certificate` of `issuer`, signed by `signer` with `key`.
Bytes make_ocsp_response(const Certificate& certificate, const Certificate& issuer, const Certificate& signer,
                         EVP_PKEY& key, const OcspAnswer& answer = {});

/// DER of a RevocationInfoChoice with it (RFC 5940).
Bytes as_revocation_info(BytesView response);

}  // namespace signet::cms::test
