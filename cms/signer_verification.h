// Whether one SignerInfo holds (RFC 5652 sections 5.4, 5.6 and 11.4).
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "cms/algorithm_identifier.h"
#include "cms/asn1/rfc5652_signed_data.h"
#include "cms/certificate_path.h"
#include "cms/signed_content.h"
#include "cms/signed_data_verifier.h"

namespace signet::cms {

/// What a SignerInfo signs.
struct SignedSubject {
    /// OpenSSL's object; null for a countersignature, which is over a signature value.
    const ASN1_OBJECT* content_type;
    const SignedContent& content;
};

/// Verifies the SignerInfos of one message, with all that hangs on them. One thread at a time.
class SignerVerifier {
  public:
    /// All are the caller's, and must stay. `certificates` are those that the signers may go by.
    SignerVerifier(const std::vector<Certificate>& certificates, CertificatePaths& paths,
                   const VerifyOptions& options);

    /// The signer is judged at the earliest timestamp that holds, by the certificate that the signature holds
    /// with, where the SignerInfo may mean several. Countersignatures and timestamps are in the result, and
    /// decide nothing else: one that is malformed is one that does not hold. Throws Error(malformed) for a
    /// SignerInfo whose version is not the one of RFC 5652 section 5.3, or out of bounds: 64 attributes of
    /// each kind; of the whole message 64 countersignatures, 8 within each other, and 64 timestamps.
    [[nodiscard]] SignerResult verify(const asn1::SignerInfo& info, const SignedSubject& subject);

  private:
    SignerResult verify(const asn1::SignerInfo& info, const SignedSubject& subject, std::size_t depth);
    SignerResult verify_signer(const asn1::SignerInfo& info, const SignedSubject& subject,
                               const std::optional<JudgedTime>& time);
    std::vector<TimestampResult> verify_timestamps(const asn1::SignerInfo& info);
    std::vector<SignerResult> verify_countersignatures(const asn1::SignerInfo& info, std::size_t depth);
    SignerResult integrity_of(const asn1::SignerInfo& info, const SignedSubject& subject,
                              std::optional<Certificate> signer);
    void judge_certificate(SignerResult& result, const std::optional<JudgedTime>& time);
    /// Adds a reason for all that does not hold. Throws Error for what cannot be read.
    void check_integrity(const asn1::SignerInfo& info, const SignedSubject& subject, SignerResult& result);
    bool accept_weak(const SignatureAlgorithm& algorithm, SignerResult& result) const;
    void check_signature(const asn1::SignerInfo& info, const SignedSubject& subject,
                         const SignatureAlgorithm& algorithm, SignerResult& result);

    const std::vector<Certificate>& m_certificates;
    CertificatePaths& m_paths;
    const VerifyOptions& m_options;
    std::size_t m_timestamps = 0;
    std::size_t m_countersignatures = 0;
    std::size_t m_eddsa_left = max_eddsa_total;
};

}  // namespace signet::cms
