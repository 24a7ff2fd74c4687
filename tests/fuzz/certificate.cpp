// Certificates as files bring them, and the names in them.
#include <algorithm>

#include "cms/certificate.h"
#include "cms/crl.h"
#include "cms/error.h"
#include "cms/ocsp.h"
#include "cms/smime_capabilities.h"
#include "tests/fuzz/property.h"

using namespace signet::cms;
using signet::fuzz::property;

namespace {

void look_at(const Certificate& certificate) {
    const std::string subject = certificate.subject();
    property(
        std::none_of(subject.begin(), subject.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }),
        "no control character is in a subject");
    property(certificate.fingerprint().size() == 32, "a fingerprint has 32 octets");
    property(Certificate::from_der(certificate.der()).der() == certificate.der(),
             "a certificate encodes the same again");
    try {
        (void)certificate.email_addresses();
        (void)certificate.issuer_and_serial();
        (void)certificate.subject_key_identifier();
        (void)certificate.key_name();
        (void)certificate.may_sign();
        (void)certificate.may_decrypt();
        (void)certificate.is_ca();
        (void)certificate.not_after();
        (void)crl_urls(certificate);
        (void)delta_crl_urls(certificate);
        (void)ocsp_urls(certificate);
        (void)content_ciphers_of(certificate);
        property(chain_of(certificate, {certificate}).size() <= 8, "a chain has at most 8 certificates");
    } catch (const Error&) {
        return;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const BytesView bytes(data, size);
    try {
        look_at(Certificate::from_der(bytes));
    } catch (const Error&) {
        // It may be PEM.
    }
    try {
        for (const Certificate& certificate : Certificate::from_pem(as_text(bytes)))
            look_at(certificate);
    } catch (const Error&) {
        return 0;
    }
    return 0;
}
