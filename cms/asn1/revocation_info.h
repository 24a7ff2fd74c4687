// RFC 5652 section 10.2.1: what a message brings about revocation.
#pragma once

#include "cms/asn1/codec.h"

namespace signet::cms::asn1 {

struct OtherRevocationInfoFormat {
    ASN1_OBJECT* format;
    ASN1_TYPE* info;
};

struct RevocationInfoChoice {
    enum Type { is_crl, is_other };
    int type;
    union {
        /// Not looked into.
        ASN1_STRING* crl;
        OtherRevocationInfoFormat* other;
    } d;
};
DECLARE_ASN1_ITEM(OtherRevocationInfoFormat)
DECLARE_ASN1_ITEM(RevocationInfoChoice)

template <>
inline constexpr auto item_of<RevocationInfoChoice> = &RevocationInfoChoice_it;

}  // namespace signet::cms::asn1
