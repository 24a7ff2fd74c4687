// ESSSecurityLabel and EquivalentLabels (RFC 2634 sections 3.2 and 3.4).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cms/attributes/signed_attribute_set.h"
#include "cms/bytes.h"

namespace signet::cms {

/// RFC 2634 appendix A: ub-integer-options, ub-privacy-mark-length (of a PrintableString), and
/// ub-security-categories. The rest are bounds of our own.
inline constexpr std::uint32_t max_security_classification = 256;
inline constexpr std::size_t max_printable_privacy_mark = 128;
inline constexpr std::size_t max_privacy_mark_size = 1024;
inline constexpr std::size_t max_security_categories = 64;
inline constexpr std::size_t max_equivalent_labels = 32;

struct SecurityCategory {
    /// Dotted decimal.
    std::string type;
    /// DER, as `type` defines it: see category_value.h.
    Bytes value;

    bool operator==(const SecurityCategory&) const = default;
};

struct SecurityLabel {
    /// Dotted decimal.
    std::string policy;
    /// What it means is up to the policy; 0 to 5 are unmarked, unclassified, restricted, confidential, secret
    /// and top-secret where it says nothing else.
    std::optional<std::uint32_t> classification;
    /// UTF-8 without a NUL; empty for none.
    std::string privacy_mark;
    /// In order, each once.
    std::vector<SecurityCategory> categories;

    bool operator==(const SecurityLabel&) const = default;
};

/// DER of the Attribute. Throws Error(failed) for what is no OID or out of bounds.
[[nodiscard]] Bytes security_label_attribute(const SecurityLabel& label);
/// None without the attribute. Throws Error(malformed).
[[nodiscard]] std::optional<SecurityLabel> security_label_in(const SignedAttributeSet& attributes);

/// The same in the terms of other policies, each of another one (RFC 2634 section 3.4.1). As above.
[[nodiscard]] Bytes equivalent_labels_attribute(const std::vector<SecurityLabel>& labels);
/// Empty without the attribute. Throws Error(malformed).
[[nodiscard]] std::vector<SecurityLabel> equivalent_labels_in(const SignedAttributeSet& attributes);

/// DER or BER of an ESSSecurityLabel. Throws Error(malformed).
[[nodiscard]] SecurityLabel parse_security_label(BytesView encoding);

}  // namespace signet::cms
