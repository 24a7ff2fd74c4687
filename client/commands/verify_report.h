// What `signet verify` says about a SignedData.
#pragma once

#include <string>
#include <vector>

#include "client/commands/json_writer.h"
#include "cms/signed_data_verifier.h"

namespace signet::client::commands {

/// For people: a block for each signer, and for each timestamp and countersignature.
[[nodiscard]] std::string verify_report(const cms::SignedDataResult& result);

/// One object with the keys holds, content_type and signers: array of {intact, trusted, reasons (array of
/// {reason, text}), subject, email (array), fingerprint, not_before, not_after, digest_algorithm,
/// signature_algorithm, signing_time, warnings, weak, time, time_source, path, attributes, timestamps,
/// countersignatures} as signet verify --help says (attributes: see attribute_report.h); what the message
/// does not say is null.
[[nodiscard]] std::string verify_report_json(const cms::SignedDataResult& result);
/// The same object within another one, as a value.
void write_verify_report(JsonWriter& json, const cms::SignedDataResult& result);

/// An array of {reason, text}: the token of each of `reasons`' codes, which programs may rely on, and the
/// sentence for people.
template <typename Reasons>
void write_reasons(JsonWriter& json, const Reasons& reasons) {
    json.begin_array();
    for (const auto& reason : reasons) {
        json.begin_object();
        json.key("reason").text(reason_token(reason.code));
        json.key("text").text(reason.text);
        json.end_object();
    }
    json.end_array();
}

/// Where nobody is trusted, whom a signer's certificate comes from is no reason: in its place, says that no
/// trust anchors were given.
void explain_missing_anchors(cms::SignedDataResult& result);

/// Whether a signature fails only since nobody who is trusted here issued its signer's certificate.
[[nodiscard]] bool fails_for_trust_alone(const cms::SignedDataResult& result);

/// Why it does not hold, in one line: the first reason of each signer, as joined_reasons.
[[nodiscard]] std::string why_not(const cms::SignedDataResult& result);

/// `reasons`, a sentence or clause each, as clauses of one line, equal ones once.
[[nodiscard]] std::string joined_reasons(const std::vector<std::string>& reasons);

}  // namespace signet::client::commands
