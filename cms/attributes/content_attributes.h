// What a signer says of the content: contentHints, contentIdentifier, contentReference (RFC 2634 sections
// 2.7, 2.9 and 2.11) and SMIMECapabilities (RFC 8551 section 2.5.2).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cms/algorithms.h"
#include "cms/attributes/signed_attribute_set.h"
#include "cms/bytes.h"

namespace signet::cms {

/// Bytes of a contentIdentifier, and of the description in contentHints: far above any honest one.
inline constexpr std::size_t max_content_identifier_size = 1024;
inline constexpr std::size_t max_content_description_size = 4096;

struct ContentHints {
    /// UTF-8, as the signer claims; empty for none.
    std::string description;
    /// Dotted decimal: of the content within, where it is encrypted.
    std::string content_type;

    bool operator==(const ContentHints&) const = default;
};

/// DER of the Attribute. Throws Error(failed) if the content type is no OID.
[[nodiscard]] Bytes content_hints_attribute(const ContentHints& hints);
/// None without the attribute. Throws Error(malformed).
[[nodiscard]] std::optional<ContentHints> content_hints_in(const SignedAttributeSet& attributes);

/// DER of the Attribute.
[[nodiscard]] Bytes content_identifier_attribute(BytesView identifier);
/// None without the attribute. Throws Error(malformed).
[[nodiscard]] std::optional<Bytes> content_identifier_in(const SignedAttributeSet& attributes);
/// A new one: the signer's fingerprint, a time (seconds since the epoch) and 128 random bits, so that no two
/// are equal (RFC 2634 section 2.7). Throws Error(failed) if there is no randomness.
[[nodiscard]] Bytes new_content_identifier(BytesView fingerprint, std::int64_t now);

/// Which message this one is about.
struct ContentReference {
    std::string content_type;
    Bytes content_identifier;
    Bytes signature;
};

/// None without the attribute. Throws Error(malformed).
[[nodiscard]] std::optional<ContentReference> content_reference_in(const SignedAttributeSet& attributes);

/// DER of the Attribute: these ciphers, in this order of preference.
[[nodiscard]] Bytes capabilities_attribute(const std::vector<ContentCipher>& ciphers);
/// The ciphers of ours that the signer can read; none without the attribute. Throws Error(malformed).
[[nodiscard]] std::optional<std::vector<ContentCipher>> capabilities_in(const SignedAttributeSet& attributes);

}  // namespace signet::cms
