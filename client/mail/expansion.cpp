#include "client/mail/expansion.h"

#include "client/commands/repeated_label.h"
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
#include "cms/content_types.h"
#include "cms/nested_content.h"

#include <algorithm>
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
    /// What the signature that is replaced says of what is inside.
    std::optional<cms::ContentHints> hints;
    std::optional<cms::Bytes> identifier;
};

/// What the signers of `message` say, if all say the same.
template <typename Said, typename Read>
std::optional<Said> said_by_all(const cms::SignedDataResult& message, Read read) {
    std::optional<Said> found;
    for (std::size_t i = 0; i < message.signers.size(); ++i) {
        std::optional<Said> own = read(cms::SignedAttributeSet(message.signers[i].signed_attributes));
        if (i > 0 && own != found) {
            return std::nullopt;
        }
        found = std::move(own);
    }
    return found;
}

/// What a list repeats of the signature that it replaces (RFC 2634 section 4.2), as far as the agent takes
/// it: a policy or a commitment is the signer's own, and his capabilities are.
void repeat(const cms::SignedDataResult& outer, Taken& taken) {
    constexpr std::size_t most_said = 1024;
    constexpr std::size_t longest_identifier = 256;
    taken.history = cms::expansion_history_of(outer);
    taken.hints = said_by_all<cms::ContentHints>(outer, cms::content_hints_in);
    if (taken.hints && (taken.hints->description.size() > most_said || !is_utf8(taken.hints->description) ||
                        taken.hints->description.find('\0') != std::string::npos)) {
        taken.hints->description.clear();
    }
    taken.identifier = said_by_all<cms::Bytes>(outer, cms::content_identifier_in);
    if (taken.identifier && taken.identifier->size() > longest_identifier) {
        taken.identifier.reset();
    }
}

std::vector<cms::Certificate> certificates_called(AgentConnection& agent, const std::string& name) {
    const auto known = agent.list(name, true);
    std::vector<cms::Certificate> certificates;
    for (const auto& identity : known.identities()) {
        certificates.push_back(cms::Certificate::from_der(cms::as_bytes(identity.certificate())));
    }
    return certificates;
}

/// Under the certificate that it has now, or another that it had before, perhaps of another key.
bool has_sent_on(AgentConnection& agent, const std::vector<cms::MailListExpansion>& history,
                 const std::string& list) {
    const auto knows = [&history](const cms::Certificate& own) { return cms::has_expanded(history, own); };
    if (history.empty()) {
        return false;
    }
    const auto own = certificates_called(agent, list);
    return std::any_of(own.begin(), own.end(), [&](const cms::Certificate& certificate) {
        const auto addresses = certificate.email_addresses();
        return knows(certificate) ||
               std::any_of(addresses.begin(), addresses.end(), [&](const std::string& address) {
                   return std::ranges::any_of(certificates_called(agent, address), knows);
               });
    });
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

/// Down to what is encrypted, or to what is signed first. The signature to be replaced is an earlier list's,
/// else the one right around what is encrypted; with it goes all around it, and all down to what is encrypted
/// (RFC 2634 section 4.2). A label that goes is repeated: that of the signature to be replaced, else of the
/// next around it, else of the next within.
Taken take_apart(const Entity& message, const cms::VerifyOptions& options, bool trust_is_named) {
    Taken taken;
    taken.content = content_fields_and_body(message);
    std::string text = taken.content;
    std::optional<cms::SignedDataResult> last;
    std::optional<cms::MessageLabel> outermost;
    bool is_replaced = false;
    for (std::size_t layers = 0;; ++layers) {
        const auto entity = entity_unless_text(text);
        taken.encrypted = entity && is_encrypted_part(*entity);
        if (!entity || taken.encrypted || !is_signed_part(*entity)) {
            break;
        }
        if (layers == cms::max_layers) {
            throw Error(ErrorCode::malformed,
                        "it has more than " + std::to_string(cms::max_layers) + " layers");
        }
        std::string inside;
        last = take_off_signature(*entity, options, inside).signed_data;
        if (!last->holds()) {
            throw commands::does_not_verify(layers == 0 ? "the outer signature" : "a signature within",
                                            commands::why_not(*last), trust_is_named);
        }
        const auto label = cms::label_of(*last);
        if (layers == 0) {
            outermost = label;
        }
        if (label && (!is_replaced || !taken.label)) {
            taken.label = label;
        }
        // A receipt stays in its signature (RFC 2634 section 2.4.1).
        if (last->content_type == cms::id_ct_receipt) {
            break;
        }
        if (!is_replaced && !cms::expansion_history_of(*last).empty()) {
            is_replaced = true;
            repeat(*last, taken);
            taken.content = inside;
        }
        text = std::move(inside);
    }
    if (taken.encrypted && last && !is_replaced) {
        repeat(*last, taken);
    }
    if (!taken.encrypted && !is_replaced) {
        taken.label = std::move(outermost);
    }
    if (taken.encrypted) {
        taken.content = std::move(text);
    }
    return taken;
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
    if (taken.identifier) {
        wanted.set_content_identifier(taken.identifier->data(), taken.identifier->size());
    }
    if (taken.label) {
        commands::repeat_label(*taken.label, wanted);
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
    expansion.require_clearance(nested ? std::string_view(*nested) : cms::as_text(opened.content));
    auto encryption = expansion.encryption;
    warnings = expansion.fit_to_members(encryption, members);
    for (auto& warning : cipher_warnings(opened.cipher)) {
        warnings.push_back(std::move(warning));
    }
    const auto content = nested ? cms::as_bytes(*nested) : cms::BytesView(opened.content);
    return make_encrypted({}, cms::encrypt_content(content, members, encryption),
                          cms::is_aead(encryption.cipher));
}

}  // namespace

FinishedMessage expand(AgentConnection& agent, const Entity& message, const Expansion& expansion) {
    expansion.require_clearance(content_fields_and_body(message));
    auto taken = take_apart(message, expansion.verification, expansion.trust_is_named);
    auto signing = expansion.signing;
    // It says as well if it is not clear who the list is.
    signing.digest_algorithm = digest_algorithm_of(agent, signing);
    if (has_sent_on(agent, taken.history, signing.identities.front())) {
        throw client::Error(ExitStatus::answer_is_no, "cannot expand",
                            "this list has sent the message on before: the lists make a loop");
    }
    FinishedMessage finished;
    if (taken.encrypted) {
        taken.content = encrypted_anew(agent, parse_entity(taken.content), expansion, finished.warnings);
    }
    const auto entity = canonical_entity(parse_entity(taken.content));
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
