#include "cms/attributes/security_label.h"

#include "cms/algorithm_identifier.h"
#include "cms/asn1/der.h"
#include "cms/asn1/rfc2634.h"
#include "cms/attributes/text.h"
#include "cms/error.h"
#include "cms/openssl_error.h"
#include "cms/openssl_ptr.h"

#include <openssl/err.h>

#include <algorithm>
#include <tuple>

namespace signet::cms {
namespace {

using asn1::Tag;

const std::string id_aa_security_label = "1.2.840.113549.1.9.16.2.2";
const std::string id_aa_equivalent_labels = "1.2.840.113549.1.9.16.2.9";

/// The elements of a SEQUENCE OF or SET OF; null if `encoding` is none.
Asn1AnyStackPtr elements_of(BytesView encoding, bool set) {
    const unsigned char* position = encoding.data();
    const auto size = static_cast<long>(encoding.size());
    Asn1AnyStackPtr all(set ? d2i_ASN1_SET_ANY(nullptr, &position, size)
                            : d2i_ASN1_SEQUENCE_ANY(nullptr, &position, size));
    ERR_clear_error();
    if (all && position != encoding.data() + encoding.size())
        all.reset();
    return all;
}

Bytes encoding_of(const ASN1_TYPE& any) {
    Bytes encoding(static_cast<std::size_t>(std::max(i2d_ASN1_TYPE(&any, nullptr), 0)));
    unsigned char* position = encoding.data();
    require_openssl(i2d_ASN1_TYPE(&any, &position) > 0, "cannot encode a value");
    return encoding;
}

bool is_printable_string(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
               std::string_view(" '()+,-./:=?").find(c) != std::string_view::npos;
    });
}

Bytes encode_categories(const std::vector<SecurityCategory>& categories) {
    if (categories.size() > max_security_categories)
        throw Error(ErrorCode::failed, "more than 64 security categories");
    std::vector<Bytes> encoded;
    for (const SecurityCategory& category : categories) {
        Bytes type = asn1::object_identifier(category.type);
        type.front() = static_cast<std::uint8_t>(asn1::context_primitive(0));
        encoded.push_back(asn1::tlv(Tag::sequence, {type, asn1::tlv(asn1::context(1), {category.value})}));
    }
    return encoded.empty() ? Bytes() : asn1::set_of(Tag::set, {encoded.begin(), encoded.end()});
}

// ESSSecurityLabel ::= SET {
//   security-policy-identifier SecurityPolicyIdentifier,
//   security-classification SecurityClassification OPTIONAL,
//   privacy-mark ESSPrivacyMark OPTIONAL,
//   security-categories SecurityCategories OPTIONAL }
// SecurityPolicyIdentifier ::= OBJECT IDENTIFIER
// SecurityClassification ::= INTEGER { unmarked (0), unclassified (1), restricted (2),
//   confidential (3), secret (4), top-secret (5) } (0..ub-integer-options)
// ESSPrivacyMark ::= CHOICE {
//   pString PrintableString (SIZE (1..ub-privacy-mark-length)),
//   utf8String UTF8String (SIZE (1..MAX)) }                                       RFC 2634 section 3.2
Bytes encode_security_label(const SecurityLabel& label) {
    std::vector<Bytes> fields{asn1::object_identifier(label.policy)};
    if (label.classification) {
        if (*label.classification > max_security_classification)
            throw Error(ErrorCode::failed, "a security classification above 256");
        fields.push_back(asn1::integer(*label.classification));
    }
    if (label.privacy_mark.size() > max_privacy_mark_size)
        throw Error(ErrorCode::failed, "a privacy mark above 1 KiB");
    const bool printable =
        label.privacy_mark.size() <= max_printable_privacy_mark && is_printable_string(label.privacy_mark);
    if (!label.privacy_mark.empty())
        fields.push_back(
            asn1::tlv(printable ? Tag::printable_string : Tag::utf8_string, {as_bytes(label.privacy_mark)}));
    if (Bytes categories = encode_categories(label.categories); !categories.empty())
        fields.push_back(std::move(categories));
    // X.690 section 10.3: by their tags. No two are equal, so this is the order of their first octets, but
    // for that a SET is constructed.
    std::sort(fields.begin(), fields.end(),
              [](const Bytes& a, const Bytes& b) { return (a.front() & 0x1FU) < (b.front() & 0x1FU); });
    Bytes all;
    for (const Bytes& field : fields)
        asn1::append(all, field);
    return asn1::tlv(Tag::set, {all});
}

