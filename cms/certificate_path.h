// Whether a signer's certificate leads to somebody who is trusted (RFC 5280 section 6, RFC 8550).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <tuple>
#include <vector>

#include "cms/certificate.h"
#include "cms/path_candidates.h"
#include "cms/path_settings.h"
#include "cms/path_verdict.h"
#include "cms/revocation_check.h"

namespace signet::cms {

/// The trust anchors and candidates of one verification. One thread at a time.
class CertificatePaths {
  public:
    /// Any certificate among `anchors` ends a path, a root or not. `untrusted` serves to build paths. `at`:
    /// seconds since the epoch, none is now.
    CertificatePaths(std::vector<Certificate> anchors, std::vector<Certificate> untrusted,
                     std::optional<std::int64_t> at, PathSettings settings = {},
                     const RevocationOptions& revocation = {});

    /// Evidence about revocation that a message brings: RevocationCheck::add_from_message.
    void add_revocation_info(BytesView revocation_info_choice) {
        m_revocation.add_from_message(revocation_info_choice);
    }

    /// Whether `signer` has a path at `at`, and may sign mail; without `at` at the time given above. Of
    /// several paths, one that holds.
    [[nodiscard]] PathVerdict judge(const Certificate& signer, std::optional<JudgedTime> at = std::nullopt);

  private:
    [[nodiscard]] PathVerdict judge_anew(const Certificate& signer, const JudgedTime& at);
    [[nodiscard]] PathVerdict judge_chain(const CertificateChain& chain, const JudgedTime& at);
    void judge_revocation(PathVerdict& verdict);
    /// Whether the timestamp that is judged is from before this revocation, which leaves the TSA's key safe.
    [[nodiscard]] bool has_stamped_before(const CertificateRevocation& revocation) const;
    [[nodiscard]] PathVerdict without_path(const Certificate& signer, const JudgedTime& at) const;

    std::vector<Certificate> m_anchors;
    std::vector<Certificate> m_untrusted;
    JudgedTime m_time;
    PathSettings m_settings;
    PathCandidates m_candidates;
    RevocationCheck m_revocation;
    /// By fingerprint and time: who signs often is judged once.
    std::map<std::tuple<Bytes, std::int64_t, TimeSource>, PathVerdict> m_judged;
};

}  // namespace signet::cms
