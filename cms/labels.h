// The security label of a whole message (RFC 2634 section 3).
#pragma once

#include "cms/attributes/security_label.h"
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

}  // namespace signet::cms
