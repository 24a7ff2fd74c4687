// Timestamps of a TSA: asking for one, and whether one holds (RFC 3161, RFC 5816, RFC 5126 section 6.1.1).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cms/algorithms.h"
#include "cms/bytes.h"
#include "cms/certificate.h"
#include "cms/path_verdict.h"
#include "cms/verification_reason.h"
#include "cms/weak_algorithm.h"

namespace signet::cms {

struct VerifyOptions;

/// What one timestamp says and whether it holds.
struct TimestampResult {
    /// It is of these bytes, and a signature of the TSA.
    bool intact = false;
    /// The TSA's certificate has a path to a trust anchor, and is for timestamps.
    bool trusted = false;
    /// Why not; empty when intact and trusted.
    std::vector<Reason> reasons;
    /// genTime in seconds since the epoch, rounded down; none if it cannot be read.
    std::optional<std::int64_t> time;
    /// The TSA's policy, dotted decimal.
    std::string policy;
    /// DER of the INTEGER that whoever asked for it chose; empty without.
    Bytes nonce;
    /// The hash of what was stamped.
    std::string digest_algorithm;
    std::string signature_algorithm;
    /// The TSA's.
    std::optional<Certificate> certificate;
    /// In the imprint and the signature; accepted only on request.
    std::vector<WeakAlgorithm> weak;
    PathVerdict path;
};

/// A question to a TSA (section 2.4.1).
struct TimestampRequest {
    /// TimeStampReq: with a nonce of 64 random bits, and certReq.
    Bytes der;
    /// What is to be stamped is hashed with it.
    DigestAlgorithm digest_algorithm = DigestAlgorithm::sha256;
    /// DER of the INTEGER.
    Bytes nonce;
};

/// A question for `stamped`, hashed with `algorithm`; SHA-2 with SHAKE256's strength in its place. Throws
/// Error(failed).
[[nodiscard]] TimestampRequest make_timestamp_request(BytesView stamped, DigestAlgorithm algorithm);

/// Bytes of a TSA's answer, at most.
inline constexpr std::size_t max_timestamp_response_size = std::size_t{256} << 10;

/// The TimeStampToken in a TSA's answer to `request`, which is for `stamped`, as it came: it was granted, is
/// of what was asked with the nonce that was asked, and intact under a certificate for timestamps that it
/// brings along and names (ESSCertID). Whether anybody trusts the TSA is not asked. Throws Error: unsupported
/// if the TSA refuses, malformed for what is no such answer; its text tells a person why.
[[nodiscard]] Bytes read_timestamp_response(BytesView response, BytesView stamped,
                                            const TimestampRequest& request);

/// Whether `token` (TimeStampToken) is a timestamp of `stamped`, by a TSA that `options` lead to, at its time
/// or now. Policies do not matter. Anything wrong with it is a reason, never an exception but for
/// Error(failed).
[[nodiscard]] TimestampResult verify_timestamp(BytesView token, BytesView stamped,
                                               const VerifyOptions& options);

}  // namespace signet::cms
