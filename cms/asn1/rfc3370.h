// RFC 3370: the parameters of RC2-CBC.
#pragma once

#include "cms/asn1/codec.h"

namespace signet::cms::asn1 {

/// Section 5.2.
struct RC2CBCParameter {
    ASN1_INTEGER* version;
    ASN1_OCTET_STRING* iv;
};
DECLARE_ASN1_ITEM(RC2CBCParameter)

template <>
inline constexpr auto item_of<RC2CBCParameter> = &RC2CBCParameter_it;

}  // namespace signet::cms::asn1
