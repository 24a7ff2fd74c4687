// What a foreign SignerInfo's signed attributes say, and whether they agree with the rest of the message.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cms/asn1/rfc5652_signed_data.h"
#include "cms/bytes.h"
#include "cms/certificate.h"
#include "cms/verification_reason.h"

namespace signet::cms {

struct SignedAttributesCheck {
    /// Empty if everything agrees.
    std::vector<Reason> reasons;
    /// Seconds since the epoch.
    std::optional<std::int64_t> signing_time;
};

/// Checks that no attribute comes twice, that contentType is `content_type` (null: it is not there, as in a
/// countersignature, RFC 5652 section 11.4) and messageDigest is `content_digest`, and that
/// CMSAlgorithmProtection and signingCertificate (both versions) fit, if present. `info` must have signed
/// attributes.
SignedAttributesCheck check_signed_attributes(const asn1::SignerInfo& info, const ASN1_OBJECT* content_type,
                                              BytesView content_digest, const Certificate& signer);

/// Whether contentType, messageDigest or signingTime is among the unsigned attributes, or countersignature
/// among the signed ones, which RFC 5652 forbids (sections 11.1 to 11.4).
bool has_misplaced_attribute(const asn1::SignerInfo& info);

/// Whether a content that was signed without signed attributes is itself an encoding of signed attributes:
/// then it may be somebody's signature over another content, told in another way.
bool looks_like_signed_attributes(BytesView content) noexcept;

}  // namespace signet::cms
