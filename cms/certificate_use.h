// Whether the certificates of a path are for signed mail (RFC 8550 section 4.4).
#pragma once

#include <optional>
#include <vector>

#include "cms/certificate.h"
#include "cms/verification_reason.h"

namespace signet::cms {

/// Why a chain, leaf first, anchor last, is none of somebody who signs mail. The leaf's keyUsage, if there,
/// has digitalSignature or nonRepudiation; extendedKeyUsage, where it is there in the leaf or in an authority
/// below the anchor, has emailProtection or anyExtendedKeyUsage.
[[nodiscard]] std::optional<Reason> trouble_with_use(const std::vector<Certificate>& chain);

}  // namespace signet::cms
