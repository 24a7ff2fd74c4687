#include "cms/signer_certificates.h"

#include <openssl/objects.h>

#include <algorithm>

namespace signet::cms {
namespace {

bool is_same(const X509_NAME_ENTRY& one, const X509_NAME_ENTRY& other) {
    return X509_NAME_ENTRY_set(&one) == X509_NAME_ENTRY_set(&other) &&
           OBJ_cmp(X509_NAME_ENTRY_get_object(&one), X509_NAME_ENTRY_get_object(&other)) == 0 &&
           ASN1_STRING_cmp(X509_NAME_ENTRY_get_data(&one), X509_NAME_ENTRY_get_data(&other)) == 0;
}

// X509_NAME_cmp does not mind letter case, spaces and kinds of strings (RFC 5280 section 7.1). No signature
// protects the sid, and signers copy it from the certificate: NSS compares its octets, too.
bool is_same(const X509_NAME& one, const X509_NAME& other) {
    const int count = X509_NAME_entry_count(&one);
    if (count != X509_NAME_entry_count(&other))
        return false;
    for (int i = 0; i < count; ++i)
        if (!is_same(*X509_NAME_get_entry(&one, i), *X509_NAME_get_entry(&other, i)))
            return false;
    return true;
}

bool is_named(const asn1::SignerIdentifier& sid, const Certificate& certificate) {
    if (sid.type == asn1::SignerIdentifier::is_issuer_and_serial_number) {
        const asn1::IssuerAndSerialNumber& named = *sid.d.issuer_and_serial_number;
        return is_same(*named.issuer, *X509_get_issuer_name(certificate.x509())) &&
               ASN1_INTEGER_cmp(named.serial_number, X509_get0_serialNumber(certificate.x509())) == 0;
    }
    const ASN1_OCTET_STRING* identifier = X509_get0_subject_key_id(certificate.x509());
    return identifier != nullptr && ASN1_OCTET_STRING_cmp(sid.d.subject_key_identifier, identifier) == 0;
}

}  // namespace

std::vector<Certificate> certificates_of(const asn1::SignedData& data) {
    std::vector<Certificate> certificates;
    for (int i = 0; i < asn1::sk_CertificateChoices_num(data.certificates); ++i) {
        const asn1::CertificateChoices& choice = *asn1::sk_CertificateChoices_value(data.certificates, i);
        if (choice.type == asn1::CertificateChoices::is_certificate)
            certificates.push_back(Certificate::share(*choice.d.certificate));
    }
    return certificates;
}

std::vector<Certificate> named_by(const asn1::SignerIdentifier& sid,
                                  const std::vector<Certificate>& certificates) {
    std::vector<Certificate> named;
    for (const Certificate& certificate : certificates) {
        const auto is_known = [&certificate](const Certificate& other) {
            return X509_cmp(other.x509(), certificate.x509()) == 0;
        };
        if (named.size() < max_named_certificates && is_named(sid, certificate) &&
            std::none_of(named.begin(), named.end(), is_known))
            named.push_back(certificate);
    }
    return named;
}

}  // namespace signet::cms
