// What a certificate path is judged by, besides its anchors.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace signet::cms {

/// Where a time comes from: the clock, whoever asks, or a timestamp that was verified (RFC 3161).
enum class TimeSource { now, given, timestamp };

/// "now", "given", "timestamp".
[[nodiscard]] std::string_view time_source_token(TimeSource) noexcept;

struct JudgedTime {
    /// Since the epoch.
    std::int64_t seconds = 0;
    TimeSource source = TimeSource::now;
};

/// `at` as it was given, or now.
[[nodiscard]] JudgedTime judged_time(std::optional<std::int64_t> at);

/// The inputs of RFC 5280 section 6.1.1 (c), (e), (f) and (g).
struct PathPolicies {
    /// Dotted (object_identifier.h); empty is anyPolicy.
    std::vector<std::string> initial;
    bool require_explicit = false;
    bool inhibit_mapping = false;
    bool inhibit_any = false;
};

/// What a certificate is to be for.
enum class CertificatePurpose {
    /// To sign mail (RFC 8550 section 4.4).
    mail,
    /// To sign timestamps, and nothing else (RFC 3161 section 2.3).
    timestamps,
};

struct PathSettings {
    PathPolicies policies;
    /// Weak algorithms (weak_algorithm.h) are named, but accepted.
    bool legacy = false;
    CertificatePurpose purpose = CertificatePurpose::mail;
    /// Of `timestamps`: that of the timestamp, in seconds since the epoch. A TSA that was revoked after it,
    /// for a reason that leaves its key safe, is trusted (RFC 3161 section 4).
    std::optional<std::int64_t> stamped_at{};
};

}  // namespace signet::cms
