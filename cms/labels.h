// The security label of a whole message (RFC 2634 section 3).
#pragma once

#include "cms/attributes/security_label.h"
#include "cms/byte_stream.h"
#include "cms/signed_data_verifier.h"

#include <optional>
#include <string>
#include <vector>

namespace signet::cms {

struct MessageLabel {
    SecurityLabel label;
    /// The same in the terms of other policies.
    std::vector<SecurityLabel> equivalents;
    /// The mail addresses of those who say so, all of whose signatures hold; else empty.
    std::vector<std::string> signers;

    bool operator==(const MessageLabel&) const = default;
};

/// The label that every signer of `message` gives it; none if none does. Throws Error(malformed) if one is
/// malformed, comes more than once, or signers give different ones (RFC 2634 section 3.1.2). Only what a
/// signature covers is looked at.
[[nodiscard]] std::optional<MessageLabel> label_of(const SignedDataResult& message);

struct ClaimedLabels {
    std::vector<MessageLabel> labels;
    /// Of what is signed; dotted decimal.
    std::string content_type;
};

/// Every label that a signer of `signed_data` (DER or BER of ContentInfo) gives it, whether its signature
/// holds or not, for those who pass it on unverified; `signers` stay empty. Its eContent, if there is one,
/// goes to `content`. Throws Error(malformed) as SignedDataReader does, and for a label that is malformed or
/// comes more than once.
[[nodiscard]] ClaimedLabels claimed_labels(const ByteSource& signed_data, const ByteSink& content);

}  // namespace signet::cms