/// Fills in one field of a label. False if it is none, or is there already.
bool read_field(const ASN1_TYPE& field, SecurityLabel& label) {
    switch (field.type) {
        case V_ASN1_OBJECT:
            if (!label.policy.empty())
                return false;
            label.policy = object_text(*field.value.object);
            return !label.policy.empty();
        case V_ASN1_INTEGER: {
            std::int64_t number = -1;
            if (label.classification || ASN1_INTEGER_get_int64(&number, field.value.integer) != 1 ||
                number < 0 || number > std::int64_t{max_security_classification})
                return false;
            label.classification = static_cast<std::uint32_t>(number);
            return true;
        }
        case V_ASN1_PRINTABLESTRING:
        case V_ASN1_UTF8STRING: {
            const BytesView mark = asn1::view_of(*field.value.asn1_string);
            const bool fits =
                field.type == V_ASN1_PRINTABLESTRING
                    ? mark.size() <= max_printable_privacy_mark && is_printable_string(as_text(mark))
                    : mark.size() <= max_privacy_mark_size && is_plain_utf8(as_text(mark));
            if (!label.privacy_mark.empty() || mark.empty() || !fits)
                return false;
            label.privacy_mark = as_text(mark);
            return true;
        }
        case V_ASN1_SET: {
            const auto set =
                asn1::decode<asn1::SecurityCategories>(encoding_of(field), "security categories");
            const int count = asn1::sk_SecurityCategory_num(set.get());
            if (!label.categories.empty() || count < 1 || count > static_cast<int>(max_security_categories))
                return false;
            for (int i = 0; i < count; ++i) {
                const asn1::SecurityCategory& category = *asn1::sk_SecurityCategory_value(set.get(), i);
                label.categories.push_back({object_text(*category.type), encoding_of(*category.value)});
            }
            return true;
        }
        default:
            return false;
    }
}

void put_in_order(std::vector<SecurityCategory>& categories) {
    std::sort(categories.begin(), categories.end(), [](const SecurityCategory& a, const SecurityCategory& b) {
        return std::tie(a.type, a.value) < std::tie(b.type, b.value);
    });
    categories.erase(std::unique(categories.begin(), categories.end()), categories.end());
}

bool has_policy_twice(const std::vector<SecurityLabel>& labels) {
    for (auto label = labels.begin(); label != labels.end(); ++label)
        if (std::any_of(labels.begin(), label,
                        [&](const SecurityLabel& before) { return before.policy == label->policy; }))
            return true;
    return false;
}

}  // namespace

SecurityLabel parse_security_label(BytesView encoding) {
    const auto fail = [] { throw Error(ErrorCode::malformed, "malformed ESSSecurityLabel"); };
    const Asn1AnyStackPtr fields = elements_of(encoding, true);
    if (!fields)
        fail();
    SecurityLabel label;
    for (int i = 0; i < sk_ASN1_TYPE_num(fields.get()); ++i)
        if (!read_field(*sk_ASN1_TYPE_value(fields.get(), i), label))
            fail();
    if (label.policy.empty())
        fail();
    put_in_order(label.categories);
    return label;
}

Bytes security_label_attribute(const SecurityLabel& label) {
    return attribute(id_aa_security_label, encode_security_label(label));
}

std::optional<SecurityLabel> security_label_in(const SignedAttributeSet& attributes) {
    const auto value = attributes.value(id_aa_security_label);
    if (!value)
        return std::nullopt;
    return parse_security_label(*value);
}

// EquivalentLabels ::= SEQUENCE OF ESSSecurityLabel                               RFC 2634 section 3.4
Bytes equivalent_labels_attribute(const std::vector<SecurityLabel>& labels) {
    if (labels.empty() || labels.size() > max_equivalent_labels)
        throw Error(ErrorCode::failed, "equivalent labels with a number out of bounds");
    if (has_policy_twice(labels))
        throw Error(ErrorCode::failed, "two equivalent labels of one security policy");
    Bytes all;
    for (const SecurityLabel& label : labels)
        asn1::append(all, encode_security_label(label));
    return attribute(id_aa_equivalent_labels, asn1::tlv(Tag::sequence, {all}));
}

std::vector<SecurityLabel> equivalent_labels_in(const SignedAttributeSet& attributes) {
    const auto value = attributes.value(id_aa_equivalent_labels);
    if (!value)
        return {};
    const Asn1AnyStackPtr all = elements_of(*value, false);
    const int count = all ? sk_ASN1_TYPE_num(all.get()) : 0;
    if (count < 1 || count > static_cast<int>(max_equivalent_labels))
        throw Error(ErrorCode::malformed, "malformed equivalentLabels");
    std::vector<SecurityLabel> labels;
    labels.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i)
        labels.push_back(parse_security_label(encoding_of(*sk_ASN1_TYPE_value(all.get(), i))));
    if (has_policy_twice(labels))
        throw Error(ErrorCode::malformed, "two equivalent labels of one security policy");
    return labels;
}

}  // namespace signet::cms
