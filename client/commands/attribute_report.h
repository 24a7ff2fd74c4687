// What a signer says besides the content, as `signet verify` tells it.
#pragma once

#include "client/commands/json_writer.h"
#include "client/commands/text_block.h"
#include "cms/signed_data_verifier.h"

namespace signet::client::commands {

/// A line for each attribute that is there.
void report_attributes(TextBlock& block, const cms::SignerResult& signer);

/// One object: content_hints {description, content_type}, content_identifier (hex), signature_policy {policy,
/// digest_algorithm, digest, uri}, commitment_type, capabilities (array), security_label {policy,
/// classification, privacy_mark, categories (array of {type, values, number, bits, der}, all but the last
/// null where the value is of another form)}, equivalent_labels (array of such), receipt_request
/// {content_identifier, from, listed, to}, expansion_history (array of {time, receipts, to}), malformed
/// (array of names). What is not said is null, and so is what is malformed.
void write_attributes(JsonWriter& json, const cms::SignerResult& signer);

}  // namespace signet::client::commands
