// PKCS#10 certification requests for S/MIME certificates (RFC 2986).
#pragma once

#include "cms/algorithms.h"
#include "cms/bytes.h"
#include "cms/public_key.h"

#include <string>
#include <vector>

namespace signet::cms {

/// What the certificate is to say. Texts are UTF-8; empty ones are left out of the subject.
struct CertificateSubject {
    std::string country{};
    std::string organisation{};
    std::string surname{};
    std::string given_name{};
    std::string common_name{};
    /// For subjectAltName, at least one.
    std::vector<std::string> emails{};
    /// What keyUsage asks for.
    bool sign = false;
    bool decrypt = false;
};

/// DER of the CertificationRequestInfo, which the key of `public_key` is to sign: subject, key, and the
/// extensions subjectAltName (rfc822Name; SmtpUTF8Mailbox where that is not ASCII, RFC 9598), keyUsage and
/// extendedKeyUsage emailProtection. Throws Error(failed).
[[nodiscard]] Bytes certification_request_info(const CertificateSubject& subject,
                                               const PublicKey& public_key);

/// How a key signs its request: RSA with PKCS#1 v1.5 and SHA-256, EC with ECDSA and the hash of its curve's
/// size, Edwards keys with pure EdDSA (signs_message; `digest` is the one that goes with it). Throws
/// Error(unsupported) for other keys.
struct RequestSignature {
    SignatureScheme scheme;
    DigestAlgorithm digest;
};
[[nodiscard]] RequestSignature request_signature(const PublicKey& public_key);

/// DER of the CertificationRequest with the signature `value` over `info`. Reads it again and verifies it:
/// throws Error(failed) if it is not `public_key`'s signature.
[[nodiscard]] Bytes certification_request(BytesView info, const PublicKey& public_key, BytesView value);

}  // namespace signet::cms
