// Verification of SignedData (RFC 5652 sections 5.4 and 5.6, RFC 5035 section 5, RFC 6211, RFC 8550).
#pragma once

#include "cms/algorithms.h"
#include "cms/bytes.h"
#include "cms/certificate.h"
#include "cms/verification_reason.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace signet::cms {

/// What one SignerInfo says and whether it holds.
struct SignerResult {
    /// The signature, the digest and the signed attributes hold together under the signer's public key.
    bool intact = false;
    /// The certificate has a path to a trust anchor at the time of verification, and may sign mail.
    bool trusted = false;
    /// Why not; empty when intact and trusted.
    std::vector<Reason> reasons;
    /// The signer's certificate; none if the message and the candidates lack it.
    std::optional<Certificate> certificate;
    std::string digest_algorithm;
    std::string signature_algorithm;
    /// Seconds since the epoch, as the signer claims.
    std::optional<std::int64_t> signing_time;
};

struct SignedDataResult {
    std::vector<SignerResult> signers;
    /// The eContent, if it is not detached.
    std::optional<Bytes> content;
    std::string content_type;

    /// At least one signer, and every one is intact and trusted.
    [[nodiscard]] bool holds() const noexcept;
};

struct VerifyOptions {
    std::vector<Certificate> trust_anchors;
    /// Further candidates for signers and path building; trusted for nothing.
    std::vector<Certificate> candidates;
    /// Seconds since the epoch; none is now.
    std::optional<std::int64_t> at;
};

/// Fed with the content through `feed`, which it must call with each piece in order; called once, and only
/// for detached SignedData.
using ContentSource = std::function<void(const std::function<void(BytesView piece)>& feed)>;

/// Verifies DER or BER of ContentInfo/SignedData. `content` is asked only if eContent is absent; absent both,
/// Error(malformed) is thrown. Where several certificates bear the name that a signer goes by, it is the one
/// that the signature holds with. A signature that does not hold is a result, not an exception. Throws
/// Error(malformed) for anything that is not a SignedData, trailing bytes included. MD5 and SHA-1 signatures
/// are not intact here, and the reason says so.
[[nodiscard]] SignedDataResult verify_signed_data(BytesView signed_data, const ContentSource& content,
                                                  const VerifyOptions&);

}  // namespace signet::cms
