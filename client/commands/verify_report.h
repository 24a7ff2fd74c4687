// What `signet verify` says about a SignedData.
#pragma once

#include <string>

#include "cms/signed_data_verifier.h"

namespace signet::client::commands {

/// For people: a block for each signer.
[[nodiscard]] std::string verify_report(const cms::SignedDataResult& result);

/// One object with the keys holds, content_type and signers: array of {intact, trusted, reasons (array),
/// subject, email (array), fingerprint, not_before, not_after, digest_algorithm, signature_algorithm,
/// signing_time}; what the message does not say is null.
[[nodiscard]] std::string verify_report_json(const cms::SignedDataResult& result);

/// Why it does not hold, in one line: the first reason of each signer.
[[nodiscard]] std::string why_not(const cms::SignedDataResult& result);

}  // namespace signet::client::commands
