// What is found of a certificate and its path (RFC 5280 section 6).
#pragma once

#include <vector>

#include "cms/certificate.h"
#include "cms/path_settings.h"
#include "cms/revocation.h"
#include "cms/verification_reason.h"
#include "cms/weak_algorithm.h"

namespace signet::cms {

/// A chain: the certificate in question first, the anchor last. Both are the same one if it is an anchor.
using CertificateChain = std::vector<Certificate>;

/// What is found of one certificate.
struct PathVerdict {
    /// The path that it is trusted by, or the one that is reported; leaf first, anchor last. Empty without.
    CertificateChain path;
    /// Why it is not trusted; empty if it is.
    std::vector<Reason> reasons;
    /// What a person should know although it is trusted.
    std::vector<Reason> warnings;
    /// In the path.
    std::vector<WeakAlgorithm> weak;
    /// Of each certificate in the path but the anchor.
    std::vector<CertificateRevocation> revocation;
    JudgedTime time;

    /// There is no reason why not.
    [[nodiscard]] bool trusted() const noexcept { return reasons.empty(); }
};

}  // namespace signet::cms
