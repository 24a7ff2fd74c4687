// RFC 2634: enhanced security services. ESSSecurityLabel is a SET, which templates do not have: see
// attributes/security_label.cpp.
#pragma once

#include "cms/asn1/rfc5652_signed_data.h"

#include <openssl/x509v3.h>

namespace signet::cms::asn1 {

/// Section 2.7.
struct ReceiptsFrom {
    enum Type { is_all_or_first_tier, is_receipt_list };
    int type;
    union {
        ASN1_INTEGER* all_or_first_tier;
        STACK_OF(GENERAL_NAMES) * receipt_list;
    } d;
};

/// Section 2.7.
struct ReceiptRequest {
    ASN1_OCTET_STRING* signed_content_identifier;
    ReceiptsFrom* receipts_from;
    STACK_OF(GENERAL_NAMES) * receipts_to;
};
DECLARE_ASN1_ITEM(ReceiptRequest)

/// Section 2.8.
struct Receipt {
    std::int32_t version;
    ASN1_OBJECT* content_type;
    ASN1_OCTET_STRING* signed_content_identifier;
    ASN1_OCTET_STRING* originator_signature_value;
};
DECLARE_ASN1_ITEM(Receipt)

/// Section 2.9.
struct ContentHints {
    ASN1_UTF8STRING* content_description;
    ASN1_OBJECT* content_type;
};
DECLARE_ASN1_ITEM(ContentHints)

/// Section 2.11.
struct ContentReference {
    ASN1_OBJECT* content_type;
    ASN1_OCTET_STRING* signed_content_identifier;
    ASN1_OCTET_STRING* originator_signature_value;
};
DECLARE_ASN1_ITEM(ContentReference)

/// Section 3.2.
struct SecurityCategory {
    ASN1_OBJECT* type;
    ASN1_TYPE* value;
};
DEFINE_STACK_OF(SecurityCategory)
using SecurityCategories = STACK_OF(SecurityCategory);
DECLARE_ASN1_ITEM(SecurityCategories)

/// Section 4.4.
struct EntityIdentifier {
    enum Type { is_issuer_and_serial_number, is_subject_key_identifier };
    int type;
    union {
        IssuerAndSerialNumber* issuer_and_serial_number;
        ASN1_OCTET_STRING* subject_key_identifier;
    } d;
};

/// Section 4.4.
struct MLReceiptPolicy {
    enum Type { is_none, is_instead_of, is_in_addition_to };
    int type;
    union {
        ASN1_NULL* none;
        STACK_OF(GENERAL_NAMES) * names;
    } d;
};

/// Section 4.4.
struct MLData {
    EntityIdentifier* mail_list_identifier;
    ASN1_GENERALIZEDTIME* expansion_time;
    MLReceiptPolicy* ml_receipt_policy;
};
DEFINE_STACK_OF(MLData)
DECLARE_ASN1_ITEM(MLData)
using MLExpansionHistory = STACK_OF(MLData);
DECLARE_ASN1_ITEM(MLExpansionHistory)

template <>
inline constexpr auto item_of<ReceiptRequest> = &ReceiptRequest_it;
template <>
inline constexpr auto item_of<Receipt> = &Receipt_it;
template <>
inline constexpr auto item_of<ContentHints> = &ContentHints_it;
template <>
inline constexpr auto item_of<ContentReference> = &ContentReference_it;
template <>
inline constexpr auto item_of<SecurityCategories> = &SecurityCategories_it;
template <>
inline constexpr auto item_of<MLData> = &MLData_it;
template <>
inline constexpr auto item_of<MLExpansionHistory> = &MLExpansionHistory_it;

}  // namespace signet::cms::asn1
