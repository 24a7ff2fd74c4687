// The versions that a SignedData and its SignerInfos must have (RFC 5652 sections 5.1 and 5.3).
#pragma once

#include <cstdint>

#include "cms/asn1/rfc5652_signed_data.h"

namespace signet::cms {

/// What the version must be by all else in it, whatever it is: 1, 3, 4 or 5 (RFC 5652 section 5.1).
[[nodiscard]] std::int32_t version_by_fields(const asn1::SignedData& data) noexcept;
/// The same of a SignerInfo: 1 for a signer named by issuer and serial number, 3 for one named by its key
/// identifier (RFC 5652 section 5.3).
[[nodiscard]] std::int32_t version_by_fields(const asn1::SignerInfo& info) noexcept;

}  // namespace signet::cms
