#include "cms/path_reason.h"

#include <string>

#include "cms/certificate.h"

namespace signet::cms {
namespace {

std::string who(X509_STORE_CTX& context) {
    X509* at = X509_STORE_CTX_get_current_cert(&context);
    if (at == nullptr)
        return "A certificate in the path";
    const int depth = X509_STORE_CTX_get_error_depth(&context);
    return (depth == 0 ? "The signer's certificate (" : "The issuing certificate (") +
           Certificate::share(*at).subject() + ")";
}

}  // namespace

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
        case X509_V_ERR_INVALID_CA:
            return {ReasonCode::issuer_no_ca, who(context) + " may not issue certificates."};
        case X509_V_ERR_CERT_SIGNATURE_FAILURE:
            return {ReasonCode::certificate_signature_wrong,
                    who(context) + " has a signature that its issuer did not make."};
        case X509_V_ERR_PERMITTED_VIOLATION:
        case X509_V_ERR_EXCLUDED_VIOLATION:
            return {ReasonCode::name_constraint,
                    who(context) + " has a name that its issuers may not certify."};
        case X509_V_ERR_NO_EXPLICIT_POLICY:
        case X509_V_ERR_INVALID_POLICY_EXTENSION:
            return {ReasonCode::policy_missing,
                    who(context) + " is not issued under a policy that is asked for."};
        default:
            return {ReasonCode::certificate_unacceptable,
                    who(context) + " is not acceptable: " + X509_verify_cert_error_string(error) + "."};
    }
}

}  // namespace signet::cms
