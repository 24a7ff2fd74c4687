// Whether a signer's certificate leads to somebody who is trusted (RFC 5280 section 6, RFC 8550).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "cms/certificate.h"
#include "cms/path_candidates.h"
#include "cms/path_settings.h"
#include "cms/revocation_check.h"
#include "cms/verification_reason.h"
#include "cms/weak_algorithm.h"

namespace signet::cms {

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

    [[nodiscard]] bool trusted() const noexcept { return reasons.empty(); }
};

/// The trust anchors and candidates of one verification. One thread at a time.
class CertificatePaths {
  public:
    /// Any certificate among `anchors` ends a path, a root or not. `untrusted` serves to build paths. `at`:
    /// seconds since the epoch, none is now.
    CertificatePaths(std::vector<Certificate> anchors, std::vector<Certificate> untrusted,
                     std::optional<std::int64_t> at, PathSettings settings = {},
                     RevocationOptions revocation = {});

    /// Evidence about revocation that a message brings: RevocationCheck::add_from_message.
    void add_revocation_info(BytesView revocation_info_choice) {
        m_revocation.add_from_message(revocation_info_choice);
    }

    /// Whether `signer` has a path at `at`, and may sign mail; without `at` at the time given above. Of
    /// several paths, one that holds.
    [[nodiscard]] PathVerdict judge(const Certificate& signer, std::optional<JudgedTime> at = std::nullopt);

  private:
    [[nodiscard]] PathVerdict judge_chain(const CertificateChain& chain, const JudgedTime& at);
    void judge_revocation(PathVerdict& verdict);
    [[nodiscard]] PathVerdict without_path(const Certificate& signer, const JudgedTime& at) const;

    std::vector<Certificate> m_anchors;
    std::vector<Certificate> m_untrusted;
    JudgedTime m_time;
    PathSettings m_settings;
    PathCandidates m_candidates;
    RevocationCheck m_revocation;
};

}  // namespace signet::cms
