#include "client/commands/verify_report.h"
#include "client/hex.h"

#include <algorithm>
#include <utility>

#include "client/commands/attribute_report.h"
#include "client/commands/text_block.h"
#include "client/rfc3339.h"

namespace signet::client::commands {

namespace {

template <typename Result>
const char* verdict(const Result& signer) {
    if (signer.intact && signer.trusted)
        return "holds";
    return signer.intact ? "intact, but the signer is not trusted" : "does not hold";
}

void report_certificate(TextBlock& block, const cms::Certificate& certificate) {
    block.line("signer", certificate.subject());
    block.line("address", joined(certificate.email_addresses()));
    block.line("valid", rfc3339(certificate.not_before()) + " to " + rfc3339(certificate.not_after()));
    block.line("fingerprint", hex(cms::as_text(certificate.fingerprint())));
}

void report_certificate(JsonWriter& json, const cms::Certificate& certificate) {
    json.key("subject").text(certificate.subject());
    json.key("email").texts(certificate.email_addresses());
    json.key("fingerprint").text(hex(cms::as_text(certificate.fingerprint())));
    json.key("not_before").text(rfc3339(certificate.not_before()));
    json.key("not_after").text(rfc3339(certificate.not_after()));
}

void write_time(JsonWriter& json, std::optional<std::int64_t> time) {
    if (time)
        json.text(rfc3339(*time));
    else
        json.null();
}

void write_name(JsonWriter& json, const std::string& algorithm) {
    if (algorithm.empty())
        json.null();
    else
        json.text(algorithm);
}

void report_revocation(JsonWriter& json, const cms::CertificateRevocation& revocation) {
    const bool known = revocation.status != cms::RevocationStatus::unknown;
    json.begin_object().key("status").text(cms::revocation_token(revocation.status));
    json.key("source");
    if (known)
        json.text(revocation.source);
    else
        json.null();
    write_time(json.key("revoked_at"), revocation.revoked_at);
    json.key("reason");
    if (revocation.reason)
        json.text(cms::reason_token(*revocation.reason));
    else
        json.null();
    json.key("text").text(known ? "" : revocation.text).end_object();
}

void report_path(JsonWriter& json, const cms::PathVerdict& verdict, bool is_judged) {
    if (is_judged) {
        json.key("time").text(rfc3339(verdict.time.seconds));
        json.key("time_source").text(cms::time_source_token(verdict.time.source));
    } else {
        json.key("time").null().key("time_source").null();
    }
    json.key("path").begin_array();
    for (std::size_t i = 0; i < verdict.path.size(); ++i) {
        json.begin_object().key("subject").text(verdict.path[i].subject());
        json.key("fingerprint").text(hex(cms::as_text(verdict.path[i].fingerprint())));
        json.key("revocation");
        if (i < verdict.revocation.size())
            report_revocation(json, verdict.revocation[i]);
        else
            json.null();
        json.end_object();
    }
    json.end_array();
}

/// What signers and TSAs have in common, within an object.
template <typename Result>
void report_result(JsonWriter& json, const Result& signer) {
    json.key("intact").boolean(signer.intact);
    json.key("trusted").boolean(signer.trusted);
    write_reasons(json.key("reasons"), signer.reasons);
    if (signer.certificate) {
        report_certificate(json, *signer.certificate);
    } else {
        json.key("subject").null().key("email").begin_array().end_array();
        json.key("fingerprint").null().key("not_before").null().key("not_after").null();
    }
    // Of what cannot be read, nothing is known.
    write_name(json.key("digest_algorithm"), signer.digest_algorithm);
    write_name(json.key("signature_algorithm"), signer.signature_algorithm);
    write_reasons(json.key("warnings"), signer.path.warnings);
    json.key("weak").begin_array();
    for (const auto* weak : {&signer.weak, &signer.path.weak})
        for (const cms::WeakAlgorithm& one : *weak)
            json.begin_object()
                .key("algorithm")
                .text(one.algorithm)
                .key("where")
                .text(one.where)
                .end_object();
    json.end_array();
    // Without a certificate nothing was judged.
    report_path(json, signer.path, signer.certificate.has_value());
}

void report_timestamp(JsonWriter& json, const cms::TimestampResult& timestamp) {
    json.begin_object();
    write_time(json.key("stamped"), timestamp.time);
    json.key("policy").text(timestamp.policy);
    report_result(json, timestamp);
    json.end_object();
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as cms/ lets countersignatures be.
void report_signer(JsonWriter& json, const cms::SignerResult& signer) {
    json.begin_object();
    report_result(json, signer);
    write_time(json.key("signing_time"), signer.signing_time);
    write_attributes(json.key("attributes"), signer);
    json.key("timestamps").begin_array();
    for (const cms::TimestampResult& timestamp : signer.timestamps)
        report_timestamp(json, timestamp);
    json.end_array();
    json.key("countersignatures").begin_array();
    for (const cms::SignerResult& countersignature : signer.countersignatures)
        report_signer(json, countersignature);
    json.end_array().end_object();
}

/// Where it was not now: a person who reads that the certificate has expired should know.
void report_time(TextBlock& block, const cms::JudgedTime& time) {
    if (time.source != cms::TimeSource::now)
        block.line("judged",
                   "as of " + rfc3339(time.seconds) +
                       (time.source == cms::TimeSource::timestamp ? ", its timestamp" : ", as asked"));
}

/// Of those in the path who were revoked, or are since the time that is judged.
void report_revocation(TextBlock& block, const cms::PathVerdict& verdict) {
    for (std::size_t i = 0; i < verdict.revocation.size(); ++i) {
        const cms::CertificateRevocation& revocation = verdict.revocation[i];
        const bool is_revoked = revocation.status == cms::RevocationStatus::revoked;
        if (!is_revoked && !revocation.revoked_at)
            continue;
        block.line(
            "revoked",
            verdict.path[i].subject() + ", " +
                (revocation.revoked_at ? rfc3339(*revocation.revoked_at) : "at any time") +
                (is_revoked ? "" : ", later than what is judged") +
                (revocation.reason ? " (" + std::string(cms::reason_token(*revocation.reason)) + ")" : ""));
    }
}

template <typename Result>
void report_findings(TextBlock& block, const Result& signer) {
    for (const cms::Reason& reason : signer.reasons)
        block.line("why not", reason.text);
    report_revocation(block, signer.path);
    for (const cms::WeakAlgorithm& weak : signer.weak)
        block.line("warning", "It has a weak algorithm: " + weak.algorithm + ", " + weak.where + ".");
    for (const cms::Reason& warning : signer.path.warnings)
        block.line("warning", warning.text);
}

void report_timestamp(TextBlock& block, const std::string& name, const cms::TimestampResult& timestamp) {
    block.heading(name + ": " + verdict(timestamp));
    if (timestamp.time)
        block.line("stamped", rfc3339(*timestamp.time));
    block.line("by", timestamp.certificate ? timestamp.certificate->subject() : "unknown");
    if (timestamp.certificate)
        report_time(block, timestamp.path.time);
    report_findings(block, timestamp);
}

// NOLINTNEXTLINE(misc-no-recursion): as above.
void report_signer(TextBlock& block, const std::string& name, const cms::SignerResult& signer) {
    block.heading(name + ": " + verdict(signer));
    const bool is_read = !signer.signature_algorithm.empty();
    if (signer.certificate)
        report_certificate(block, *signer.certificate);
    else if (is_read)
        block.line("signer", "unknown: the certificate is not in the message");
    if (signer.signing_time)
        block.line("signed", rfc3339(*signer.signing_time) + ", as the signer says");
    if (is_read)
        block.line("algorithm", signer.signature_algorithm + " with " + signer.digest_algorithm);
    if (signer.certificate)
        report_time(block, signer.path.time);
    report_attributes(block, signer);
    report_findings(block, signer);
    for (const cms::TimestampResult& timestamp : signer.timestamps)
        report_timestamp(block, "timestamp of " + name, timestamp);
    for (const cms::SignerResult& countersignature : signer.countersignatures)
        report_signer(block, "countersignature of " + name, countersignature);
}

// NOLINTNEXTLINE(misc-no-recursion): as above.
void explain_missing_anchors(cms::SignerResult& signer) {
    const auto explain = [](auto& result) {
        if (result.intact && !result.trusted)
            result.reasons = {
                {cms::ReasonCode::no_trust_anchors, "signer not trusted: no trust anchors given"}};
    };
    explain(signer);
    for (cms::TimestampResult& timestamp : signer.timestamps)
        explain(timestamp);
    for (cms::SignerResult& countersignature : signer.countersignatures)
        explain_missing_anchors(countersignature);
}

}  // namespace

std::string verify_report(const cms::SignedDataResult& result) {
    TextBlock block;
    if (result.signers.empty())
        block.heading("nobody signed");
    for (std::size_t i = 0; i < result.signers.size(); ++i) {
        const std::string number = result.signers.size() > 1 ? " " + std::to_string(i + 1) : "";
        report_signer(block, "signature" + number, result.signers[i]);
    }
    return block.text();
}

std::string verify_report_json(const cms::SignedDataResult& result) {
    JsonWriter json;
    write_verify_report(json, result);
    return json.finish();
}

void write_verify_report(JsonWriter& json, const cms::SignedDataResult& result) {
    json.begin_object();
    json.key("holds").boolean(result.holds());
    json.key("content_type").text(result.content_type);
    json.key("signers").begin_array();
    for (const cms::SignerResult& signer : result.signers)
        report_signer(json, signer);
    json.end_array().end_object();
}

void explain_missing_anchors(cms::SignedDataResult& result) {
    for (cms::SignerResult& signer : result.signers)
        explain_missing_anchors(signer);
}

bool fails_for_trust_alone(const cms::SignedDataResult& result) {
    const auto is_of_trust = [](const cms::Reason& reason) {
        return reason.code == cms::ReasonCode::no_trust_anchors ||
               reason.code == cms::ReasonCode::issuer_untrusted ||
               reason.code == cms::ReasonCode::self_signed;
    };
    return std::any_of(result.signers.begin(), result.signers.end(), [&](const cms::SignerResult& signer) {
        return !signer.reasons.empty() &&
               std::all_of(signer.reasons.begin(), signer.reasons.end(), is_of_trust);
    });
}

std::string why_not(const cms::SignedDataResult& result) {
    if (result.signers.empty())
        return "nobody signed it";
    std::vector<std::string> reasons;
    for (const cms::SignerResult& signer : result.signers)
        if (!signer.reasons.empty())
            reasons.push_back(signer.reasons.front().text);
    return joined_reasons(reasons);
}

std::string joined_reasons(const std::vector<std::string>& reasons) {
    std::vector<std::string> clauses;
    std::string text;
    for (const std::string& reason : reasons) {
        std::string clause = cms::as_clause(reason);
        if (std::find(clauses.begin(), clauses.end(), clause) != clauses.end())
            continue;
        text += (text.empty() ? "" : "; ") + clause;
        clauses.push_back(std::move(clause));
    }
    return text;
}

}  // namespace signet::client::commands
