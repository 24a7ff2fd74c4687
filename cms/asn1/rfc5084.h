// RFC 5084: the parameters of AES-CCM and AES-GCM.
#pragma once

#include "cms/asn1/codec.h"

namespace signet::cms::asn1 {

/// Section 3.1.
struct CCMParameters {
    ASN1_OCTET_STRING* nonce;
    /// Null for the default, 12.
    ASN1_INTEGER* icv_length;
};
DECLARE_ASN1_ITEM(CCMParameters)

template <>
inline constexpr auto item_of<CCMParameters> = &CCMParameters_it;

/// Section 3.2.
struct GCMParameters {
    ASN1_OCTET_STRING* nonce;
    /// Null for the default, 12.
    ASN1_INTEGER* icv_length;
};
DECLARE_ASN1_ITEM(GCMParameters)

template <>
inline constexpr auto item_of<GCMParameters> = &GCMParameters_it;

}  // namespace signet::cms::asn1
