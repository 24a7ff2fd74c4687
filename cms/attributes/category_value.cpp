#include "cms/attributes/category_value.h"

#include "cms/asn1/codec.h"
#include "cms/asn1/der.h"
#include "cms/asn1/der_check.h"
#include "cms/attributes/text.h"
#include "cms/error.h"
#include "cms/openssl_error.h"
#include "cms/openssl_ptr.h"

#include <openssl/err.h>

#include <algorithm>
#include <optional>

namespace signet::cms {
namespace {

using asn1::Tag;

constexpr std::uint8_t enumerated_tag = 0x0A;
constexpr std::uint8_t high_bit = 0x80;

Bytes encoded(const CategoryTexts& value) {
    Bytes all;
    for (const std::string& text : value.texts)
        asn1::append(all, asn1::tlv(Tag::utf8_string, {as_bytes(text)}));
    return asn1::tlv(Tag::sequence, {all});
}

Bytes encoded(const CategoryNumber& value) {
    const asn1::ItemPtr<ASN1_INTEGER> number(ASN1_INTEGER_new());
    require_openssl(number && ASN1_INTEGER_set_int64(number.get(), value.number) == 1,
                    "cannot encode a number");
    Bytes encoding = asn1::encode(*number);
    if (value.enumerated)
        encoding.front() = enumerated_tag;
    return encoding;
}

// As a NamedBitList, without zeros at its end (X.690 section 11.2.2).
Bytes encoded(const CategoryBits& value) {
    Bytes octets{0};
    for (const std::uint32_t bit : value.bits) {
        if (bit > max_category_bit)
            throw Error(ErrorCode::failed, "a bit of a security category above 255");
        octets.resize(std::max<std::size_t>(octets.size(), 2 + bit / 8));
        octets[1 + bit / 8] |= static_cast<std::uint8_t>(high_bit >> (bit % 8));
    }
    if (octets.size() > 1)
        while ((octets.back() >> octets.front() & 1U) == 0)
            ++octets.front();
    return asn1::tlv(Tag::bit_string, {octets});
}

Bytes encoded(const OtherCategory& value) {
    if (value.size() > max_category_size)
        throw Error(ErrorCode::failed, "the value of a security category is above 64 KiB");
    if (!asn1::is_der(value))
        throw Error(ErrorCode::failed, "the value of a security category is no DER");
    return value;
}

std::optional<CategoryTexts> texts_in(BytesView encoding) {
    // A single text, seen as the only element of a SEQUENCE.
    const bool sequence = encoding.front() == static_cast<std::uint8_t>(Tag::sequence);
    const Bytes wrapped =
        sequence ? Bytes(encoding.begin(), encoding.end()) : asn1::tlv(Tag::sequence, {encoding});
    const unsigned char* position = wrapped.data();
    const Asn1AnyStackPtr elements(
        d2i_ASN1_SEQUENCE_ANY(nullptr, &position, static_cast<long>(wrapped.size())));
    ERR_clear_error();
    if (!elements || sk_ASN1_TYPE_num(elements.get()) < 1 || position != wrapped.data() + wrapped.size())
        return std::nullopt;
    CategoryTexts value;
    for (int i = 0; i < sk_ASN1_TYPE_num(elements.get()); ++i) {
        const ASN1_TYPE& element = *sk_ASN1_TYPE_value(elements.get(), i);
        if (element.type != V_ASN1_UTF8STRING && element.type != V_ASN1_PRINTABLESTRING)
            return std::nullopt;
        std::string text(as_text(asn1::view_of(*element.value.asn1_string)));
        if (!is_plain_utf8(text))
            return std::nullopt;
        value.texts.push_back(std::move(text));
    }
    return value;
}

std::optional<CategoryNumber> number_in(BytesView encoding) {
    CategoryNumber value;
    value.enumerated = encoding.front() == enumerated_tag;
    Bytes integer(encoding.begin(), encoding.end());
    integer.front() = static_cast<std::uint8_t>(Tag::integer);
    try {
        const auto number = asn1::decode<ASN1_INTEGER>(integer, "number");
        if (ASN1_INTEGER_get_int64(&value.number, number.get()) == 1)
            return value;
    } catch (const Error&) {
        return std::nullopt;
    }
    ERR_clear_error();
    return std::nullopt;
}

std::optional<CategoryBits> bits_in(BytesView encoding) {
    try {
        const auto string = asn1::decode<ASN1_TYPE>(encoding, "bits");
        const BytesView octets = asn1::view_of(*string->value.bit_string);
        if (octets.size() > (max_category_bit + 1) / 8)
            return std::nullopt;
        CategoryBits value;
        for (std::uint32_t bit = 0; bit < octets.size() * 8; ++bit)
            if ((octets[bit / 8] & high_bit >> (bit % 8)) != 0)
                value.bits.push_back(bit);
        return value;
    } catch (const Error&) {
        return std::nullopt;
    }
}

}  // namespace

Bytes encode_category_value(const CategoryValue& value) {
    return std::visit([](const auto& form) { return encoded(form); }, value);
}

CategoryValue read_category_value(BytesView encoding) {
    if (!encoding.empty()) {
        const std::uint8_t tag = encoding.front();
        if (tag == static_cast<std::uint8_t>(Tag::integer) || tag == enumerated_tag) {
            if (const auto number = number_in(encoding))
                return *number;
        } else if (tag == static_cast<std::uint8_t>(Tag::bit_string)) {
            if (auto bits = bits_in(encoding))
                return *std::move(bits);
        } else if (auto texts = texts_in(encoding)) {
            return *std::move(texts);
        }
    }
    return OtherCategory(encoding.begin(), encoding.end());
}

}  // namespace signet::cms
