#include "cms/certificate_path.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <ctime>

#include "cms/openssl_error.h"

namespace signet::cms {
namespace {

// 112 bits: RSA from 2048 bits on, and no SHA-1 in a path (NIST SP 800-57 part 1).
constexpr int security_level = 2;

std::string who(X509_STORE_CTX& context) {
    X509* at = X509_STORE_CTX_get_current_cert(&context);
    if (at == nullptr)
        return "A certificate in the path";
    const int depth = X509_STORE_CTX_get_error_depth(&context);
    return (depth == 0 ? "The signer's certificate (" : "The issuing certificate (") +
           Certificate::share(*at).subject() + ")";
}

Reason reason_of(X509_STORE_CTX& context) {
    const int error = X509_STORE_CTX_get_error(&context);
    switch (error) {
        case X509_V_ERR_CERT_HAS_EXPIRED:
            return {ReasonCode::certificate_expired, who(context) + " has expired."};
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return {ReasonCode::certificate_not_yet_valid, who(context) + " is not valid yet."};
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
            return {ReasonCode::issuer_untrusted,
                    who(context) + " was issued by nobody who is trusted here."};
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
            return {ReasonCode::self_signed, who(context) + " is signed by itself and not trusted here."};
        case X509_V_ERR_INVALID_PURPOSE:
            return {ReasonCode::certificate_purpose, who(context) + " may not be used to sign mail."};
        case X509_V_ERR_INVALID_CA:
            return {ReasonCode::issuer_no_ca, who(context) + " may not issue certificates."};
        case X509_V_ERR_EE_KEY_TOO_SMALL:
        case X509_V_ERR_CA_KEY_TOO_SMALL:
            return {ReasonCode::certificate_key_short,
                    who(context) + " has a key that is too short (RSA needs 2048 bits)."};
        case X509_V_ERR_CA_MD_TOO_WEAK:
            return {ReasonCode::certificate_hash_weak,
                    who(context) + " is signed with a hash that is too weak."};
        case X509_V_ERR_CERT_SIGNATURE_FAILURE:
            return {ReasonCode::certificate_signature_wrong,
                    who(context) + " has a signature that its issuer did not make."};
        default:
            return {ReasonCode::certificate_unacceptable,
                    who(context) + " is not acceptable: " + X509_verify_cert_error_string(error) + "."};
    }
}

}  // namespace

CertificatePaths::CertificatePaths(const std::vector<Certificate>& anchors,
                                   const std::vector<Certificate>& untrusted, std::optional<std::int64_t> at)
    : m_anchors(X509_STORE_new()), m_untrusted(sk_X509_new_null()), m_at(at) {
    require_openssl(m_anchors && m_untrusted, "cannot keep certificates");
    for (const Certificate& anchor : anchors)
        require_openssl(X509_STORE_add_cert(m_anchors.get(), anchor.x509()) == 1, "cannot keep certificates");
    for (const Certificate& candidate : untrusted)
        require_openssl(sk_X509_push(m_untrusted.get(), candidate.x509()) > 0, "cannot keep certificates");
}

std::optional<Reason> CertificatePaths::trouble(const Certificate& signer) const {
    const X509StoreCtxPtr context(X509_STORE_CTX_new());
    require_openssl(
        context && X509_STORE_CTX_init(context.get(), m_anchors.get(), signer.x509(), m_untrusted.get()) == 1,
        "cannot build a certificate path");
    X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(context.get());
    require_openssl(X509_VERIFY_PARAM_set_purpose(parameters, X509_PURPOSE_SMIME_SIGN) == 1,
                    "cannot build a certificate path");
    X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN);
    X509_VERIFY_PARAM_set_auth_level(parameters, security_level);
    if (m_at)
        X509_VERIFY_PARAM_set_time(parameters, static_cast<std::time_t>(*m_at));
    const int verified = X509_verify_cert(context.get());
    ERR_clear_error();
    if (verified == 1)
        return std::nullopt;
    return reason_of(*context);
}

}  // namespace signet::cms
