#include "agent/requested_attributes.h"

#include "agent/error.h"
#include "cms/attributes/category_value.h"
#include "cms/attributes/content_attributes.h"
#include "cms/attributes/mail_list.h"
#include "cms/attributes/receipt_request.h"
#include "cms/attributes/security_label.h"
#include "cms/attributes/signature_policy.h"
#include "cms/content_types.h"
#include "cms/error.h"

#include <algorithm>
#include <utility>

namespace signet::agent {

namespace {

cms::Bytes bytes_of(const std::string& field) {
    return {field.begin(), field.end()};
}

template <typename Strings>
std::vector<std::string> list_of(const Strings& field) {
    return {field.begin(), field.end()};
}

template <typename Strings>
std::vector<cms::MailNames> names_of(const Strings& field) {
    std::vector<cms::MailNames> names;
    for (const std::string& address : field)
        names.push_back({address});
    return names;
}

std::string joined(const std::vector<std::string>& items) {
    std::string all;
    for (const auto& item : items)
        all += (all.empty() ? "" : " ") + item;
    return all;
}

cms::ReceiptsFrom receipts_from(protocol::ReceiptsFrom from) {
    switch (from) {
        case protocol::FIRST_TIER:
            return cms::ReceiptsFrom::first_tier;
        case protocol::LISTED:
            return cms::ReceiptsFrom::listed;
        default:
            return cms::ReceiptsFrom::all;
    }
}

cms::ListReceiptPolicy list_policy(protocol::ListReceiptPolicy policy) {
    switch (policy) {
        case protocol::NO_RECEIPTS:
            return cms::ListReceiptPolicy::none;
        case protocol::INSTEAD_OF:
            return cms::ListReceiptPolicy::instead_of;
        case protocol::IN_ADDITION_TO:
            return cms::ListReceiptPolicy::in_addition_to;
        default:
            return cms::ListReceiptPolicy::unsaid;
    }
}

/// Of the forms, the one that it has.
cms::CategoryValue value_of(const protocol::SecurityCategory& field) {
    if (field.has_integer())
        return cms::CategoryNumber{field.integer(), false};
    if (field.has_enumerated())
        return cms::CategoryNumber{field.enumerated(), true};
    if (field.bit_size() > 0)
        return cms::CategoryBits{{field.bit().begin(), field.bit().end()}};
    if (!field.der().empty())
        return bytes_of(field.der());
    return cms::CategoryTexts{list_of(field.value())};
}

cms::SecurityLabel label_of(const protocol::SecurityLabel& field) {
    cms::SecurityLabel label;
    label.policy = field.policy();
    if (field.has_classification())
        label.classification = field.classification();
    label.privacy_mark = field.privacy_mark();
    for (const auto& category : field.category())
        label.categories.push_back({category.type(), cms::encode_category_value(value_of(category))});
    return label;
}

cms::SignaturePolicy policy_of(const protocol::SignaturePolicy& field) {
    cms::SignaturePolicy policy;
    policy.policy = field.policy();
    policy.digest = bytes_of(field.digest());
    policy.uri = field.uri();
    if (field.digest_algorithm() == protocol::SHA384)
        policy.digest_algorithm = cms::DigestAlgorithm::sha384;
    else if (field.digest_algorithm() == protocol::SHA512)
        policy.digest_algorithm = cms::DigestAlgorithm::sha512;
    return policy;
}

std::vector<cms::MailListExpansion> history_of(const protocol::MailListExpansion& field, const Identity& list,
                                               std::int64_t now) {
    std::vector<cms::MailListExpansion> history;
    for (const auto& before : field.before())
        history.push_back(cms::parse_expansion(cms::as_bytes(before)));
    history.push_back(
        cms::new_expansion(list.certificate, now, list_policy(field.receipts()), list_of(field.to())));
    return history;
}

/// What Signet decrypts without being told to.
const cms::Bytes& own_capabilities() {
    using enum cms::ContentCipher;
    static const cms::Bytes attribute = cms::capabilities_attribute(
        {aes256_gcm, aes192_gcm, aes128_gcm, chacha20_poly1305, aes256_cbc, aes192_cbc, aes128_cbc});
    return attribute;
}

}  // namespace

RequestedAttributes::RequestedAttributes(const protocol::Sign& sign, const Identity& first,
                                         std::int64_t now) {
    if (!sign.has_attributes())
        return;
    try {
        encode(sign, first, now);
    } catch (const cms::Error& error) {
        throw Error(protocol::MALFORMED, std::string("the attributes asked for: ") + error.what(),
                    "mend the request");
    }
}

void RequestedAttributes::encode(const protocol::Sign& sign, const Identity& first, std::int64_t now) {
    const auto& wanted = sign.attributes();
    if (wanted.has_content_hints()) {
        const auto& hints = wanted.content_hints();
        add(cms::content_hints_attribute(
                {hints.description(), hints.content_type().empty() ? cms::id_data : hints.content_type()}),
            "content hints");
    }
    if (wanted.has_signature_policy())
        add(cms::signature_policy_attribute(policy_of(wanted.signature_policy())),
            "signature policy " + (wanted.signature_policy().policy().empty()
                                       ? std::string("implied")
                                       : wanted.signature_policy().policy()));
    if (!wanted.commitment_type().empty())
        add(cms::commitment_type_attribute(wanted.commitment_type()),
            "commitment " + wanted.commitment_type());
    if (wanted.capabilities())
        add(own_capabilities(), "capabilities");
    if (wanted.has_security_label()) {
        const auto& label = wanted.security_label();
        add(cms::security_label_attribute(label_of(label)),
            "label " + label.policy() +
                (label.has_classification() ? "/" + std::to_string(label.classification()) : std::string()));
    }
    if (wanted.equivalent_label_size() > 0) {
        std::vector<cms::SecurityLabel> labels;
        for (const auto& label : wanted.equivalent_label())
            labels.push_back(label_of(label));
        add(cms::equivalent_labels_attribute(labels), "equivalent labels");
    }
    if (wanted.has_expansion())
        add(cms::expansion_history_attribute(history_of(wanted.expansion(), first, now)),
            "mailing list expansion");
    if (!wanted.msg_sig_digest().empty())
        add(cms::msg_sig_digest_attribute(cms::as_bytes(wanted.msg_sig_digest())), "receipt");
    encode_receipt_requests(sign, first, now);
}

void RequestedAttributes::encode_receipt_requests(const protocol::Sign& sign, const Identity& first,
                                                  std::int64_t now) {
    const auto& wanted = sign.attributes();
    if (!wanted.has_receipt_request()) {
        if (!wanted.content_identifier().empty())
            add(cms::content_identifier_attribute(cms::as_bytes(wanted.content_identifier())),
                "content identifier");
        return;
    }
    cms::ReceiptRequest request;
    request.from = receipts_from(wanted.receipt_request().from());
    request.listed = names_of(wanted.receipt_request().listed());
    request.to = names_of(wanted.receipt_request().to());
    for (int i = 0; i < sign.digest_size(); ++i) {
        request.content_identifier = wanted.content_identifier().empty()
                                         ? cms::new_content_identifier(first.certificate.fingerprint(), now)
                                         : bytes_of(wanted.content_identifier());
        m_of_digest.push_back({cms::content_identifier_attribute(request.content_identifier),
                               cms::receipt_request_attribute(request)});
    }
    m_size += m_of_digest.front()[0].size() + m_of_digest.front()[1].size();
    name("receipt request to " + joined(list_of(wanted.receipt_request().to())));
}

void RequestedAttributes::add(cms::Bytes attribute, const std::string& what) {
    m_size += attribute.size();
    m_common.push_back(std::move(attribute));
    name(what);
}

void RequestedAttributes::name(const std::string& what) {
    m_summary += (m_summary.empty() ? "" : ", ") + what;
}

std::vector<cms::BytesView> RequestedAttributes::of_digest(std::size_t index) const {
    std::vector<cms::BytesView> all(m_common.begin(), m_common.end());
    if (!m_of_digest.empty())
        all.insert(all.end(), m_of_digest[index].begin(), m_of_digest[index].end());
    return all;
}

}  // namespace signet::agent
