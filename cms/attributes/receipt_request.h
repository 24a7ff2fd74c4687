// Signed receipts (RFC 2634 section 2): who is asked for one, and what it says.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cms/attributes/mail_names.h"
#include "cms/attributes/signed_attribute_set.h"
#include "cms/bytes.h"

namespace signet::cms {

/// ub-receiptsTo (RFC 2634 appendix A), and a bound of our own on whom receipts are wanted from.
inline constexpr std::size_t max_receipts_to = 16;
inline constexpr std::size_t max_receipts_from = 1024;

enum class ReceiptsFrom {
    all,
    /// Those to whom no mailing list has sent it on.
    first_tier,
    /// Those who are named.
    listed
};

struct ReceiptRequest {
    Bytes content_identifier;
    ReceiptsFrom from = ReceiptsFrom::all;
    /// With ReceiptsFrom::listed.
    std::vector<MailNames> listed;
    /// Where to: each gets one.
    std::vector<MailNames> to;
};

/// DER of the Attribute; of each MailNames the first address. Throws Error(failed) for an address that is
/// none, or a count above the bounds.
[[nodiscard]] Bytes receipt_request_attribute(const ReceiptRequest& request);
/// None without the attribute. Throws Error(malformed).
[[nodiscard]] std::optional<ReceiptRequest> receipt_request_in(const SignedAttributeSet& attributes);

/// The content of a signed receipt.
struct Receipt {
    /// Dotted decimal, of the message that was received.
    std::string content_type;
    Bytes content_identifier;
    /// The originator's signature value.
    Bytes signature;
};

/// DER.
[[nodiscard]] Bytes encode_receipt(const Receipt& receipt);
/// Throws Error(malformed), also for another version than 1.
[[nodiscard]] Receipt parse_receipt(BytesView der);

/// DER of the Attribute msgSigDigest: `digest` of the signed attributes of the message that was received (RFC
/// 2634 section 2.10).
[[nodiscard]] Bytes msg_sig_digest_attribute(BytesView digest);
/// None without the attribute. Throws Error(malformed).
[[nodiscard]] std::optional<Bytes> msg_sig_digest_in(const SignedAttributeSet& attributes);

}  // namespace signet::cms
