// MLExpansionHistory: the mailing lists that have sent a message on (RFC 2634 section 4).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cms/attributes/mail_names.h"
#include "cms/attributes/signed_attribute_set.h"
#include "cms/bytes.h"
#include "cms/certificate.h"

namespace signet::cms {

/// ub-ml-expansion-history (RFC 2634 appendix A), and bounds of our own.
inline constexpr std::size_t max_expansions = 64;
inline constexpr std::size_t max_expansion_size = 8192;
inline constexpr std::size_t max_policy_names = 64;

/// What a list says of receipts for a message that it sends on: it takes the place of the request.
enum class ListReceiptPolicy { unsaid, none, instead_of, in_addition_to };

/// One list's entry.
struct MailListExpansion {
    /// DER of the MLData, as it is sent on.
    Bytes encoding;
    /// DER of the EntityIdentifier: an IssuerAndSerialNumber or an OCTET STRING.
    Bytes list;
    /// Seconds since the epoch.
    std::int64_t time = 0;
    ListReceiptPolicy policy = ListReceiptPolicy::unsaid;
    /// With instead_of and in_addition_to.
    std::vector<MailNames> names;
};

/// A new entry of the list whose certificate this is, by subject key identifier or, without one, by issuer
/// and serial number, at `now` (seconds since the epoch). Throws Error(failed) for an address that is none,
/// or names without a policy for them.
[[nodiscard]] MailListExpansion new_expansion(const Certificate& list, std::int64_t now,
                                              ListReceiptPolicy policy,
                                              const std::vector<std::string>& names);

/// DER of one MLData. Throws Error(malformed), also if it is not DER or above a bound.
[[nodiscard]] MailListExpansion parse_expansion(BytesView der);

/// DER of the Attribute, oldest first. Throws Error(failed) for none or above max_expansions.
[[nodiscard]] Bytes expansion_history_attribute(const std::vector<MailListExpansion>& history);
/// Oldest first; empty without the attribute. Throws Error(malformed).
[[nodiscard]] std::vector<MailListExpansion> expansion_history_in(const SignedAttributeSet& attributes);

/// Whether the list with this certificate has sent it on already: by issuer and serial number, or by subject
/// key identifier (RFC 2634 section 4.1).
[[nodiscard]] bool has_expanded(const std::vector<MailListExpansion>& history, const Certificate& list);

}  // namespace signet::cms
