// Verification of SignedData (RFC 5652 sections 5.4 and 5.6, RFC 5035 section 5, RFC 6211, RFC 8550).
#pragma once

#include "cms/algorithms.h"
#include "cms/byte_stream.h"
#include "cms/bytes.h"
#include "cms/certificate.h"
#include "cms/path_settings.h"
#include "cms/path_verdict.h"
#include "cms/revocation.h"
#include "cms/timestamp.h"
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
    /// In the signature itself, which is accepted only on request.
    std::vector<WeakAlgorithm> weak;
    /// How the certificate is trusted, or why it is not.
    PathVerdict path;
    /// The SET OF signed attributes as the signature covers it, and the signature value; for attributes/ and
    /// receipts. Empty without signed attributes, or if it was not looked at.
    Bytes signed_attributes;
    Bytes signature;
    /// Over the signature value, each with all of its own. Whether they hold changes nothing else here:
    /// anybody may add them or leave them out.
    std::vector<SignerResult> countersignatures;
    /// Of the signature value. The time of the earliest that holds is when the certificate is judged.
    std::vector<TimestampResult> timestamps;
};

struct SignedDataResult {
    std::vector<SignerResult> signers;
    /// Whether the message has an eContent; else it is detached.
    bool attached = false;
    /// The eContent, if there is one and no sink was given for it.
    std::optional<Bytes> content;
    std::string content_type;

    /// At least one signer, and every one is intact and trusted.
    [[nodiscard]] bool holds() const noexcept;
};

struct VerifyOptions {
    std::vector<Certificate> trust_anchors;
    /// Further candidates for signers and path building; trusted for nothing.
    std::vector<Certificate> candidates;
    /// Seconds since the epoch; none is now. A signer with a timestamp that holds then is judged at its time.
    std::optional<std::int64_t> at;
    PathSettings path;
    RevocationOptions revocation;
};

/// Verifies DER or BER of ContentInfo/SignedData as it comes, in memory that its content does not decide.
/// `detached` is asked only if eContent is absent and somebody signed, after the end of the message; absent
/// both, Error(malformed) is thrown. An eContent goes to `attached`, which may be empty, before anything is
/// known of it: keep it to yourself unless the result holds. Where several certificates bear the name that a
/// signer goes by, it is the one that the signature holds with. A signature that does not hold is a result,
/// not an exception. Throws Error(malformed) for anything that is not a SignedData within the bounds of
/// SignedDataReader, trailing bytes and versions other than those of RFC 5652 sections 5.1 and 5.3 included.
/// Signatures with MD5, SHA-1 (as MGF1's hash, too) or DSA are not intact here, and the reason says so, but
/// with `path.legacy` they are, and `weak` says so; nor are those by EdDSA without signed attributes over
/// more than max_eddsa_content, or max_eddsa_total in all, nor those by a hash that is not among
/// digestAlgorithms, as RFC 5652 section 5.1 leaves to us.
[[nodiscard]] SignedDataResult verify_signed_data(const ByteSource& message, const ContentSource& detached,
                                                  const ByteSink& attached, const VerifyOptions&);

/// The same for a message in memory; its content is in the result.
[[nodiscard]] SignedDataResult verify_signed_data(BytesView signed_data, const ContentSource& content,
                                                  const VerifyOptions&);

}  // namespace signet::cms
