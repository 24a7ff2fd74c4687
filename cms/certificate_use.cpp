#include "cms/certificate_use.h"

#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>

namespace signet::cms {
namespace {

bool is_for_mail(const Certificate& certificate) {
    const std::uint32_t flags = X509_get_extension_flags(certificate.x509());
    if ((flags & EXFLAG_XKUSAGE) == 0)
        return true;
    // All bits without the extension.
    const std::uint32_t usage = X509_get_extended_key_usage(certificate.x509());
    return (usage & (XKU_SMIME | XKU_ANYEKU)) != 0;
}

bool may_sign_content(const Certificate& certificate) {
    return (X509_get_key_usage(certificate.x509()) & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) != 0;
}

}  // namespace

std::optional<Reason> trouble_with_use(const std::vector<Certificate>& chain) {
    for (std::size_t i = 0; i < chain.size(); ++i) {
        if (i > 0 && i + 1 == chain.size())
            break;
        if (!is_for_mail(chain[i]) || (i == 0 && !may_sign_content(chain[i])))
            return Reason{ReasonCode::certificate_purpose,
                          (i == 0 ? "The signer's certificate (" : "The issuing certificate (") +
                              chain[i].subject() + ") may not be used to sign mail."};
    }
    return std::nullopt;
}

}  // namespace signet::cms
