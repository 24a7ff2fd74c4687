#include "tests/cms/certificate_authority.h"

#include "tests/cms/require.h"

#include <openssl/conf.h>
#include <openssl/x509v3.h>

#include <atomic>

#include "tests/cms/test_keys.h"

namespace signet::cms::test {
namespace {

struct ExtensionDeleter {
    void operator()(X509_EXTENSION* extension) const noexcept { X509_EXTENSION_free(extension); }
};

void add_name(X509_NAME* name, const char* field, const std::string& value) {
    require(X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                                       reinterpret_cast<const unsigned char*>(value.data()),
                                       static_cast<int>(value.size()), -1, 0) == 1);
}

CertificateRequest authority_request(const std::string& common_name) {
    CertificateRequest request;
    request.common_name = common_name;
    request.extensions = {{NID_basic_constraints, "critical,CA:TRUE"},
                          {NID_key_usage, "critical,keyCertSign,cRLSign"}};
    return request;
}

}  // namespace

Certificate make_certificate(EVP_PKEY& key, const CertificateRequest& request, EVP_PKEY& issuer_key,
                             const Certificate* issuer) {
    static std::atomic<long> serial{1000};
    const X509Ptr x509(X509_new());
    require(x509 && X509_set_version(x509.get(), 2) == 1 &&
            ASN1_INTEGER_set(X509_get_serialNumber(x509.get()), ++serial) == 1 &&
            X509_gmtime_adj(X509_getm_notBefore(x509.get()), request.not_before) != nullptr &&
            X509_gmtime_adj(X509_getm_notAfter(x509.get()), request.not_after) != nullptr &&
            X509_set_pubkey(x509.get(), &key) == 1);
    X509_NAME* subject = X509_get_subject_name(x509.get());
    add_name(subject, "O", "Signet Tests");
    add_name(subject, "CN", request.common_name);
    if (!request.subject_email.empty())
        add_name(subject, "emailAddress", request.subject_email);
    X509* issuer_x509 = issuer == nullptr ? x509.get() : issuer->x509();
    require(X509_set_issuer_name(x509.get(), X509_get_subject_name(issuer_x509)) == 1);

    auto extensions = request.extensions;
    if (request.key_identifier)
        extensions.emplace_back(NID_subject_key_identifier, "hash");
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer_x509, x509.get(), nullptr, nullptr, 0);
    // Some extensions are made only with one, which may be empty.
    const OpensslPtr<CONF, NCONF_free> configuration(NCONF_new(nullptr));
    X509V3_set_nconf(&context, configuration.get());
    for (const auto& [nid, value] : extensions) {
        const std::unique_ptr<X509_EXTENSION, ExtensionDeleter> extension(
            X509V3_EXT_nconf_nid(configuration.get(), &context, nid, value.c_str()));
        require(extension && X509_add_ext(x509.get(), extension.get(), -1) == 1);
    }
    const bool signs_without_digest = EVP_PKEY_is_a(&issuer_key, "ED25519") == 1;
    require(X509_sign(x509.get(), &issuer_key, signs_without_digest ? nullptr : request.digest) > 0);
    // From its encoding, as every certificate that Signet sees.
    return Certificate::from_der(Certificate::share(*x509).der());
}

CertificateAuthority::CertificateAuthority(const std::string& common_name)
    : m_key(test_key(KeyType::p256, 100)),
      m_certificate(make_certificate(m_key, authority_request(common_name), m_key, nullptr)) {}

CertificateAuthority::CertificateAuthority(const CertificateAuthority& parent, const std::string& common_name,
                                           int which_key)
    : m_key(test_key(KeyType::p256, which_key)),
      m_certificate(parent.issue(m_key, authority_request(common_name))) {}

Certificate CertificateAuthority::issue(EVP_PKEY& key, const CertificateRequest& request) const {
    return make_certificate(key, request, m_key, &m_certificate);
}

}  // namespace signet::cms::test
