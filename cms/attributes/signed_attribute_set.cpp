#include "cms/attributes/signed_attribute_set.h"

#include "cms/asn1/der.h"
#include "cms/error.h"
#include "cms/openssl_error.h"
#include "cms/openssl_ptr.h"

#include <openssl/objects.h>

namespace signet::cms {

Bytes attribute(const std::string& type, BytesView value) {
    using asn1::Tag;
    return asn1::tlv(Tag::sequence, {asn1::object_identifier(type), asn1::tlv(Tag::set, {value})});
}

SignedAttributeSet::SignedAttributeSet(BytesView encoding) {
    if (!encoding.empty())
        m_attributes = asn1::decode<asn1::Attributes>(encoding, "signed attributes");
}

const ASN1_TYPE* SignedAttributeSet::find(const std::string& type) const {
    const Asn1ObjectPtr wanted(OBJ_txt2obj(type.c_str(), 1));
    require_openssl(wanted != nullptr, "no object identifier");
    const asn1::Attribute* found = nullptr;
    const int count = m_attributes ? asn1::sk_Attribute_num(m_attributes.get()) : 0;
    for (int i = 0; i < count; ++i) {
        const asn1::Attribute* attribute = asn1::sk_Attribute_value(m_attributes.get(), i);
        if (OBJ_cmp(attribute->type, wanted.get()) != 0)
            continue;
        if (found != nullptr)
            throw Error(ErrorCode::malformed, "the signed attribute " + type + " twice");
        found = attribute;
    }
    if (found == nullptr)
        return nullptr;
    if (sk_ASN1_TYPE_num(found->values) != 1)
        throw Error(ErrorCode::malformed, "the signed attribute " + type + " without exactly one value");
    return sk_ASN1_TYPE_value(found->values, 0);
}

std::optional<Bytes> SignedAttributeSet::value(const std::string& type) const {
    const ASN1_TYPE* value = find(type);
    if (value == nullptr)
        return std::nullopt;
    Bytes encoding(static_cast<std::size_t>(std::max(i2d_ASN1_TYPE(value, nullptr), 0)));
    unsigned char* position = encoding.data();
    require_openssl(i2d_ASN1_TYPE(value, &position) > 0, "cannot encode a signed attribute");
    return encoding;
}

std::optional<Bytes> SignedAttributeSet::octets(const std::string& type) const {
    const ASN1_TYPE* value = find(type);
    if (value == nullptr)
        return std::nullopt;
    if (value->type != V_ASN1_OCTET_STRING)
        throw Error(ErrorCode::malformed, "the signed attribute " + type + " is no OCTET STRING");
    const BytesView octets = asn1::view_of(*value->value.octet_string);
    return Bytes(octets.begin(), octets.end());
}

}  // namespace signet::cms
