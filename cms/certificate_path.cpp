#include "cms/certificate_path.h"

#include <algorithm>
#include <utility>

#include "cms/certificate_use.h"
#include "cms/path_reason.h"
#include "cms/path_verification.h"

namespace signet::cms {
namespace {

// Each costs a run of X509_verify_cert, and with CRLs some.
constexpr int max_judged = 16;

bool has_code(const PathVerdict& verdict, ReasonCode code) {
    return std::any_of(verdict.reasons.begin(), verdict.reasons.end(),
                       [code](const Reason& reason) { return reason.code == code; });
}

void judge_strength(PathVerdict& verdict, bool legacy) {
    for (const WeakAlgorithm& weak : verdict.weak) {
        const bool is_key = weak.where.starts_with("the key");
        Reason reason{
            is_key ? ReasonCode::certificate_key_short : ReasonCode::certificate_hash_weak,
            (is_key ? "The path has a key that is too short: " : "The path has a hash that is too weak: ") +
                weak.algorithm + ", " + weak.where + "."};
        (legacy ? verdict.warnings : verdict.reasons).push_back(std::move(reason));
    }
}

}  // namespace

CertificatePaths::CertificatePaths(std::vector<Certificate> anchors, std::vector<Certificate> untrusted,
                                   std::optional<std::int64_t> at, PathSettings settings,
                                   const RevocationOptions& revocation)
    : m_anchors(std::move(anchors)),
      m_untrusted(std::move(untrusted)),
      m_time(judged_time(at)),
      m_settings(std::move(settings)),
      m_candidates(m_anchors, m_untrusted),
      m_revocation(revocation, m_untrusted, m_settings.legacy) {}

PathVerdict CertificatePaths::judge(const Certificate& signer, std::optional<JudgedTime> at) {
    const JudgedTime time = at.value_or(m_time);
    std::tuple key(signer.fingerprint(), time.seconds, time.source);
    const auto known = m_judged.find(key);
    if (known != m_judged.end())
        return known->second;
    return m_judged.emplace(std::move(key), judge_anew(signer, time)).first->second;
}

PathVerdict CertificatePaths::judge_anew(const Certificate& signer, const JudgedTime& time) {
    std::optional<PathVerdict> best;
    int judged = 0;
    m_candidates.visit(signer, [&](const CertificateChain& chain) {
        PathVerdict verdict = judge_chain(chain, time);
        const bool done = verdict.trusted() || ++judged == max_judged;
        // That one of the certificates is revoked tells more than what is wrong with another path.
        if (!best || verdict.trusted() ||
            (has_code(verdict, ReasonCode::certificate_revoked) &&
             !has_code(*best, ReasonCode::certificate_revoked)))
            best = std::move(verdict);
        return done;
    });
    return best ? *std::move(best) : without_path(signer, time);
}

PathVerdict CertificatePaths::judge_chain(const CertificateChain& chain, const JudgedTime& at) {
    PathVerdict verdict;
    verdict.path = chain;
    verdict.time = at;
    verdict.revocation.resize(chain.size() - 1);
    PathVerification verification(chain, m_settings.policies, at.seconds);
    if (!verification.run())
        verdict.reasons.push_back(reason_of(verification.context()));
    if (auto trouble = trouble_with_use(chain, m_settings.purpose))
        verdict.reasons.push_back(*std::move(trouble));
    verdict.weak = weak_algorithms(chain);
    judge_strength(verdict, m_settings.legacy);
    // Nothing is fetched on behalf of a path that does not hold.
    if (verdict.trusted())
        judge_revocation(verdict);
    return verdict;
}

void CertificatePaths::judge_revocation(PathVerdict& verdict) {
    verdict.revocation = m_revocation.statuses(verdict.path, verdict.time);
    for (std::size_t i = 0; i < verdict.revocation.size(); ++i) {
        const CertificateRevocation& revocation = verdict.revocation[i];
        const std::string who = (i == 0 ? "The signer's certificate (" : "The issuing certificate (") +
                                verdict.path[i].subject() + ")";
        if (revocation.status == RevocationStatus::revoked && i == 0 && has_stamped_before(revocation))
            verdict.warnings.push_back(
                {ReasonCode::certificate_revoked, who + " was revoked after this timestamp (" +
                                                      std::string(reason_token(*revocation.reason)) + ")."});
        else if (revocation.status == RevocationStatus::revoked)
            verdict.reasons.push_back({ReasonCode::certificate_revoked, who + " was revoked."});
        if (revocation.status == RevocationStatus::unknown)
            (m_revocation.mode() == RevocationMode::require ? verdict.reasons : verdict.warnings)
                .push_back({ReasonCode::revocation_unknown,
                            who + " may have been revoked: " + revocation.text + "."});
    }
}

bool CertificatePaths::has_stamped_before(const CertificateRevocation& revocation) const {
    return m_settings.purpose == CertificatePurpose::timestamps && m_settings.stamped_at &&
           revocation.revoked_at && *m_settings.stamped_at < *revocation.revoked_at &&
           leaves_key_safe(revocation.reason);
}

// OpenSSL says best where the way ends. If it knew one, ours was given up at a bound.
PathVerdict CertificatePaths::without_path(const Certificate& signer, const JudgedTime& at) const {
    PathVerdict verdict;
    verdict.time = at;
    if (encoded_size(signer) > max_path_certificate_size) {
        verdict.reasons.push_back({ReasonCode::certificate_unacceptable,
                                   "The signer's certificate is larger than any that is accepted (64 KiB)."});
        return verdict;
    }
    std::vector<Certificate> chain{signer};
    for (const Certificate& certificate : m_untrusted)
        if (encoded_size(certificate) <= max_path_certificate_size)
            chain.push_back(certificate);
    PathVerification verification(chain, m_anchors, m_settings.policies, at.seconds);
    if (verification.run())
        verdict.reasons.push_back({ReasonCode::certificate_unacceptable,
                                   "The way from the signer's certificate to an anchor is too long."});
    else
        verdict.reasons.push_back(reason_of(verification.context()));
    if (auto trouble = trouble_with_use({signer}, m_settings.purpose))
        verdict.reasons.push_back(*std::move(trouble));
    return verdict;
}

}  // namespace signet::cms
