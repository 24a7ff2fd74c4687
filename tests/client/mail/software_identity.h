// Somebody with a key in a file: signs and opens with cms/ and OpenSSL, where the product asks the agent.
#pragma once

#include "client/mail/signed_message.h"
#include "cms/certificate.h"
#include "cms/signed_data_builder.h"
#include "cms/signed_data_verifier.h"
#include "tests/fixtures/temporary_folder.h"
#include "tests/fixtures/test_ca.h"

#include <string>
#include <string_view>

namespace signet::tests {

class SoftwareIdentity {
  public:
    explicit SoftwareIdentity(const std::string& email = "alice@example.org");

    [[nodiscard]] client::mail::SignedDataMaker detached_signer() const;
    [[nodiscard]] client::mail::SignedDataMaker attached_signer() const;
    /// Trusts the CA, and nobody else.
    [[nodiscard]] cms::VerifyOptions verify_options() const;
    /// The content of an EnvelopedData or AuthEnvelopedData with one RSA v1.5 or OAEP (SHA-1) recipient: us.
    [[nodiscard]] std::string open(cms::BytesView message) const;

    /// What the agent answers: detached SignedData over a SHA-256 digest, and the content-encryption key of a
    /// KeyTransRecipientInfo.
    [[nodiscard]] cms::Bytes sign_digest(cms::BytesView digest, cms::IncludedCertificates certificates =
                                                                    cms::IncludedCertificates::chain) const;
    [[nodiscard]] cms::Bytes content_key(cms::BytesView recipient_info) const;

    [[nodiscard]] cms::Certificate certificate() const;
    [[nodiscard]] std::string key_path() const { return (m_folder / "key.pem").string(); }
    [[nodiscard]] std::string certificate_path() const { return m_issued.pem.string(); }
    [[nodiscard]] std::string root_path() const { return m_ca.root().string(); }
    [[nodiscard]] const TemporaryFolder& folder() const { return m_folder; }

  private:
    [[nodiscard]] cms::EvpPkeyPtr key() const;

    TemporaryFolder m_folder;
    TestCa m_ca;
    IssuedCertificate m_issued;
};

/// Made once for all cases of a program: a key takes a while.
const SoftwareIdentity& alice();

/// CRLF or LF.
std::string with_crlf(std::string_view lf_text);

/// A message from alice@example.org with this Content-* header and body, LF.
std::string message_of(std::string_view content_header, std::string_view body);

/// The exit status of `openssl cms -verify` of the message, and what it wrote as content.
struct OpensslVerification {
    int status;
    std::string content;
    std::string err;
};
OpensslVerification openssl_verifies(const SoftwareIdentity& signer, std::string_view message);

}  // namespace signet::tests
