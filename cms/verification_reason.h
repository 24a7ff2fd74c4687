// Why a signature does not hold (RFC 5652 section 5.6, RFC 5280 section 6), for programs and for people.
#pragma once

#include <string>
#include <string_view>

namespace signet::cms {

enum class ReasonCode {
    // What the signer signed.
    content_altered,
    content_type_differs,
    attributes_missing,
    attributes_as_content,
    attribute_twice,
    attribute_misplaced,
    signing_time_malformed,
    algorithms_altered,
    other_certificate,
    // The signature itself.
    signature_wrong,
    signature_unreadable,
    signature_uncheckable,
    hash_broken,
    hash_unsupported,
    hash_differs,
    hash_unannounced,
    parameters_weak,
    algorithm_weak,
    content_too_long,
    // The certificates of the signer and of those who issued it.
    certificate_missing,
    certificate_expired,
    certificate_not_yet_valid,
    certificate_purpose,
    certificate_key_short,
    certificate_hash_weak,
    certificate_signature_wrong,
    certificate_unacceptable,
    certificate_revoked,
    revocation_unknown,
    name_constraint,
    policy_missing,
    issuer_untrusted,
    issuer_no_ca,
    self_signed,
    // A timestamp.
    timestamp_malformed,
    timestamp_of_other,
    timestamp_time,
    no_trust_anchors,
};

struct Reason {
    ReasonCode code{};
    /// One sentence for a person; it may change.
    std::string text;
};

/// The text of a Reason as a part of another sentence: "the content is not what was signed".
[[nodiscard]] std::string as_clause(std::string sentence);

/// "content-altered": what programs may rely on. Never changes for a code.
[[nodiscard]] std::string_view reason_token(ReasonCode code) noexcept;

}  // namespace signet::cms
