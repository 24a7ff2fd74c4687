#include "cms/certificate_use.h"

#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>

#include "cms/openssl_ptr.h"

namespace signet::cms {
namespace {

bool allows(const Certificate& certificate, std::uint32_t use) {
    const std::uint32_t flags = X509_get_extension_flags(certificate.x509());
    if ((flags & EXFLAG_XKUSAGE) == 0)
        return true;
    // All bits without the extension.
    const std::uint32_t usage = X509_get_extended_key_usage(certificate.x509());
    return (usage & (use | XKU_ANYEKU)) != 0;
}

bool may_sign_content(const Certificate& certificate) {
    return (X509_get_key_usage(certificate.x509()) & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) != 0;
}

bool signs_timestamps_alone(const Certificate& certificate) {
    int critical = 0;
    const ExtendedKeyUsagePtr usages(static_cast<EXTENDED_KEY_USAGE*>(
        X509_get_ext_d2i(certificate.x509(), NID_ext_key_usage, &critical, nullptr)));
    ERR_clear_error();
    if (!usages || critical != 1 || sk_ASN1_OBJECT_num(usages.get()) != 1 ||
        OBJ_obj2nid(sk_ASN1_OBJECT_value(usages.get(), 0)) != NID_time_stamp)
        return false;
    // All bits without the extension.
    const std::uint32_t usage = X509_get_key_usage(certificate.x509());
    return (X509_get_extension_flags(certificate.x509()) & EXFLAG_KUSAGE) == 0 ||
           (usage & ~std::uint32_t{KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION}) == 0;
}

}  // namespace

std::optional<Reason> trouble_with_use(const std::vector<Certificate>& chain, CertificatePurpose purpose) {
    const bool for_mail = purpose == CertificatePurpose::mail;
    for (std::size_t i = 0; i < chain.size(); ++i) {
        if (i > 0 && i + 1 == chain.size())
            break;
        const bool is_signer = i == 0;
        bool fits = allows(chain[i], for_mail ? XKU_SMIME : XKU_TIMESTAMP);
        if (is_signer)
            fits = fits && may_sign_content(chain[i]) && (for_mail || signs_timestamps_alone(chain[i]));
        if (!fits)
            return Reason{ReasonCode::certificate_purpose,
                          (is_signer ? "The signer's certificate (" : "The issuing certificate (") +
                              chain[i].subject() + ") may not be used to sign " +
                              (for_mail ? "mail." : "timestamps.")};
    }
    return std::nullopt;
}

}  // namespace signet::cms
