// OpenSSL's names of our curves.
#pragma once

#include <optional>
#include <string>

#include "cms/recipient_info.h"

namespace signet::cms {

/// OpenSSL's NID of a curve (RFC 5480 section 2.1.1.1, RFC 8410 section 3).
int curve_nid(Curve curve) noexcept;
/// None for a curve that is not ours.
std::optional<Curve> curve_from_nid(int nid) noexcept;
/// Whether it is X25519 or X448 (RFC 7748).
bool is_montgomery(Curve curve) noexcept;
/// dhSinglePass-stdDH-hkdf-sha256-scheme and so on in dotted decimal (RFC 8418 section 2.2), for SHA-2.
std::string hkdf_scheme(DigestAlgorithm digest);

}  // namespace signet::cms
