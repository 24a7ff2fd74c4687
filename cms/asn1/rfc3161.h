// RFC 3161: timestamps.
#pragma once

#include <openssl/x509v3.h>

#include "cms/asn1/codec.h"

namespace signet::cms::asn1 {

/// Section 2.4.1.
struct MessageImprint {
    X509_ALGOR* hash_algorithm;
    ASN1_OCTET_STRING* hashed_message;
};

/// Section 2.4.2.
struct PKIStatusInfo {
    std::int32_t status;
    STACK_OF(ASN1_UTF8STRING) * status_string;
    ASN1_BIT_STRING* fail_info;
};
DECLARE_ASN1_ITEM(PKIStatusInfo)

/// Section 2.4.2.
struct Accuracy {
    ASN1_INTEGER* seconds;
    ASN1_INTEGER* millis;
    ASN1_INTEGER* micros;
};

/// Section 2.4.2.
struct TSTInfo {
    std::int32_t version;
    ASN1_OBJECT* policy;
    MessageImprint* message_imprint;
    ASN1_INTEGER* serial_number;
    ASN1_GENERALIZEDTIME* gen_time;
    Accuracy* accuracy;
    ASN1_BOOLEAN ordering;
    ASN1_INTEGER* nonce;
    /// Not looked at: the signer's certificate tells who it is.
    GENERAL_NAME* tsa;
    STACK_OF(X509_EXTENSION) * extensions;
};
DECLARE_ASN1_ITEM(TSTInfo)

template <>
inline constexpr auto item_of<PKIStatusInfo> = &PKIStatusInfo_it;
template <>
inline constexpr auto item_of<TSTInfo> = &TSTInfo_it;

}  // namespace signet::cms::asn1
