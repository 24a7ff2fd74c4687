// Under which policy, and as what, somebody signs: signature-policy-identifier and commitment-type-indication
// (CAdES, RFC 5126 sections 5.8.1 and 5.11.1).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cms/algorithms.h"
#include "cms/attributes/signed_attribute_set.h"
#include "cms/bytes.h"

namespace signet::cms {

struct SignaturePolicy {
    /// Dotted decimal; empty for a policy that is implied (SignaturePolicyImplied).
    std::string policy;
    /// Of the policy's document, by this hash.
    DigestAlgorithm digest_algorithm = DigestAlgorithm::sha256;
    Bytes digest;
    /// Where the document is (SPuri); empty for nowhere.
    std::string uri;
};

/// DER of the Attribute. Throws Error(failed) for what is no OID, a digest without its hash's size, or a URI
/// that is not ASCII.
[[nodiscard]] Bytes signature_policy_attribute(const SignaturePolicy& policy);
/// None without the attribute. Throws Error(malformed), or Error(unsupported) for a hash that is not ours.
[[nodiscard]] std::optional<SignaturePolicy> signature_policy_in(const SignedAttributeSet& attributes);

/// DER of the Attribute; `commitment` is dotted decimal. Throws Error(failed) if it is not.
[[nodiscard]] Bytes commitment_type_attribute(const std::string& commitment);
/// Dotted decimal; none without the attribute. Throws Error(malformed).
[[nodiscard]] std::optional<std::string> commitment_type_in(const SignedAttributeSet& attributes);

}  // namespace signet::cms
