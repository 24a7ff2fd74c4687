#include "cms/crl_findings.h"

#include <openssl/x509_vfy.h>

#include <algorithm>
#include <ctime>

#include "cms/crl.h"
#include "cms/path_verification.h"

namespace signet::cms {
namespace {

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
                merge(revocation, revocation_by(*entry));
        revocation = as_of(m_at, revocation);
        if (revocation.status == RevocationStatus::revoked)
            m_statuses[index] = std::move(revocation);
        else
            note_later(m_statuses[index], revocation);
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

}  // namespace

CertificateRevocation revocation_by(const X509_REVOKED& entry) {
    const auto since = revoked_since(
        X509_REVOKED_get0_revocationDate(&entry),
        X509_REVOKED_get_ext(&entry, X509_REVOKED_get_ext_by_NID(&entry, NID_invalidity_date, -1)));
    return {RevocationStatus::revoked, "crl", "", since, reason_in(entry)};
}

const X509_REVOKED* entry_of(X509_CRL& crl, X509& certificate) {
    X509_REVOKED* entry = nullptr;
    return X509_CRL_get0_by_cert(&crl, &entry, &certificate) > 0 ? entry : nullptr;
}

std::string of_its_crl(int error) {
    return std::string("of its CRL: ") + X509_verify_cert_error_string(error);
}

std::vector<CertificateRevocation> status_by_openssl(const CertificateChain& chain,
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

}  // namespace signet::cms
