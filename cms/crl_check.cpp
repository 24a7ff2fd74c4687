#include "cms/crl_check.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>
#include <functional>

#include "cms/crl.h"
#include "cms/crl_findings.h"
#include "cms/openssl_error.h"
#include "cms/path_verification.h"

namespace signet::cms {
namespace {

/// Whoever sends certificates may send many in one name.
constexpr std::size_t max_candidate_signatures = 32;

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
    CertificateRevocation then = status_by_openssl(chain, before, candidates, at)[index];
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

/// Whether a CRL of its scope was issued after `delta`.
bool has_newer_base(const X509_CRL& delta, std::span<const X509CrlPtr> crls) {
    const std::int64_t now = std::time(nullptr);
    return std::any_of(crls.begin(), crls.end(), [&](const X509CrlPtr& crl) {
        const auto issued = issued_at(*crl);
        return !is_delta(*crl) && issued > issued_at(delta) && *issued <= now && have_same_scope(*crl, delta);
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
        const auto told = status_by_openssl(chain, together, candidates, at);
        for (std::size_t i = 0; i < statuses.size(); ++i)
            if (told[i].status == RevocationStatus::revoked)
                merge(statuses[i], told[i]);
            else
                note_later(statuses[i], told[i]);
    }
}

/// Whether `delta` is about the certificate at `index` of `chain`: about all of its issuer's without
/// issuingDistributionPoint, else as a CRL of its scope, which is here.
bool is_about(const X509_CRL& delta, const CertificateChain& chain, std::size_t index,
              std::span<const X509CrlPtr> crls, std::span<const Certificate> candidates,
              const JudgedTime& at) {
    if (X509_CRL_get_ext_by_NID(&delta, NID_issuing_distribution_point, -1) < 0)
        return X509_NAME_cmp(X509_CRL_get_issuer(&delta), X509_get_issuer_name(chain[index].x509())) == 0;
    const auto of_scope =
        those_of(crls, [&](const X509_CRL& crl) { return !is_delta(crl) && have_same_scope(crl, delta); });
    return !of_scope.empty() &&
           status_by_openssl(chain, of_scope, candidates, at)[index].status != RevocationStatus::unknown;
}

/// OpenSSL looks at delta CRLs only where freshestCRL in the certificate or its CRL says that there are some.
void add_revocations_by_deltas(const CertificateChain& chain, std::span<const X509CrlPtr> crls,
                               std::span<const Certificate> candidates, const JudgedTime& at,
                               std::vector<CertificateRevocation>& statuses) {
    for (const X509CrlPtr& crl : crls) {
        if (!is_delta(*crl) || !is_newest(*crl, crls) || has_newer_base(*crl, crls))
            continue;
        for (std::size_t i = 0; i < statuses.size(); ++i) {
            const X509_REVOKED* entry = entry_of(*crl, *chain[i].x509());
            if (entry == nullptr || reason_in(*entry) == RevocationReason::remove_from_crl ||
                !is_about(*crl, chain, i, crls, candidates, at))
                continue;
            auto told = as_of(at, revocation_by(*entry));
            if (told.status == RevocationStatus::revoked)
                merge(statuses[i], std::move(told));
            else
                note_later(statuses[i], told);
        }
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
    auto statuses = status_by_openssl(chain, current, candidates, at);
    for (std::size_t i = 0; i < statuses.size(); ++i)
        if (statuses[i].status == RevocationStatus::good)
            statuses[i] = status_before_expiry(chain, i, current, candidates, at, statuses[i]);
    if (endless.empty())
        return statuses;
    const auto old = status_by_openssl(chain, endless, candidates, at);
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
    add_revocations_by_deltas(chain, true_ones, candidates, at, statuses);
    for (std::size_t i = 0; i < statuses.size(); ++i)
        if (statuses[i].status == RevocationStatus::unknown &&
            std::any_of(forged.begin(), forged.end(), [&](const X509_CRL* crl) {
                return X509_NAME_cmp(X509_CRL_get_issuer(crl), X509_get_issuer_name(chain[i].x509())) == 0;
            }))
            statuses[i].text = of_its_crl(X509_V_ERR_CRL_SIGNATURE_FAILURE);
    return statuses;
}

}  // namespace signet::cms
