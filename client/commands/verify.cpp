#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "client/cms_input.h"
#include "client/commands/cms_commands.h"
#include "client/commands/command_options.h"
#include "client/commands/content_clearance.h"
#include "client/commands/file_suffix.h"
#include "client/commands/output_collision.h"
#include "client/commands/reader_clearance.h"
#include "client/commands/trust_arguments.h"
#include "client/commands/verify_report.h"
#include "client/input_file.h"
#include "client/input_kind.h"
#include "client/output_stream.h"
#include "cms/signed_data_verifier.h"

namespace signet::client::commands {

namespace {

/// The file that a detached signature is over.
std::string content_path(const CommandOptions& options, const ParsedArguments& parsed) {
    if (parsed.operands.size() > 1)
        return parsed.operands[1];
    return signed_file(options, parsed.operands.empty() ? "-" : parsed.operands[0]);
}

/// What is attached goes to `attached`, if there is one.
cms::SignedDataResult verify_file(const CommandOptions& options, const ParsedArguments& parsed,
                                  const cms::VerifyOptions& verification,
                                  std::optional<OutputStream>& attached) {
    InputFile signature(parsed.operands.empty() ? "-" : parsed.operands[0]);
    const std::string what_failed = "cannot verify " + signature.name();
    CmsInput input(signature.source(), signature.name());
    if (looks_like_mail(input.beginning()))
        throw is_mail(what_failed, "signet mail verify");
    try {
        const auto content = [&](const cms::ByteSink& feed) {
            InputFile(content_path(options, parsed)).read_to(feed);
        };
        return cms::verify_signed_data(input.source(), content, attached ? attached->sink() : cms::ByteSink(),
                                       verification);
    } catch (const cms::Error& error) {
        if (error.code() == cms::ErrorCode::malformed)
            throw is_malformed_cms(what_failed, input.beginning(), CmsKind::signed_data, error.what());
        throw from_cms(error, what_failed);
    }
}

// Whoever reads "holds" for report.txt.p7s takes report.txt for verified; a signature that carries a content
// of its own says nothing of that file.
void refuse_beside_content(const std::string& signature) {
    const auto beside = without_suffix(signature, signature_suffix);
    if (!beside)
        return;
    std::error_code unknown;
    if (std::filesystem::symlink_status(*beside, unknown).type() != std::filesystem::file_type::not_found)
        throw Error(ExitStatus::answer_is_no, signature + " does not verify",
                    "it carries a content of its own, and is no signature of " + *beside,
                    "look at its content with -o, from a folder without " + *beside);
}

}  // namespace

ExitStatus verify(const Arguments& arguments) {
    CommandOptions options(
        "verify",
        "[--trust PEM] [--crl FILE]... [--revocation MODE] [--require-policy OID]... "
        "[--at TIME] [--clearance TOML] [--json] [-o OUT] [FILE.p7s [FILE]]",
        std::string(
            "Verifies a CMS signature (DER, BER or PEM): that it is intact, and that each signer's\n"
            "certificate has a path to a certificate of --trust. FILE is what a detached signature is\n"
            "for; default: FILE.p7s without .p7s. Exit status 0 only if all holds.\n\n") +
            about_trust +
            "\n\n--json prints one object:\n"
            "  holds         true or false\n"
            "  content_type  object identifier\n"
            "  signers       array of {intact, trusted, reasons (array of {reason, text}), subject,\n"
            "                email (array), fingerprint (SHA-256, hex), not_before, not_after,\n"
            "                digest_algorithm, signature_algorithm, signing_time, warnings (as reasons,\n"
            "                of what does not keep it from holding), weak (array of {algorithm, where}),\n"
            "                time, time_source, path, attributes, timestamps, countersignatures}; what is\n"
            "                not known is null\n"
            "  time          when the certificate was judged to be valid or not; time_source: now,\n"
            "                given (--at) or timestamp (a verified one)\n"
            "  path          array from the signer's certificate to the trusted one of {subject,\n"
            "                fingerprint, revocation}: null for the trusted one, else {status (good,\n"
            "                revoked or unknown), source (crl, ocsp or null), revoked_at (of one that is\n"
            "                not revoked: later than the time that is judged), reason (of the revocation,\n"
            "                as RFC 5280 calls it: keyCompromise, superseded, ...), text}\n"
            "  attributes    object: content_hints {description, content_type}, content_identifier\n"
            "                (hex), signature_policy {policy, digest_algorithm, digest, uri},\n"
            "                commitment_type, capabilities (array), security_label {policy,\n"
            "                classification, privacy_mark, categories (array of {type, values, number, "
            "bits,\n"
            "                der}, all but der null for other forms)},\n"
            "                equivalent_labels (array), receipt_request {content_identifier, from,\n"
            "                listed, to}, expansion_history (array of {time, receipts, to}),\n"
            "                malformed (array of names)\n"
            "  timestamps    array of {stamped, policy, and what a signer has but for signing_time,\n"
            "                attributes, timestamps and countersignatures}, of the TSA; a signer is judged\n"
            "                at the earliest that is intact and trusted. A TSA that was revoked later, for\n"
            "                a reason that leaves its key safe, is a warning (RFC 3161 section 4)\n"
            "  countersignatures  array of signers, of those who signed the signature; whether they and\n"
            "                timestamps hold does not decide whether the whole does\n"
            "A reason is one of these words, which stay as they are; its text is for people:\n"
            "  content-altered, content-type-differs, attributes-missing,\n"
            "  attributes-as-content, attribute-twice, attribute-misplaced,\n"
            "  signing-time-malformed, algorithms-altered, other-certificate, signature-wrong,\n"
            "  signature-unreadable, signature-uncheckable, hash-broken, hash-unsupported,\n"
            "  hash-differs, hash-unannounced, parameters-weak, algorithm-weak,\n"
            "  content-too-long, certificate-missing, certificate-expired,\n"
            "  certificate-not-yet-valid, certificate-purpose, certificate-key-short,\n"
            "  certificate-hash-weak, certificate-signature-wrong, certificate-unacceptable,\n"
            "  certificate-revoked, revocation-unknown, name-constraint, policy-missing,\n"
            "  issuer-untrusted, issuer-no-ca, self-signed, no-trust-anchors,\n"
            "  timestamp-malformed, timestamp-of-other, timestamp-time.");
    add_trust_options(options);
    add_clearance_option(options);
    options.value("output,o", "OUT", "write the content of an attached signature there, if all holds");
    const auto parsed = options.parse(arguments, 0, 2);
    if (!parsed)
        return ExitStatus::done;
    if (parsed->operands.size() > 1 && parsed->operands[0] == "-" && parsed->operands[1] == "-")
        throw options.usage_error("signature and content cannot both be standard input");
    if (parsed->has("json") && parsed->text("output") == "-")
        throw options.usage_error("--json and the content cannot both go to standard output");
    std::vector<std::string> read = trust_files(*parsed);
    read.push_back(parsed->operands.empty() ? "-" : parsed->operands[0]);
    read.push_back(parsed->text("clearance"));
    refuse_to_replace(options, read, parsed->has("output") ? parsed->text("output") : "-");
    const cms::VerifyOptions verification = trust_options(options, *parsed);
    std::optional<OutputStream> output;
    if (parsed->has("output"))
        output.emplace(parsed->text("output"), Privacy::owner_only, Release::on_commit);
    cms::SignedDataResult result = verify_file(options, *parsed, verification, output);
    // The named file was not looked at: a person would take it for verified.
    if (result.attached && parsed->operands.size() > 1)
        throw options.usage_error("the signature carries its own content: leave out " + parsed->operands[1]);
    if (result.attached && parsed->operands.size() == 1)
        refuse_beside_content(parsed->operands[0]);
    if (!result.attached && parsed->has("output"))
        throw options.usage_error("the signature is detached: there is no content for -o");
    if (verification.trust_anchors.empty())
        explain_missing_anchors(result);

    const std::string report = parsed->has("json") ? verify_report_json(result) : verify_report(result);
    const bool holds = result.holds();
    const std::string name = name_of_input(parsed->operands.empty() ? "-" : parsed->operands[0]);
    if (parsed->text("output") != "-")
        print(report);
    if (result.signers.empty())
        throw Error(ExitStatus::answer_is_no, name + " does not verify", "nobody signed it",
                    "signet certificates shows the certificates that are in it");
    if (!holds)
        throw does_not_verify(name, why_not(result), parsed->has("trust") || !fails_for_trust_alone(result));
    require_clearance(*parsed, result, "cannot show the content");
    if (output) {
        require_content_clearance(*parsed, output->source(), result.content_type, "cannot show the content");
        output->commit();
    }
    return ExitStatus::done;
}

}  // namespace signet::client::commands
