#include "client/commands/attribute_report.h"

#include <utility>
#include <variant>

#include "client/clearance.h"
#include "client/commands/commitment_types.h"
#include "client/hex.h"
#include "client/rfc3339.h"
#include "cms/attributes/category_value.h"
#include "cms/attributes/content_attributes.h"
#include "cms/attributes/mail_list.h"
#include "cms/attributes/receipt_request.h"
#include "cms/attributes/security_label.h"
#include "cms/attributes/signature_policy.h"
#include "cms/error.h"

namespace signet::client::commands {

namespace {

/// All that a signer says; empty where nothing, or nothing that can be read, is said.
struct Said {
    std::optional<cms::ContentHints> content_hints;
    std::optional<cms::Bytes> content_identifier;
    std::optional<cms::SignaturePolicy> signature_policy;
    std::optional<std::string> commitment_type;
    std::optional<std::vector<cms::ContentCipher>> capabilities;
    std::optional<cms::SecurityLabel> security_label;
    std::vector<cms::SecurityLabel> equivalent_labels;
    std::optional<cms::ReceiptRequest> receipt_request;
    std::vector<cms::MailListExpansion> expansion_history;
    std::vector<std::string> malformed;
};

Said read(const cms::SignerResult& signer) {
    Said said;
    const cms::SignedAttributeSet set(signer.signed_attributes);
    const auto take = [&](auto& into, auto reader, const char* name) {
        try {
            into = reader(set);
        } catch (const cms::Error&) {
            said.malformed.emplace_back(name);
        }
    };
    take(said.content_hints, cms::content_hints_in, "content_hints");
    take(said.content_identifier, cms::content_identifier_in, "content_identifier");
    take(said.signature_policy, cms::signature_policy_in, "signature_policy");
    take(said.commitment_type, cms::commitment_type_in, "commitment_type");
    take(said.capabilities, cms::capabilities_in, "capabilities");
    take(said.security_label, cms::security_label_in, "security_label");
    take(said.equivalent_labels, cms::equivalent_labels_in, "equivalent_labels");
    take(said.receipt_request, cms::receipt_request_in, "receipt_request");
    take(said.expansion_history, cms::expansion_history_in, "expansion_history");
    return said;
}

const char* from_name(cms::ReceiptsFrom from) {
    switch (from) {
        case cms::ReceiptsFrom::all:
            return "all";
        case cms::ReceiptsFrom::first_tier:
            return "first-tier";
        case cms::ReceiptsFrom::listed:
            return "listed";
    }
    return "";
}

const char* policy_name(cms::ListReceiptPolicy policy) {
    switch (policy) {
        case cms::ListReceiptPolicy::unsaid:
            return "unsaid";
        case cms::ListReceiptPolicy::none:
            return "none";
        case cms::ListReceiptPolicy::instead_of:
            return "instead-of";
        case cms::ListReceiptPolicy::in_addition_to:
            return "in-addition-to";
    }
    return "";
}

std::vector<std::string> flat(const std::vector<cms::MailNames>& names) {
    std::vector<std::string> addresses;
    for (const cms::MailNames& one : names)
        addresses.insert(addresses.end(), one.begin(), one.end());
    return addresses;
}

/// The value, or null.
template <typename T, typename Write>
void write_optional(JsonWriter& json, const char* name, const std::optional<T>& value, Write write) {
    json.key(name);
    if (value)
        write(*value);
    else
        json.null();
}

template <typename Form, typename Write>
void write_form(JsonWriter& json, const char* name, const cms::CategoryValue& value, Write write) {
    json.key(name);
    if (const auto* form = std::get_if<Form>(&value))
        write(*form);
    else
        json.null();
}

void write_label(JsonWriter& json, const cms::SecurityLabel& label) {
    json.begin_object().key("policy").text(label.policy);
    write_optional(json, "classification", label.classification,
                   [&](std::uint32_t number) { json.number(std::uint64_t{number}); });
    json.key("privacy_mark").text(label.privacy_mark).key("categories").begin_array();
    for (const cms::SecurityCategory& category : label.categories) {
        const auto value = cms::read_category_value(category.value);
        json.begin_object().key("type").text(category.type);
        write_form<cms::CategoryTexts>(json, "values", value,
                                       [&](const auto& texts) { json.texts(texts.texts); });
        write_form<cms::CategoryNumber>(json, "number", value,
                                        [&](const auto& number) { json.number(number.number); });
        write_form<cms::CategoryBits>(json, "bits", value, [&](const auto& bits) {
            json.begin_array();
            for (const std::uint32_t bit : bits.bits)
                json.number(std::uint64_t{bit});
            json.end_array();
        });
        json.key("der").text(hex(cms::as_text(category.value))).end_object();
    }
    json.end_array().end_object();
}

void write_signature_policy(JsonWriter& json, const cms::SignaturePolicy& policy) {
    json.begin_object().key("policy").text(policy.policy);
    json.key("digest_algorithm").text(policy.policy.empty() ? "" : cms::digest_name(policy.digest_algorithm));
    json.key("digest").text(hex(cms::as_text(policy.digest))).key("uri").text(policy.uri).end_object();
}

void write_history(JsonWriter& json, const std::vector<cms::MailListExpansion>& history) {
    json.begin_array();
    for (const cms::MailListExpansion& expansion : history) {
        json.begin_object().key("time").text(rfc3339(expansion.time));
        json.key("receipts").text(policy_name(expansion.policy));
        json.key("to").texts(flat(expansion.names)).end_object();
    }
    json.end_array();
}

}  // namespace

void report_attributes(TextBlock& block, const cms::SignerResult& signer) {
    const Said said = read(signer);
    if (said.content_hints)
        block.line("content", said.content_hints->description);
    if (said.signature_policy)
        block.line("policy",
                   said.signature_policy->policy.empty() ? "implied" : said.signature_policy->policy);
    if (said.commitment_type)
        block.line("commitment", commitment_name(*said.commitment_type));
    if (said.security_label)
        block.line("label", plain_label(*said.security_label));
    if (said.receipt_request)
        block.line("receipt", "asked for, to " + joined(flat(said.receipt_request->to)));
    if (!said.expansion_history.empty())
        block.line("lists", "sent on by " + std::to_string(said.expansion_history.size()) + ", the last at " +
                                rfc3339(said.expansion_history.back().time));
    block.line("malformed", joined(said.malformed));
}

void write_attributes(JsonWriter& json, const cms::SignerResult& signer) {
    const Said said = read(signer);
    json.begin_object();
    write_optional(json, "content_hints", said.content_hints, [&](const cms::ContentHints& hints) {
        json.begin_object().key("description").text(hints.description);
        json.key("content_type").text(hints.content_type).end_object();
    });
    write_optional(json, "content_identifier", said.content_identifier,
                   [&](const cms::Bytes& identifier) { json.text(hex(cms::as_text(identifier))); });
    write_optional(json, "signature_policy", said.signature_policy,
                   [&](const cms::SignaturePolicy& policy) { write_signature_policy(json, policy); });
    write_optional(json, "commitment_type", said.commitment_type,
                   [&](const std::string& commitment) { json.text(commitment); });
    write_optional(json, "capabilities", said.capabilities,
                   [&](const std::vector<cms::ContentCipher>& ciphers) {
                       json.begin_array();
                       for (const cms::ContentCipher cipher : ciphers)
                           json.text(cms::cipher_name(cipher));
                       json.end_array();
                   });
    write_optional(json, "security_label", said.security_label,
                   [&](const cms::SecurityLabel& label) { write_label(json, label); });
    json.key("equivalent_labels").begin_array();
    for (const cms::SecurityLabel& label : said.equivalent_labels)
        write_label(json, label);
    json.end_array();
    write_optional(json, "receipt_request", said.receipt_request, [&](const cms::ReceiptRequest& request) {
        json.begin_object().key("content_identifier").text(hex(cms::as_text(request.content_identifier)));
        json.key("from").text(from_name(request.from)).key("listed").texts(flat(request.listed));
        json.key("to").texts(flat(request.to)).end_object();
    });
    json.key("expansion_history");
    write_history(json, said.expansion_history);
    json.key("malformed").texts(said.malformed).end_object();
}

}  // namespace signet::client::commands
