#include "cms/crl_check.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>
#include <functional>

#include "cms/crl.h"
#include "cms/openssl_error.h"
#include "cms/path_verification.h"

namespace signet::cms {
namespace {

/// Whoever sends certificates may send many in one name.
constexpr std::size_t max_candidate_signatures = 32;

std::optional<std::int64_t> since_of(const X509_REVOKED& entry) {
    return revoked_since(
        X509_REVOKED_get0_revocationDate(&entry),
        X509_REVOKED_get_ext(&entry, X509_REVOKED_get_ext_by_NID(&entry, NID_invalidity_date, -1)));
}

/// The entry of `crl` about `certificate`; null without. Not owned by the caller.
const X509_REVOKED* entry_of(X509_CRL& crl, X509& certificate) {
    X509_REVOKED* entry = nullptr;
    return X509_CRL_get0_by_cert(&crl, &entry, &certificate) > 0 ? entry : nullptr;
}

std::string of_its_crl(int error) {
    return std::string("of its CRL: ") + X509_verify_cert_error_string(error);
}

/// Collects what X509_verify_cert finds wrong with CRLs.
class CrlFindings {
  public:
    CrlFindings(const CertificateChain& chain, std::span<const X509CrlPtr> crls, const JudgedTime& at)
        : m_chain(chain),
          m_crls(crls),
          m_statuses(chain.size() - 1),
          m_doubtful(chain.size() - 1, false),
          m_at(at),
          m_now(std::time(nullptr)) {
        for (CertificateRevocation& status : m_statuses)
            status = {RevocationStatus::good, "crl", ""};
    }

    /// Whether it is a matter of CRLs, and noted.
    bool note(X509_STORE_CTX& context) {
        const int depth = X509_STORE_CTX_get_error_depth(&context);
        // The anchor, which is trusted whatever its own CRL says.
        const bool counts = depth >= 0 && static_cast<std::size_t>(depth) < m_statuses.size();
        const auto index = static_cast<std::size_t>(depth);
        const int error = X509_STORE_CTX_get_error(&context);
        switch (error) {
            case X509_V_ERR_CERT_REVOKED:
                if (counts)
                    note_revocation(context, index);
                return true;
            case X509_V_ERR_CRL_NOT_YET_VALID:
                if (counts && !is_of_the_past(context))
                    doubt(index, error);
                return true;
            case X509_V_ERR_CRL_HAS_EXPIRED:
                // Who was revoked stays so.
                if (counts)
                    set_unknown(index, error);
                return true;
            case X509_V_ERR_UNABLE_TO_GET_CRL:
            case X509_V_ERR_UNABLE_TO_DECRYPT_CRL_SIGNATURE:
            case X509_V_ERR_UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY:
            case X509_V_ERR_CRL_SIGNATURE_FAILURE:
            case X509_V_ERR_ERROR_IN_CRL_LAST_UPDATE_FIELD:
            case X509_V_ERR_ERROR_IN_CRL_NEXT_UPDATE_FIELD:
            case X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER:
            case X509_V_ERR_KEYUSAGE_NO_CRL_SIGN:
            case X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION:
            case X509_V_ERR_DIFFERENT_CRL_SCOPE:
            case X509_V_ERR_CRL_PATH_VALIDATION_ERROR:
                if (counts)
                    doubt(index, error);
                return true;
            default:
                return false;
        }
    }
    [[nodiscard]] std::vector<CertificateRevocation>& statuses() noexcept { return m_statuses; }
    /// Who is revoked stays so.
    void set_all_unknown(const std::string& why) {
        for (CertificateRevocation& status : m_statuses)
            if (status.status != RevocationStatus::revoked)
                status = {RevocationStatus::unknown, "", why};
    }

  private:
    // A CRL that is not its issuer's proves nothing.
    void doubt(std::size_t index, int error) {
        m_doubtful[index] = true;
        set_unknown(index, error);
    }

    void set_unknown(std::size_t index, int error) {
        if (m_statuses[index].status == RevocationStatus::good)
            m_statuses[index] = {
                RevocationStatus::unknown, "",
                error == X509_V_ERR_UNABLE_TO_GET_CRL ? "there is no CRL for it" : of_its_crl(error),
                m_statuses[index].revoked_at, m_statuses[index].reason};
    }

    // OpenSSL no longer says which CRL it is if its time is not now: then all that name it are asked.
    void note_revocation(X509_STORE_CTX& context, std::size_t index) {
        X509* certificate = X509_STORE_CTX_get_current_cert(&context);
        if (m_doubtful[index] || certificate == nullptr || X509_cmp(certificate, m_chain[index].x509()) != 0)
            return;
        CertificateRevocation revocation;
        for (const X509CrlPtr& crl : m_crls)
            if (const X509_REVOKED* entry = entry_of(*crl, *certificate))
                merge(revocation,
                      {RevocationStatus::revoked, "crl", "", since_of(*entry), reason_in(*entry)});
        const auto since = revocation.revoked_at;
        if (m_at.source != TimeSource::now && since && *since > m_at.seconds && *since <= m_now) {
            m_statuses[index].revoked_at = since;
            m_statuses[index].reason = revocation.reason;
            return;
        }
        m_statuses[index] = {RevocationStatus::revoked, "crl", "", since, revocation.reason};
    }

