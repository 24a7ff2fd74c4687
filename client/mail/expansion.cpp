#include "client/mail/expansion.h"

#include "client/commands/trust_arguments.h"
#include "client/commands/verify_report.h"
#include "client/content_opener.h"
#include "client/content_signer.h"
#include "client/mail/canonical.h"
#include "client/mail/encrypted_message.h"
#include "client/mail/error.h"
#include "client/mail/layers.h"
#include "client/mail/outer_header.h"
#include "client/mail/signed_message.h"
#include "client/recipients.h"
#include "client/utf8.h"
#include "cms/attributes/content_attributes.h"

#include <optional>
#include <utility>

namespace signet::client::mail {

namespace {

/// What a message consists of for a list.
struct Taken {
    /// The entity that is sent on, as it came.
    std::string content;
    bool encrypted = false;
    std::vector<cms::MailListExpansion> history;
    std::optional<cms::MessageLabel> label;
    /// What the outer signature says is inside, where that is encrypted.
    std::optional<cms::ContentHints> hints;
};

/// Of its signers, if all say the same. A description that the agent would not take is left out.
std::optional<cms::ContentHints> content_hints_of(const cms::SignedDataResult& message) {
    std::optional<cms::ContentHints> found;
    for (std::size_t i = 0; i < message.signers.size(); ++i) {
        auto own = cms::content_hints_in(cms::SignedAttributeSet(message.signers[i].signed_attributes));
        if (i > 0 && own != found) {
            return std::nullopt;
        }
        found = std::move(own);
    }
    constexpr std::size_t most_said = 1024;
    if (found && (found->description.size() > most_said || !is_utf8(found->description) ||
                  found->description.find('\0') != std::string::npos)) {
        found->description.clear();
    }
    return found;
}

/// The certificate that the list signs with.
cms::Certificate list_certificate(AgentConnection& agent, const std::string& name) {
    const auto list = agent.list(name, true);
    if (list.identities_size() != 1) {
        throw client::Error(ExitStatus::identity, "cannot expand",
                            list.identities_size() == 0 ? "the list has no key here"
                                                        : "several identities are called " + name,
                            "see signet list");
    }
    return cms::Certificate::from_der(cms::as_bytes(list.identities(0).certificate()));
}

std::string content_fields_and_body(const Entity& message) {
    std::string text;
    for (const auto& field : message.fields) {
        if (field.describes_content()) {
            text += field.raw;
        }
    }
    return text + "\r\n" + std::string(message.body);
}

Taken take_apart(const Entity& message, const cms::VerifyOptions& options, bool trust_is_named) {
    Taken taken;
    taken.content = content_fields_and_body(message);
    taken.encrypted = is_encrypted_part(message);
    if (!is_signed_part(message)) {
        return taken;
    }
    auto parts = take_apart_signed(message);
    const auto feed = [&parts](const std::function<void(cms::BytesView)>& sink) {
        sink(cms::as_bytes(*parts.entity));
    };
    auto result = cms::verify_signed_data(
        parts.signed_data, parts.entity ? cms::ContentSource(feed) : cms::ContentSource(), options);
    if (!result.holds()) {
        throw commands::does_not_verify("the outer signature", commands::why_not(result), trust_is_named);
    }
    taken.label = cms::label_of(result);
    taken.history = cms::expansion_history_of(result);
    auto inside = parts.entity ? *std::move(parts.entity) : std::string();
    if (!parts.entity && result.content) {
        const auto nested = nested_entity(result.content_type, *result.content);
        inside = nested ? *nested : std::string(cms::as_text(*result.content));
    }
    const bool encrypted_inside = is_encrypted_part(parse_entity(inside));
    // An author's own signature stays where it is.
    if (encrypted_inside || !taken.history.empty()) {
        taken.hints = content_hints_of(result);
        taken.content = std::move(inside);
        taken.encrypted = encrypted_inside;
    }
    return taken;
}

void to_wire(const cms::SecurityLabel& label, agent::protocol::SecurityLabel& field) {
    field.set_policy(label.policy);
    if (label.classification) {
        field.set_classification(*label.classification);
    }
    field.set_privacy_mark(label.privacy_mark);
    for (const auto& category : label.categories) {
        // As it came, whatever it says.
        auto& added = *field.add_category();
        added.set_type(category.type);
        added.set_der(category.value.data(), category.value.size());
    }
}

void describe(const Taken& taken, const cms::ListReceipts& own, agent::protocol::SignedAttributes& wanted) {
    auto& expansion = *wanted.mutable_expansion();
    for (const auto& before : taken.history) {
        expansion.add_before(before.encoding.data(), before.encoding.size());
    }
    const auto receipts = cms::combined_receipts(taken.history, own);
    switch (receipts.policy) {
        case cms::ListReceiptPolicy::unsaid:
            break;
        case cms::ListReceiptPolicy::none:
            expansion.set_receipts(agent::protocol::NO_RECEIPTS);
            break;
        case cms::ListReceiptPolicy::instead_of:
            expansion.set_receipts(agent::protocol::INSTEAD_OF);
            break;
        case cms::ListReceiptPolicy::in_addition_to:
            expansion.set_receipts(agent::protocol::IN_ADDITION_TO);
            break;
    }
    for (const auto& name : receipts.names) {
        expansion.add_to(name);
    }
    if (taken.hints) {
        wanted.mutable_content_hints()->set_description(taken.hints->description);
        wanted.mutable_content_hints()->set_content_type(taken.hints->content_type);
    }
    if (taken.label) {
        to_wire(taken.label->label, *wanted.mutable_security_label());
        if (!taken.label->equivalents.empty()) {
            for (const auto& equivalent : taken.label->equivalents.front().labels) {
                to_wire(equivalent, *wanted.add_equivalent_label());
            }
        }
    }
}

/// The encrypted `entity` for the members instead of the list. What is inside passes through, unread.
std::string encrypted_anew(AgentConnection& agent, const Entity& entity, const Expansion& expansion,
                           std::vector<std::string>& warnings) {
    if (expansion.members.empty()) {
        throw client::Error(ExitStatus::usage, "cannot expand", "the list has no members",
                            "name them with -r");
    }
    const auto members = find_recipients(agent, expansion.members);
    const auto opened =
        open_content(agent, take_apart_encrypted(entity), expansion.signing.identities.front(),
                     expansion.signing.wait, expansion.broken);
    const auto nested = nested_entity(opened.content_type, opened.content);
    auto encryption = expansion.encryption;
    warnings = expansion.choose_cipher(encryption, members);
    for (auto& warning : cipher_warnings(opened.cipher)) {
        warnings.push_back(std::move(warning));
    }
    const auto content = nested ? cms::as_bytes(*nested) : cms::BytesView(opened.content);
    return make_encrypted({}, cms::encrypt_content(content, members, encryption),
                          cms::is_aead(encryption.cipher));
}

}  // namespace

FinishedMessage expand(AgentConnection& agent, const Entity& message, const Expansion& expansion) {
    auto taken = take_apart(message, expansion.verification, expansion.trust_is_named);
    const auto list = list_certificate(agent, expansion.signing.identities.front());
    if (cms::has_expanded(taken.history, list)) {
        throw client::Error(ExitStatus::answer_is_no, "cannot expand",
                            "this list has sent the message on before: the lists make a loop");
    }
    FinishedMessage finished;
    if (taken.encrypted) {
        taken.content = encrypted_anew(agent, parse_entity(taken.content), expansion, finished.warnings);
    }
    const auto entity = canonical_entity(parse_entity(taken.content));
    auto signing = expansion.signing;
    signing.digest_algorithm = digest_algorithm_of(agent, signing);
    describe(taken, expansion.receipts, signing.attributes);
    finished.bytes = make_clear_signed(
        outer_header(message), entity.bytes, *signing.digest_algorithm, [&](cms::BytesView content) {
            auto result = sign_detached(agent, signing, content);
            finished.warnings.insert(finished.warnings.end(), result.warnings.begin(), result.warnings.end());
            return std::move(result.signed_data);
        });
    return finished;
}

}  // namespace signet::client::mail
