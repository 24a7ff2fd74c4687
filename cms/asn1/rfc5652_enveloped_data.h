// RFC 5652 section 6: EnvelopedData and its recipients.
#pragma once

#include "cms/asn1/rfc5652_signed_data.h"

namespace signet::cms::asn1 {

/// Section 6.2.1.
struct RecipientIdentifier {
    enum Type { is_issuer_and_serial_number, is_subject_key_identifier };
    int type;
    union {
        IssuerAndSerialNumber* issuer_and_serial_number;
        ASN1_OCTET_STRING* subject_key_identifier;
    } d;
};

/// Section 6.2.1.
struct KeyTransRecipientInfo {
    std::int32_t version;
    RecipientIdentifier* rid;
    X509_ALGOR* key_encryption_algorithm;
    ASN1_OCTET_STRING* encrypted_key;
};

/// Section 6.2.2.
struct OriginatorPublicKey {
    X509_ALGOR* algorithm;
    ASN1_BIT_STRING* public_key;
};

/// Section 6.2.2.
struct OriginatorIdentifierOrKey {
    enum Type { is_issuer_and_serial_number, is_subject_key_identifier, is_originator_key };
    int type;
    union {
        IssuerAndSerialNumber* issuer_and_serial_number;
        ASN1_OCTET_STRING* subject_key_identifier;
        OriginatorPublicKey* originator_key;
    } d;
};

/// Section 6.2.2.
struct RecipientKeyIdentifier {
    ASN1_OCTET_STRING* subject_key_identifier;
    ASN1_GENERALIZEDTIME* date;
    ASN1_STRING* other;
};

/// Section 6.2.2.
struct KeyAgreeRecipientIdentifier {
    enum Type { is_issuer_and_serial_number, is_recipient_key_identifier };
    int type;
    union {
        IssuerAndSerialNumber* issuer_and_serial_number;
        RecipientKeyIdentifier* recipient_key_identifier;
    } d;
};

/// Section 6.2.2.
struct RecipientEncryptedKey {
    KeyAgreeRecipientIdentifier* rid;
    ASN1_OCTET_STRING* encrypted_key;
};
DEFINE_STACK_OF(RecipientEncryptedKey)

/// Section 6.2.2.
struct KeyAgreeRecipientInfo {
    std::int32_t version;
    OriginatorIdentifierOrKey* originator;
    ASN1_OCTET_STRING* ukm;
    X509_ALGOR* key_encryption_algorithm;
    STACK_OF(RecipientEncryptedKey) * recipient_encrypted_keys;
};

/// Section 6.2.
struct RecipientInfo {
    enum Type { is_ktri, is_kari, is_kekri, is_pwri, is_ori };
    int type;
    union {
        KeyTransRecipientInfo* ktri;
        KeyAgreeRecipientInfo* kari;
        /// kekri, pwri and ori: no token of ours serves them, so they are not looked at.
        ASN1_STRING* foreign;
    } d;
};
DEFINE_STACK_OF(RecipientInfo)
using RecipientInfos = STACK_OF(RecipientInfo);
DECLARE_ASN1_ITEM(RecipientInfo)

/// Section 6.1; not looked at.
struct OriginatorInfo {
    STACK_OF(CertificateChoices) * certificates;
    STACK_OF(ASN1_TYPE) * crls;
};
DECLARE_ASN1_ITEM(OriginatorInfo)

/// Section 6.1.
struct EncryptedContentInfo {
    ASN1_OBJECT* content_type;
    X509_ALGOR* content_encryption_algorithm;
    ASN1_OCTET_STRING* encrypted_content;
};
DECLARE_ASN1_ITEM(EncryptedContentInfo)

/// Section 6.1.
struct EnvelopedData {
    std::int32_t version;
    OriginatorInfo* originator_info;
    STACK_OF(RecipientInfo) * recipient_infos;
    EncryptedContentInfo* encrypted_content_info;
    Attributes* unprotected_attributes;
};
DECLARE_ASN1_ITEM(EnvelopedData)

template <>
inline constexpr auto item_of<RecipientInfo> = &RecipientInfo_it;
template <>
inline constexpr auto item_of<OriginatorInfo> = &OriginatorInfo_it;

}  // namespace signet::cms::asn1
