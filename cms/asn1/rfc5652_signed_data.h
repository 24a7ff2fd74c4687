// RFC 5652 sections 5 and 10: SignedData and what it is made of.
#pragma once

#include "cms/asn1/ber_reader.h"
#include "cms/asn1/codec.h"

namespace signet::cms::asn1 {

/// Section 5.3.
struct Attribute {
    ASN1_OBJECT* type;
    STACK_OF(ASN1_TYPE) * values;
};
DEFINE_STACK_OF(Attribute)
DECLARE_ASN1_ITEM(Attribute)
using Attributes = STACK_OF(Attribute);
/// SET OF Attribute with its own tag, as it is signed (section 5.4) or authenticated (RFC 5083 section 2.2).
DECLARE_ASN1_ITEM(Attributes)
/// `attributes` under the same tag, but in the order in which they were sent.
Bytes encode_as_sent(const Attributes& attributes);

/// Section 10.2.4.
struct IssuerAndSerialNumber {
    X509_NAME* issuer;
    ASN1_INTEGER* serial_number;
};
DECLARE_ASN1_ITEM(IssuerAndSerialNumber)

/// Section 5.3.
struct SignerIdentifier {
    enum Type { is_issuer_and_serial_number, is_subject_key_identifier };
    int type;
    union {
        IssuerAndSerialNumber* issuer_and_serial_number;
        ASN1_OCTET_STRING* subject_key_identifier;
    } d;
};

/// Section 5.3.
struct SignerInfo {
    std::int32_t version;
    SignerIdentifier* sid;
    X509_ALGOR* digest_algorithm;
    Attributes* signed_attributes;
    X509_ALGOR* signature_algorithm;
    ASN1_OCTET_STRING* signature;
    Attributes* unsigned_attributes;
};
DEFINE_STACK_OF(SignerInfo)
DECLARE_ASN1_ITEM(SignerInfo)

/// Reads over a SignerInfo, BER or DER, and throws Error(malformed) where its attributes are not constructed,
/// which OpenSSL's templates do not look at (X.690 section 8.12.1).
void check_attributes_constructed(BerReader& reader);

/// Section 10.2.2.
struct CertificateChoices {
    enum Type { is_certificate, is_extended_certificate, is_v1_attr_cert, is_v2_attr_cert, is_other };
    int type;
    union {
        X509* certificate;
        /// Anything else, not looked at.
        ASN1_STRING* foreign;
    } d;
};
DEFINE_STACK_OF(CertificateChoices)

/// Section 5.2.
struct EncapsulatedContentInfo {
    ASN1_OBJECT* content_type;
    ASN1_OCTET_STRING* content;
};

/// Section 5.1.
struct SignedData {
    std::int32_t version;
    STACK_OF(X509_ALGOR) * digest_algorithms;
    EncapsulatedContentInfo* encap_content_info;
    STACK_OF(CertificateChoices) * certificates;
    /// Not looked at.
    STACK_OF(ASN1_TYPE) * crls;
    STACK_OF(SignerInfo) * signer_infos;
};
DECLARE_ASN1_ITEM(SignedData)
DECLARE_ASN1_ITEM(CertificateChoices)

template <>
inline constexpr auto item_of<Attributes> = &Attributes_it;
template <>
inline constexpr auto item_of<IssuerAndSerialNumber> = &IssuerAndSerialNumber_it;
template <>
inline constexpr auto item_of<SignerInfo> = &SignerInfo_it;
template <>
inline constexpr auto item_of<SignedData> = &SignedData_it;

}  // namespace signet::cms::asn1
