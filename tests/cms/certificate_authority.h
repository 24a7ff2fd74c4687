// A small certificate authority for tests: no files, P-256 keys of its own.
#pragma once

#include <openssl/x509.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "cms/certificate.h"

namespace signet::cms::test {

/// What a certificate says. Extensions are written as openssl.cnf writes them.
struct CertificateRequest {
    std::string common_name = "Alice";
    /// emailAddress attribute of the subject; empty without.
    std::string subject_email;
    /// NID and value; "subjectKeyIdentifier" is added unless left out below.
    std::vector<std::pair<int, std::string>> extensions = {
        {NID_key_usage, "critical,digitalSignature,keyEncipherment,keyAgreement"},
        {NID_subject_alt_name, "email:alice@example.org"}};
    bool key_identifier = true;
    /// Seconds from now.
    std::int64_t not_before = -3600;
    std::int64_t not_after = 86400;
    /// The hash that the issuer signs with.
    const EVP_MD* digest = EVP_sha256();
};

/// Its own root, or an intermediate under another.
class CertificateAuthority {
  public:
    explicit CertificateAuthority(const std::string& common_name = "Test Root");
    CertificateAuthority(const CertificateAuthority& parent, const std::string& common_name, int which_key);

    [[nodiscard]] const Certificate& certificate() const noexcept { return m_certificate; }
    [[nodiscard]] EVP_PKEY& key() const noexcept { return m_key; }
    [[nodiscard]] Certificate issue(EVP_PKEY& key, const CertificateRequest& request = {}) const;

  private:
    EVP_PKEY& m_key;
    Certificate m_certificate;
};

/// A certificate for `key`, signed by `issuer_key` in the name of `issuer`, or by itself without.
Certificate make_certificate(EVP_PKEY& key, const CertificateRequest& request, EVP_PKEY& issuer_key,
                             const Certificate* issuer);

}  // namespace signet::cms::test
