#include "tests/cms/revocation_list.h"

#include <openssl/x509v3.h>

#include <ctime>
#include <memory>

#include "cms/crl.h"
#include "tests/cms/require.h"

namespace signet::cms::test {
namespace {

Asn1TimePtr from_now(std::int64_t seconds) {
    Asn1TimePtr time(ASN1_TIME_adj(nullptr, std::time(nullptr), 0, static_cast<long>(seconds)));
    require(time != nullptr);
    return time;
}

Asn1TimePtr generalized_from_now(std::int64_t seconds) {
    Asn1TimePtr time(ASN1_GENERALIZEDTIME_adj(nullptr, std::time(nullptr), 0, static_cast<long>(seconds)));
    require(time != nullptr);
    return time;
}

using Asn1EnumeratedPtr = OpensslPtr<ASN1_ENUMERATED, ASN1_ENUMERATED_free>;

Asn1EnumeratedPtr enumerated(int value) {
    Asn1EnumeratedPtr number(ASN1_ENUMERATED_new());
    require(number && ASN1_ENUMERATED_set(number.get(), value) == 1);
    return number;
}

}  // namespace

Bytes make_crl(const Certificate& issuer, EVP_PKEY& key, const CrlRequest& request) {
    const X509CrlPtr crl(X509_CRL_new());
    require(crl && X509_CRL_set_version(crl.get(), 1) == 1 &&
            X509_CRL_set_issuer_name(crl.get(), X509_get_subject_name(issuer.x509())) == 1 &&
            X509_CRL_set1_lastUpdate(crl.get(), from_now(request.this_update).get()) == 1);
    if (request.next_update)
        require(X509_CRL_set1_nextUpdate(crl.get(), from_now(*request.next_update).get()) == 1);
    for (const CrlRequest::Entry& entry : request.revoked) {
        std::unique_ptr<X509_REVOKED, OpensslDeleter<X509_REVOKED_free>> revoked(X509_REVOKED_new());
        require(revoked &&
                X509_REVOKED_set_serialNumber(revoked.get(),
                                              X509_get_serialNumber(entry.certificate.x509())) == 1 &&
                X509_REVOKED_set_revocationDate(revoked.get(), from_now(entry.revoked).get()) == 1 &&
                (!entry.invalid ||
                 X509_REVOKED_add1_ext_i2d(revoked.get(), NID_invalidity_date,
                                           generalized_from_now(*entry.invalid).get(), 0, 0) == 1) &&
                (!entry.reason || X509_REVOKED_add1_ext_i2d(revoked.get(), NID_crl_reason,
                                                            enumerated(*entry.reason).get(), 0, 0) == 1) &&
                X509_CRL_add0_revoked(crl.get(), revoked.get()) == 1);
        (void)revoked.release();
    }
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer.x509(), nullptr, nullptr, crl.get(), 0);
    for (const auto& [nid, value] : request.extensions) {
        const OpensslPtr<X509_EXTENSION, X509_EXTENSION_free> extension(
            X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
        require(extension && X509_CRL_add_ext(crl.get(), extension.get(), -1) == 1);
    }
    require(X509_CRL_sort(crl.get()) == 1 && X509_CRL_sign(crl.get(), &key, request.digest) > 0);
    unsigned char* der = nullptr;
    const int size = i2d_X509_CRL(crl.get(), &der);
    require(size > 0);
    Bytes bytes(der, der + size);
    OPENSSL_free(der);
    return bytes;
}

std::vector<std::shared_ptr<X509_CRL>> parsed(const std::vector<Bytes>& crls) {
    std::vector<std::shared_ptr<X509_CRL>> all;
    all.reserve(crls.size());
    for (const Bytes& crl : crls)
        all.push_back(parse_crl(crl));
    return all;
}

}  // namespace signet::cms::test
