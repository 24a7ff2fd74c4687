// Signed receipts between their messages (RFC 2634 sections 2.3 to 2.6): whether one is due, what it says,
// and whether it is for what was sent.
#pragma once

#include "cms/attributes/mail_list.h"
#include "cms/attributes/receipt_request.h"
#include "cms/signed_data_verifier.h"

#include <optional>
#include <string>
#include <vector>

namespace signet::cms {

/// The request of a message that holds: that of its signers who make one, which must be the same (RFC 2634
/// section 2.2). None without. Throws Error(malformed) if they differ or one is malformed.
[[nodiscard]] std::optional<ReceiptRequest> receipt_request_of(const SignedDataResult& message);

/// Where somebody with the mail addresses `own` is to send a receipt, each address once; empty if none is
/// due: not asked for of them, or the last list that sent the message on wants none. `history` is the
/// outermost layer's. Addresses compare as mail programs do: the domain without case.
[[nodiscard]] std::vector<std::string> receipt_addresses(const ReceiptRequest& request,
                                                         const std::vector<MailListExpansion>& history,
                                                         const std::vector<std::string>& own);

/// A receipt, and the digest that goes into its signed attributes.
struct ReceiptContent {
    Receipt receipt;
    Bytes msg_sig_digest;
};

/// What is to be signed to confirm `message`, by its first signer with a request. Throws Error(failed) if
/// nobody asks, or that signer is not intact.
[[nodiscard]] ReceiptContent receipt_content(const SignedDataResult& message);

/// Why `receipt`, a SignedData that was verified, is no receipt for `sent`, which its sender kept: one
/// sentence; empty if it is one. Whether the receipt's own signature holds is for the caller. `sent` must
/// have been verified too: only intact signers count.
[[nodiscard]] std::string receipt_mismatch(const SignedDataResult& receipt, const SignedDataResult& sent);

/// What a list says that sends on what has come from another one, so that a reader need look at the last
/// entry alone (RFC 2634 section 4.3): the union of both policies, as far as receipts can be sent by mail.
/// Throws Error(malformed) if it has more than max_policy_names.
struct ListReceipts {
    ListReceiptPolicy policy = ListReceiptPolicy::unsaid;
    std::vector<std::string> names;
};
[[nodiscard]] ListReceipts combined_receipts(const std::vector<MailListExpansion>& before, ListReceipts own);

/// The expansion history of a message: that of its signers who tell one, which must be the same (RFC 2634
/// section 4.1). Empty without. Throws Error(malformed).
[[nodiscard]] std::vector<MailListExpansion> expansion_history_of(const SignedDataResult& message);

}  // namespace signet::cms
