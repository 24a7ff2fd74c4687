#include "client/commands/add_signer.h"
#include "client/commands/attribute_arguments.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "client/commands/existing_signature.h"
#include "client/commands/file_suffix.h"
#include "client/commands/output_collision.h"
#include "client/commands/repeated_label.h"
#include "client/input_file.h"
#include "client/timestamping.h"
#include "cms/algorithm_identifier.h"
#include "cms/content_types.h"
#include "cms/digest_stream.h"
#include "cms/labels.h"
#include "cms/signed_data_verifier.h"
#include "cms/signer_info_parts.h"

namespace signet::client::commands {

namespace {

/// Gives the content of `existing`, as often as one likes: what can be read only once is in `kept` then.
cms::ContentSource content_of(const ExistingSignature& existing, const std::string& path,
                              std::optional<Spool>& kept) {
    if (existing.content() != nullptr)
        return [&existing](const cms::ByteSink& feed) { existing.content()->read(feed); };
    InputFile file(path);
    if (path != "-" && file.size_left())
        return [path](const cms::ByteSink& feed) { InputFile(path).read_to(feed); };
    kept.emplace();
    file.read_to([&kept](cms::BytesView piece) { kept->write(piece); });
    return [&kept](const cms::ByteSink& feed) { kept->read(feed); };
}

std::vector<std::string> misfits(const cms::SignedDataParts& parts, const cms::ContentSource& content) {
    cms::VerifyOptions options;
    options.path.legacy = true;
    const cms::Bytes detached = cms::detached_signed_data(parts);
    const auto result = cms::verify_signed_data(cms::memory_source(detached), content, {}, options);
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < result.signers.size(); ++i)
        for (const cms::Reason& reason : result.signers[i].reasons)
            if (reason.code == cms::ReasonCode::content_altered ||
                reason.code == cms::ReasonCode::signature_wrong)
                texts.push_back("the signature " + std::to_string(i + 1) +
                                " that was there does not hold: " + cms::as_clause(reason.text));
    return texts;
}

[[noreturn]] void refuse_again(const std::string& what_failed, std::size_t index) {
    throw Error(ExitStatus::answer_is_no, what_failed,
                "signature " + std::to_string(index + 1) + " in it is of the same signer",
                "give --again if there are to be two");
}

/// Before anybody is asked for a PIN, as far as it is clear who is to sign.
void refuse_signers_again(AgentConnection& agent, const std::vector<std::string>& identities,
                          const cms::SignedDataParts& parts, const std::string& what_failed) {
    for (const std::string& identity : identities) {
        const auto list = agent.list(identity, true);
        if (list.identities_size() != 1)
            continue;
        const auto certificate = cms::Certificate::from_der(cms::as_bytes(list.identities(0).certificate()));
        for (std::size_t i = 0; i < parts.signer_infos.size(); ++i)
            if (cms::names_signer(parts.signer_infos[i], certificate))
                refuse_again(what_failed, i);
    }
}

/// That which `signer_info`, which the agent has just made, is by: it may have come without it.
std::optional<cms::Certificate> certificate_of(AgentConnection& agent, const cms::Bytes& signer_info,
                                               const std::vector<cms::Bytes>& came_with_it) {
    for (const cms::Bytes& der : came_with_it) {
        auto certificate = cms::Certificate::from_der(der);
        if (cms::names_signer(signer_info, certificate))
            return certificate;
    }
    const auto list = agent.list({}, true);
    for (const auto& identity : list.identities()) {
        auto certificate = cms::Certificate::from_der(cms::as_bytes(identity.certificate()));
        if (cms::names_signer(signer_info, certificate))
            return certificate;
    }
    return std::nullopt;
}

/// Where it was not clear before who is to sign.
void refuse_signatures_again(AgentConnection& agent, const cms::SignedDataParts& more,
                             const cms::SignedDataParts& parts, const std::string& what_failed) {
    for (const cms::Bytes& info : more.signer_infos) {
        const auto certificate = certificate_of(agent, info, more.certificates);
        for (std::size_t i = 0; i < parts.signer_infos.size(); ++i) {
            const cms::Bytes& other = parts.signer_infos[i];
            if (certificate ? cms::names_signer(other, *certificate)
                            : cms::signer_identifier_of(other) == cms::signer_identifier_of(info))
                refuse_again(what_failed, i);
        }
    }
}

/// Every signer must give the same label (RFC 2634 sections 1.4 and 3.1.1): that of those who have signed is
/// repeated, and no other can be asked for.
void give_same_label(agent::protocol::SignedAttributes& wanted, const cms::SignedDataParts& parts,
                     const std::string& what_failed) {
    const cms::Bytes detached = cms::detached_signed_data(parts);
    const auto claimed = cms::claimed_labels(cms::memory_source(detached), [](cms::BytesView) {});
    const bool same = claimed.labels.size() == (claimed.labels.empty() ? 0 : parts.signer_infos.size()) &&
                      std::all_of(claimed.labels.begin(), claimed.labels.end(), [&](const auto& label) {
                          return label.label == claimed.labels.front().label;
                      });
    if (!same)
        throw Error(ExitStatus::answer_is_no, what_failed, "those who have signed give it different labels",
                    "sign it anew");
    if (wanted.has_security_label())
        throw Error(ExitStatus::answer_is_no, what_failed,
                    claimed.labels.empty() ? "those who have signed give it no label"
                                           : "those who have signed give it a label already",
                    "leave out --label: theirs is repeated");
    if (!claimed.labels.empty())
        repeat_label(claimed.labels.front(), wanted);
}

/// Dotted decimal; empty for id-data, as a request has it.
std::string requested_content_type(const cms::SignedDataParts& parts) {
    const auto type = cms::asn1::decode<ASN1_OBJECT>(parts.content_type, "content type");
    std::string text = cms::object_text(*type);
    return text == cms::id_data ? "" : text;
}

}  // namespace

