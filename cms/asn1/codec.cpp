#include "cms/asn1/codec.h"

#include <openssl/err.h>

#include <climits>
#include <string>

#include "cms/error.h"
#include "cms/openssl_error.h"

namespace signet::cms::asn1 {

ASN1_VALUE* decode_item(BytesView encoding, const ASN1_ITEM* item, const char* what) {
    const auto fail = [what] { throw Error(ErrorCode::malformed, std::string("malformed ") + what); };
    if (encoding.empty() || encoding.size() > static_cast<std::size_t>(LONG_MAX))
        fail();
    const unsigned char* position = encoding.data();
    ASN1_VALUE* value = ASN1_item_d2i(nullptr, &position, static_cast<long>(encoding.size()), item);
    // Whatever OpenSSL says about foreign bytes is of no use to anybody, and its queue must not grow.
    ERR_clear_error();
    if (value == nullptr)
        fail();
    if (position != encoding.data() + encoding.size()) {
        ASN1_item_free(value, item);
        fail();
    }
    return value;
}

Bytes encode_item(const ASN1_VALUE* value, const ASN1_ITEM* item) {
    const int size = ASN1_item_i2d(value, nullptr, item);
    require_openssl(size > 0, "cannot encode");
    Bytes encoding(static_cast<std::size_t>(size));
    unsigned char* position = encoding.data();
    require_openssl(ASN1_item_i2d(value, &position, item) == size, "cannot encode");
    return encoding;
}

BytesView view_of(const ASN1_STRING& string) noexcept {
    return {ASN1_STRING_get0_data(&string), static_cast<std::size_t>(ASN1_STRING_length(&string))};
}

BytesView sequence_in(const ASN1_TYPE* any) noexcept {
    if (any == nullptr || any->type != V_ASN1_SEQUENCE)
        return {};
    return view_of(*any->value.sequence);
}

}  // namespace signet::cms::asn1
