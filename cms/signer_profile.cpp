#include "cms/asn1/der.h"
#include "cms/digest_stream.h"
#include "cms/openssl_error.h"
#include "cms/signed_data_builder.h"

#include <openssl/objects.h>
#include <openssl/x509.h>

#include <algorithm>

namespace signet::cms {
namespace {

// SigningCertificateV2 as the value of its attribute, with this one certificate. hashAlgorithm is the default
// (SHA-256), so DER leaves it out. directoryName is [4] EXPLICIT, because Name is a CHOICE.  RFC 5035 section
// 3
Bytes signing_certificate_attribute(const Certificate& certificate) {
    using asn1::Tag;
    const unsigned char* name = nullptr;
    std::size_t name_size = 0;
    require_openssl(X509_NAME_get0_der(X509_get_issuer_name(certificate.x509()), &name, &name_size) == 1,
                    "cannot encode the issuer's name");
    const Bytes names = asn1::tlv(Tag::sequence, {asn1::tlv(asn1::context(4), {BytesView(name, name_size)})});
    const ASN1_INTEGER* number = X509_get0_serialNumber(certificate.x509());
    Bytes serial(static_cast<std::size_t>(std::max(i2d_ASN1_INTEGER(number, nullptr), 0)));
    unsigned char* position = serial.data();
    require_openssl(i2d_ASN1_INTEGER(number, &position) > 0, "cannot encode a serial number");

    const Bytes issuer_serial = asn1::tlv(Tag::sequence, {names, serial});
    const Bytes hash = asn1::tlv(Tag::octet_string, {certificate.fingerprint()});
    const Bytes certificate_id = asn1::tlv(Tag::sequence, {hash, issuer_serial});
    const Bytes value = asn1::tlv(Tag::sequence, {asn1::tlv(Tag::sequence, {certificate_id})});
    return asn1::tlv(Tag::sequence, {asn1::object_identifier(NID_id_smime_aa_signingCertificateV2),
                                     asn1::tlv(Tag::set, {value})});
}

}  // namespace

SignerProfile::SignerProfile(const Certificate& certificate, const std::vector<Certificate>& chain)
    : m_certificate(certificate),
      m_sid(certificate.issuer_and_serial()),
      m_signing_certificate(signet::cms::signing_certificate_attribute(certificate)) {
    m_certificates.push_back(certificate.der());
    for (const Certificate& further : chain) {
        Bytes der = further.der();
        if (der != m_certificates.front())
            m_certificates.push_back(std::move(der));
    }
}

}  // namespace signet::cms
