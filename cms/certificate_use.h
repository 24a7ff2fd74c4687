// Whether the certificates of a path are for what was signed (RFC 8550 section 4.4, RFC 3161 section 2.3).
#pragma once

#include <optional>
#include <vector>

#include "cms/certificate.h"
#include "cms/path_settings.h"
#include "cms/verification_reason.h"

namespace signet::cms {

/// Why a chain, leaf first, anchor last, is none of somebody who signs this. The leaf's keyUsage, if there,
/// has digitalSignature or nonRepudiation. For mail, extendedKeyUsage, where it is there in the leaf or in an
/// authority below the anchor, has emailProtection or anyExtendedKeyUsage. For timestamps, the leaf's is
/// there, critical, and timeStamping alone, and its keyUsage has nothing else; an authority's, where it is
/// there, has timeStamping or anyExtendedKeyUsage.
[[nodiscard]] std::optional<Reason> trouble_with_use(const std::vector<Certificate>& chain,
                                                     CertificatePurpose purpose = CertificatePurpose::mail);

}  // namespace signet::cms
