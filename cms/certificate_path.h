// Whether a signer's certificate leads to somebody who is trusted (RFC 5280 section 6, RFC 8550).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "cms/certificate.h"
#include "cms/openssl_ptr.h"
#include "cms/verification_reason.h"

namespace signet::cms {

/// The trust anchors and candidates of one verification. One thread at a time.
class CertificatePaths {
  public:
    /// Any certificate among `anchors` ends a path, a root or not. `untrusted` serves to build paths and must
    /// outlive this. `at`: seconds since the epoch, none is now.
    CertificatePaths(const std::vector<Certificate>& anchors, const std::vector<Certificate>& untrusted,
                     std::optional<std::int64_t> at);

    /// Why `signer` has no path, or may not sign mail. None if it is trusted.
    [[nodiscard]] std::optional<Reason> trouble(const Certificate& signer) const;

  private:
    X509StorePtr m_anchors;
    X509StackPtr m_untrusted;
    std::optional<std::int64_t> m_at;
};

}  // namespace signet::cms
