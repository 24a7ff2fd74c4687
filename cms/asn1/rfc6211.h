// RFC 6211: the attribute that protects the algorithm identifiers of a SignerInfo.
#pragma once

#include "cms/asn1/codec.h"

namespace signet::cms::asn1 {

/// Section 2.
struct CMSAlgorithmProtection {
    X509_ALGOR* digest_algorithm;
    X509_ALGOR* signature_algorithm;
    X509_ALGOR* mac_algorithm;
};
DECLARE_ASN1_ITEM(CMSAlgorithmProtection)

template <>
inline constexpr auto item_of<CMSAlgorithmProtection> = &CMSAlgorithmProtection_it;

}  // namespace signet::cms::asn1