ExitStatus add_signer(const CommandOptions& options, const ParsedArguments& parsed, SigningOptions signing) {
    const std::string path = parsed.text("add");
    const std::string what_failed = "cannot add a signer to " + name_of_input(path);
    const std::string target = parsed.has("output") ? parsed.text("output") : path;
    if (parsed.operands.size() > 1)
        throw options.usage_error("--add adds to the signature of one FILE");
    if (path == "-" && !parsed.operands.empty() && parsed.operands.front() == "-")
        throw options.usage_error("signature and content cannot both be standard input");
    ExistingSignature existing(path, what_failed);
    if (existing.content() != nullptr && !parsed.operands.empty())
        throw options.usage_error("the signature carries its own content: leave out " +
                                  parsed.operands.front());
    std::string file;
    if (existing.content() == nullptr)
        file = parsed.operands.empty() ? signed_file(options, path) : parsed.operands.front();
    refuse_to_replace(options, {file, policy_document(parsed)}, target);
    std::optional<Spool> kept;
    const cms::ContentSource content = content_of(existing, file, kept);

    AgentConnection agent(parsed.socket());
    signing.digest_algorithm = digest_algorithm_of(agent, signing);
    cms::DigestStream hash(*signing.digest_algorithm);
    content([&hash](cms::BytesView piece) { hash.update(piece); });
    SignResult result;
    std::vector<std::string> warnings;
    try {
        signing.content_type = requested_content_type(existing.parts());
        warnings = misfits(existing.parts(), content);
        // The signatures that are there would be for one file, and the new one for another.
        if (!warnings.empty() && existing.content() == nullptr)
            throw Error(ExitStatus::answer_is_no, what_failed, warnings.front(),
                        "name the file that it is for");
        if (!parsed.has("again"))
            refuse_signers_again(agent, signing.identities, existing.parts(), what_failed);
        give_same_label(signing.attributes, existing.parts(), what_failed);
        result = sign_digests(agent, signing, {hash.finish()});
        if (!parsed.has("again"))
            refuse_signatures_again(agent, cms::read_parts(result.signed_data.front()), existing.parts(),
                                    what_failed);
        add_timestamps(result.signed_data, signing.timestamp);
        cms::merge(existing.parts(), cms::read_parts(result.signed_data.front()));
    } catch (const cms::Error& error) {
        throw from_cms(error, what_failed);
    }
    existing.write(target);
    warn_all(warnings);
    warn_all(result.warnings);
    return ExitStatus::done;
}

}  // namespace signet::client::commands
