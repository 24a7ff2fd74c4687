#include "cms/revocation_reason.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "cms/openssl_ptr.h"

namespace signet::cms {
namespace {

using Asn1EnumeratedPtr = OpensslPtr<ASN1_ENUMERATED, ASN1_ENUMERATED_free>;

}  // namespace

std::string_view reason_token(RevocationReason reason) noexcept {
    switch (reason) {
        case RevocationReason::unspecified:
            return "unspecified";
        case RevocationReason::key_compromise:
            return "keyCompromise";
        case RevocationReason::ca_compromise:
            return "cACompromise";
        case RevocationReason::affiliation_changed:
            return "affiliationChanged";
        case RevocationReason::superseded:
            return "superseded";
        case RevocationReason::cessation_of_operation:
            return "cessationOfOperation";
        case RevocationReason::certificate_hold:
            return "certificateHold";
        case RevocationReason::remove_from_crl:
            return "removeFromCRL";
        case RevocationReason::privilege_withdrawn:
            return "privilegeWithdrawn";
        case RevocationReason::aa_compromise:
            return "aACompromise";
    }
    return {};
}

std::optional<RevocationReason> revocation_reason(long number) noexcept {
    constexpr long last = 10;
    constexpr long unused = 7;
    if (number < 0 || number > last || number == unused)
        return std::nullopt;
    return static_cast<RevocationReason>(number);
}

std::optional<RevocationReason> reason_in(const X509_REVOKED& entry) {
    const Asn1EnumeratedPtr number(
        static_cast<ASN1_ENUMERATED*>(X509_REVOKED_get_ext_d2i(&entry, NID_crl_reason, nullptr, nullptr)));
    ERR_clear_error();
    return number ? revocation_reason(ASN1_ENUMERATED_get(number.get())) : std::nullopt;
}

bool leaves_key_safe(std::optional<RevocationReason> reason) noexcept {
    return reason == RevocationReason::unspecified || reason == RevocationReason::affiliation_changed ||
           reason == RevocationReason::superseded || reason == RevocationReason::cessation_of_operation;
}

}  // namespace signet::cms
