#include "cms/attributes/mail_list.h"

#include "cms/asn1/der.h"
#include "cms/asn1/rfc2634.h"
#include "cms/error.h"

#include <openssl/err.h>

#include <algorithm>
#include <array>
#include <ctime>

namespace signet::cms {
namespace {

using asn1::Tag;

const std::string id_aa_ml_expand_history = "1.2.840.113549.1.9.16.2.3";

// DER has no fraction that is zero, and UTC (X.690 section 11.7).
Bytes generalized_time(std::int64_t seconds) {
    const auto time = static_cast<std::time_t>(seconds);
    std::tm utc{};
    if (gmtime_r(&time, &utc) == nullptr || utc.tm_year < -1900 || utc.tm_year > 9999 - 1900)
        throw Error(ErrorCode::failed, "a time outside of the years 0 to 9999");
    std::array<char, 32> text{};
    const std::size_t size = std::strftime(text.data(), text.size(), "%Y%m%d%H%M%SZ", &utc);
    return asn1::tlv(Tag::generalized_time, {as_bytes({text.data(), size})});
}

Bytes encode_policy(ListReceiptPolicy policy, const std::vector<std::string>& names) {
    const bool has_names =
        policy == ListReceiptPolicy::instead_of || policy == ListReceiptPolicy::in_addition_to;
    if (has_names == names.empty() || names.size() > max_policy_names)
        throw Error(ErrorCode::failed, "a receipt policy with a number of names out of bounds");
    switch (policy) {
        case ListReceiptPolicy::unsaid:
            return {};
        case ListReceiptPolicy::none:
            return asn1::tlv(asn1::context_primitive(0), {});
        case ListReceiptPolicy::instead_of:
            return asn1::tlv(asn1::context(1), {encode_mail_names(names)});
        case ListReceiptPolicy::in_addition_to:
            return asn1::tlv(asn1::context(2), {encode_mail_names(names)});
    }
    return {};
}

MailListExpansion read(const asn1::MLData& data) {
    MailListExpansion expansion;
    expansion.encoding = asn1::encode(data);
    if (expansion.encoding.size() > max_expansion_size)
        throw Error(ErrorCode::malformed, "an MLData above 8 KiB");
    const asn1::EntityIdentifier& list = *data.mail_list_identifier;
    expansion.list = list.type == asn1::EntityIdentifier::is_issuer_and_serial_number
                         ? asn1::encode(*list.d.issuer_and_serial_number)
                         : asn1::tlv(Tag::octet_string, {asn1::view_of(*list.d.subject_key_identifier)});
    std::tm utc{};
    if (ASN1_TIME_to_tm(data.expansion_time, &utc) != 1) {
        ERR_clear_error();
        throw Error(ErrorCode::malformed, "an MLData with a malformed time");
    }
    expansion.time = timegm(&utc);
    const asn1::MLReceiptPolicy* policy = data.ml_receipt_policy;
    if (policy == nullptr)
        return expansion;
    if (policy->type == asn1::MLReceiptPolicy::is_none) {
        expansion.policy = ListReceiptPolicy::none;
        return expansion;
    }
    expansion.policy = policy->type == asn1::MLReceiptPolicy::is_instead_of
                           ? ListReceiptPolicy::instead_of
                           : ListReceiptPolicy::in_addition_to;
    expansion.names = read_mail_names(policy->d.names, max_policy_names);
    return expansion;
}

/// DER of an EntityIdentifier; empty if the certificate says none.
Bytes key_identifier_of(const Certificate& list) {
    const Bytes identifier = list.subject_key_identifier();
    return identifier.empty() ? Bytes() : asn1::tlv(Tag::octet_string, {identifier});
}

}  // namespace

// See the grammar in asn1/rfc2634.cpp. A key identifier outlives the certificate, which is renewed.
MailListExpansion new_expansion(const Certificate& list, std::int64_t now, ListReceiptPolicy policy,
                                const std::vector<std::string>& names) {
    const Bytes by_key = key_identifier_of(list);
    return parse_expansion(asn1::tlv(Tag::sequence, {by_key.empty() ? list.issuer_and_serial() : by_key,
                                                     generalized_time(now), encode_policy(policy, names)}));
}

MailListExpansion parse_expansion(BytesView der) {
    if (der.size() > max_expansion_size)
        throw Error(ErrorCode::malformed, "an MLData above 8 KiB");
    MailListExpansion expansion = read(*asn1::decode<asn1::MLData>(der, "MLData"));
    if (!std::ranges::equal(expansion.encoding, der))
        throw Error(ErrorCode::malformed, "an MLData that is not DER");
    return expansion;
}

Bytes expansion_history_attribute(const std::vector<MailListExpansion>& history) {
    if (history.empty() || history.size() > max_expansions)
        throw Error(ErrorCode::failed, "an expansion history with a length out of bounds");
    Bytes all;
    for (const MailListExpansion& expansion : history)
        asn1::append(all, expansion.encoding);
    return attribute(id_aa_ml_expand_history, asn1::tlv(Tag::sequence, {all}));
}

std::vector<MailListExpansion> expansion_history_in(const SignedAttributeSet& attributes) {
    const auto value = attributes.value(id_aa_ml_expand_history);
    if (!value)
        return {};
    const auto all = asn1::decode<asn1::MLExpansionHistory>(*value, "mlExpansionHistory");
    const int count = asn1::sk_MLData_num(all.get());
    if (count < 1 || count > static_cast<int>(max_expansions))
        throw Error(ErrorCode::malformed, "an mlExpansionHistory with a length out of bounds");
    std::vector<MailListExpansion> history;
    history.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i)
        history.push_back(read(*asn1::sk_MLData_value(all.get(), i)));
    return history;
}

bool has_expanded(const std::vector<MailListExpansion>& history, const Certificate& list) {
    const Bytes by_issuer = list.issuer_and_serial();
    const Bytes by_key = key_identifier_of(list);
    return std::any_of(history.begin(), history.end(), [&](const MailListExpansion& expansion) {
        return expansion.list == by_issuer || (!by_key.empty() && expansion.list == by_key);
    });
}

}  // namespace signet::cms
