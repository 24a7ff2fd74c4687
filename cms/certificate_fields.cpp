#include "cms/certificate_fields.h"

#include "cms/openssl_error.h"

#include <openssl/x509.h>

namespace signet::cms {
namespace {

template <typename Value>
Bytes der_of(const Value* value, int (*encode)(const Value*, unsigned char**)) {
    const int size = encode(value, nullptr);
    require_openssl(size > 0, "cannot encode a piece of a certificate");
    Bytes der(static_cast<std::size_t>(size));
    unsigned char* position = der.data();
    encode(value, &position);
    return der;
}

}  // namespace

CertificateFields fields_of(const Certificate& certificate) {
    const X509* x509 = certificate.x509();
    return {der_of<X509_NAME>(X509_get_subject_name(x509), i2d_X509_NAME),
            der_of<X509_NAME>(X509_get_issuer_name(x509), i2d_X509_NAME),
            der_of<ASN1_INTEGER>(X509_get0_serialNumber(x509), i2d_ASN1_INTEGER)};
}

}  // namespace signet::cms