    /// Whether the current CRL was issued after the time that is judged, but not in the future.
    [[nodiscard]] bool is_of_the_past(X509_STORE_CTX& context) const {
        const X509_CRL* crl = X509_STORE_CTX_get0_current_crl(&context);
        const auto issued = crl == nullptr ? std::nullopt : issued_at(*crl);
        return m_at.source != TimeSource::now && issued && *issued <= m_now;
    }

    const CertificateChain& m_chain;
    std::span<const X509CrlPtr> m_crls;
    std::vector<CertificateRevocation> m_statuses;
    std::vector<bool> m_doubtful;
    JudgedTime m_at;
    std::int64_t m_now;
};

/// Those of `crls` that `take` says.
std::vector<X509CrlPtr> those_of(std::span<const X509CrlPtr> crls,
                                 const std::function<bool(const X509_CRL&)>& take) {
    std::vector<X509CrlPtr> taken;
    for (const X509CrlPtr& crl : crls)
        if (take(*crl)) {
            require_openssl(X509_CRL_up_ref(crl.get()) == 1, "cannot check CRLs");
            taken.emplace_back(crl.get());
        }
    return taken;
}

std::vector<CertificateRevocation> status_by_current(const CertificateChain& chain,
                                                     std::span<const X509CrlPtr> crls,
                                                     std::span<const Certificate> candidates,
                                                     const JudgedTime& at) {
    CrlFindings findings(chain, crls, at);
    PathVerification verification(chain, {}, at.seconds, candidates);
    verification.use_crls(crls, [&](X509_STORE_CTX& context) { return findings.note(context); });
    const bool complete = verification.run();
    const STACK_OF(X509)* used = X509_STORE_CTX_get0_chain(&verification.context());
    bool as_given = complete && sk_X509_num(used) == static_cast<int>(chain.size());
    for (int i = 0; as_given && i < sk_X509_num(used); ++i)
        as_given = X509_cmp(sk_X509_value(used, i), chain[static_cast<std::size_t>(i)].x509()) == 0;
    if (!as_given)
        findings.set_all_unknown("its CRLs cannot be checked");
    return std::move(findings.statuses());
}

/// Lists of a time when `certificate` had expired need not name it any more: then one from before must say
/// that it was good.
CertificateRevocation status_before_expiry(const CertificateChain& chain, std::size_t index,
                                           std::span<const X509CrlPtr> crls,
                                           std::span<const Certificate> candidates, const JudgedTime& at,
                                           CertificateRevocation status) {
    const auto is_before = [&](const X509_CRL& crl) {
        const auto issued = issued_at(crl);
        return issued && *issued <= chain[index].not_after();
    };
    const auto before = those_of(crls, is_before);
    if (before.size() == crls.size())
        return status;
    CertificateRevocation then = status_by_current(chain, before, candidates, at)[index];
    if (then.status == RevocationStatus::unknown)
        then.text = "its CRL was issued after it expired";
    note_later(then, status);
    return then;
}

bool is_signed_by(const X509_CRL& crl, const Certificate& authority) {
    EVP_PKEY* key = X509_get0_pubkey(authority.x509());
    const bool holds =
        X509_NAME_cmp(X509_CRL_get_issuer(&crl), X509_get_subject_name(authority.x509())) == 0 &&
        key != nullptr && X509_CRL_verify(const_cast<X509_CRL*>(&crl), key) == 1;
    ERR_clear_error();
    return holds;
}

bool has_path(const Certificate& candidate, const CertificateChain& chain,
              std::span<const Certificate> candidates, const JudgedTime& at) {
    CertificateChain by{candidate};
    by.insert(by.end(), chain.begin() + 1, chain.end() - 1);
    by.insert(by.end(), candidates.begin(), candidates.end());
    return PathVerification(by, std::span(chain).last(1), {}, at.seconds).run();
}

// Anybody can make a certificate in the name of an authority.
bool is_signed(const X509_CRL& crl, const CertificateChain& chain, std::span<const Certificate> candidates,
               const JudgedTime& at, std::size_t& candidate_signatures_left) {
    const auto signed_it = [&crl](const Certificate& authority) { return is_signed_by(crl, authority); };
    if (std::any_of(chain.begin(), chain.end(), signed_it))
        return true;
    return std::any_of(candidates.begin(), candidates.end(), [&](const Certificate& candidate) {
        if (X509_NAME_cmp(X509_CRL_get_issuer(&crl), X509_get_subject_name(candidate.x509())) != 0 ||
            candidate_signatures_left == 0)
            return false;
        --candidate_signatures_left;
        return is_signed_by(crl, candidate) && has_path(candidate, chain, candidates, at);
    });
}

/// Whether `crl` is the newest of its scope and kind among `crls`, but for those from the future.
bool is_newest(const X509_CRL& crl, std::span<const X509CrlPtr> crls) {
    const std::int64_t now = std::time(nullptr);
    const auto issued = issued_at(crl);
    return issued && *issued <= now && std::none_of(crls.begin(), crls.end(), [&](const X509CrlPtr& other) {
               const auto then = issued_at(*other);
               return then && *then > *issued && *then <= now && is_delta(*other) == is_delta(crl) &&
                      have_same_scope(*other, crl);
           });
}

/// OpenSSL takes a list that is in time rather than a newer one that is not, or that is newer than `at`, and
/// any delta CRL that fits. So the newest are judged by themselves, if they name one of the chain: who is on
/// them is revoked.
void add_revocations_by_newest(const CertificateChain& chain, std::span<const X509CrlPtr> crls,
                               std::span<const Certificate> candidates, const JudgedTime& at,
                               std::vector<CertificateRevocation>& statuses) {
    const auto names_one = [&chain](X509_CRL& crl) {
        return std::any_of(chain.begin(), chain.end() - 1, [&crl](const Certificate& certificate) {
            return entry_of(crl, *certificate.x509()) != nullptr;
        });
    };
    for (const X509CrlPtr& crl : crls) {
        if (!names_one(*crl) || !is_newest(*crl, crls))
            continue;
        // With the delta CRL that may take one off it, or the CRL that it is the delta of.
        const auto together = those_of(crls, [&](const X509_CRL& other) {
            return &other == crl.get() || (is_delta(other) != is_delta(*crl) &&
                                           have_same_scope(other, *crl) && is_newest(other, crls));
        });
        const auto told = status_by_current(chain, together, candidates, at);
        for (std::size_t i = 0; i < statuses.size(); ++i)
            if (told[i].status == RevocationStatus::revoked)
                merge(statuses[i], told[i]);
            else
                note_later(statuses[i], told[i]);
    }
}

std::vector<CertificateRevocation> status_by_signed(const CertificateChain& chain,
                                                    std::span<const X509CrlPtr> crls,
                                                    std::span<const Certificate> candidates,
                                                    const JudgedTime& at) {
    // OpenSSL takes a list without nextUpdate for one that counts for ever.
    const auto is_endless = [&](const X509_CRL& crl) {
        const auto issued = issued_at(crl);
        return X509_CRL_get0_nextUpdate(&crl) == nullptr &&
               (!issued || *issued + day_without_next_update < at.seconds);
    };
    const auto endless = those_of(crls, is_endless);
    const auto current = those_of(crls, [&](const X509_CRL& crl) { return !is_endless(crl); });
    auto statuses = status_by_current(chain, current, candidates, at);
    for (std::size_t i = 0; i < statuses.size(); ++i)
        if (statuses[i].status == RevocationStatus::good)
            statuses[i] = status_before_expiry(chain, i, current, candidates, at, statuses[i]);
    if (endless.empty())
        return statuses;
    const auto old = status_by_current(chain, endless, candidates, at);
    for (std::size_t i = 0; i < statuses.size(); ++i)
        if (old[i].status == RevocationStatus::revoked && statuses[i].status != RevocationStatus::good)
            merge(statuses[i], old[i]);
        else if (old[i].status == RevocationStatus::good && statuses[i].status == RevocationStatus::unknown)
            statuses[i].text = "its CRL does not say until when it counts, and is older than a day";
    return statuses;
}

}  // namespace

bool is_signed_by_issuer(const X509_CRL& crl, const CertificateChain& chain,
                         std::span<const Certificate> candidates, const JudgedTime& at) {
    std::size_t candidate_signatures_left = max_candidate_signatures;
    return is_signed(crl, chain, candidates, at, candidate_signatures_left);
}

// OpenSSL takes the newest before it looks at signatures.
std::vector<CertificateRevocation> status_by_crls(const CertificateChain& chain,
                                                  std::span<const X509CrlPtr> crls,
                                                  std::span<const Certificate> candidates,
                                                  const JudgedTime& at) {
    std::size_t candidate_signatures_left = max_candidate_signatures;
    std::vector<const X509_CRL*> forged;
    const auto true_ones = those_of(crls, [&](const X509_CRL& crl) {
        if (is_signed(crl, chain, candidates, at, candidate_signatures_left))
            return true;
        forged.push_back(&crl);
        return false;
    });
    auto statuses = status_by_signed(chain, true_ones, candidates, at);
    add_revocations_by_newest(chain, true_ones, candidates, at, statuses);
    for (std::size_t i = 0; i < statuses.size(); ++i)
        if (statuses[i].status == RevocationStatus::unknown &&
            std::any_of(forged.begin(), forged.end(), [&](const X509_CRL* crl) {
                return X509_NAME_cmp(X509_CRL_get_issuer(crl), X509_get_issuer_name(chain[i].x509())) == 0;
            }))
            statuses[i].text = of_its_crl(X509_V_ERR_CRL_SIGNATURE_FAILURE);
    return statuses;
}

}  // namespace signet::cms
