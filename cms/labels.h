// The security label of a whole message (RFC 2634 section 3).
#pragma once

#include "cms/attributes/security_label.h"
#include "cms/byte_stream.h"
#include "cms/signed_data_verifier.h"

#include <optional>
#include <string>
#include <vector>

namespace signet::cms {

/// What one signer says that a label is in the terms of other policies.
struct EquivalentLabels {
    /// Each of another policy.
    std::vector<SecurityLabel> labels;
    /// Whether the signature holds that says so. Else they must not count (RFC 2634 section 3.4.2).
    bool verified = false;
    /// The signer's mail addresses; empty if not verified.
    std::vector<std::string> signer;
};

struct MessageLabel {
    SecurityLabel label;
    /// Of each signer who gives any.
    std::vector<EquivalentLabels> equivalents;
};

/// The label that every signer of `message` gives it; none if none does. Throws Error(malformed) if one is
/// malformed, comes more than once, or signers give different ones (RFC 2634 section 3.1.2); their equivalent
/// labels may differ. Only what a signature covers is looked at.
[[nodiscard]] std::optional<MessageLabel> label_of(const SignedDataResult& message);

struct ClaimedLabels {
    std::vector<MessageLabel> labels;
    /// Of what is signed; dotted decimal.
    std::string content_type;
};

/// Every label that a signer of `signed_data` (DER or BER of ContentInfo) gives it, whether its signature
/// holds or not, for those who pass it on unverified; no equivalents are `verified`. Its eContent, if there
/// is one, goes to `content`. Throws Error(malformed) as SignedDataReader does, and for a label that is
/// malformed or comes more than once.
[[nodiscard]] ClaimedLabels claimed_labels(const ByteSource& signed_data, const ByteSink& content);

}  // namespace signet::cms
