#include "cms/asn1/rfc5652_signed_data.h"

#include <limits>

namespace signet::cms::asn1 {

// It would take the macros of a template for expressions.
// clang-format off

// Attribute ::= SEQUENCE {
//   attrType OBJECT IDENTIFIER,
//   attrValues SET OF AttributeValue }                                            RFC 5652 section 5.3
ASN1_SEQUENCE(Attribute) = {
    ASN1_SIMPLE(Attribute, type, ASN1_OBJECT),
    ASN1_SET_OF(Attribute, values, ASN1_ANY),
} ASN1_SEQUENCE_END(Attribute)

// SignedAttributes ::= SET SIZE (1..MAX) OF Attribute                             RFC 5652 section 5.3
ASN1_ITEM_TEMPLATE(Attributes) = ASN1_EX_TEMPLATE_TYPE(ASN1_TFLG_SET_OF, 0, Attributes, Attribute)
ASN1_ITEM_TEMPLATE_END(Attributes)

// SET OF Attribute (RFC 5652 section 5.3) as a SEQUENCE OF, which is not put in order; the tag is that of a SET.
ASN1_ITEM_TEMPLATE(AttributesAsSent) = ASN1_EX_TEMPLATE_TYPE(
    ASN1_TFLG_SEQUENCE_OF | ASN1_TFLG_IMPTAG | ASN1_TFLG_UNIVERSAL, V_ASN1_SET, AttributesAsSent, Attribute)
static_ASN1_ITEM_TEMPLATE_END(AttributesAsSent)

// IssuerAndSerialNumber ::= SEQUENCE {
//   issuer Name,
//   serialNumber CertificateSerialNumber }                                        RFC 5652 section 10.2.4
ASN1_SEQUENCE(IssuerAndSerialNumber) = {
    ASN1_SIMPLE(IssuerAndSerialNumber, issuer, X509_NAME),
    ASN1_SIMPLE(IssuerAndSerialNumber, serial_number, ASN1_INTEGER),
} ASN1_SEQUENCE_END(IssuerAndSerialNumber)

// SignerIdentifier ::= CHOICE {
//   issuerAndSerialNumber IssuerAndSerialNumber,
//   subjectKeyIdentifier [0] SubjectKeyIdentifier }                               RFC 5652 section 5.3
ASN1_CHOICE(SignerIdentifier) = {
    ASN1_SIMPLE(SignerIdentifier, d.issuer_and_serial_number, IssuerAndSerialNumber),
    ASN1_IMP(SignerIdentifier, d.subject_key_identifier, ASN1_OCTET_STRING, 0),
} static_ASN1_CHOICE_END(SignerIdentifier)

// SignerInfo ::= SEQUENCE {
//   version CMSVersion,
//   sid SignerIdentifier,
//   digestAlgorithm DigestAlgorithmIdentifier,
//   signedAttrs [0] IMPLICIT SignedAttributes OPTIONAL,
//   signatureAlgorithm SignatureAlgorithmIdentifier,
//   signature SignatureValue,
//   unsignedAttrs [1] IMPLICIT UnsignedAttributes OPTIONAL }                      RFC 5652 section 5.3
ASN1_SEQUENCE(SignerInfo) = {
    ASN1_EMBED(SignerInfo, version, INT32),
    ASN1_SIMPLE(SignerInfo, sid, SignerIdentifier),
    ASN1_SIMPLE(SignerInfo, digest_algorithm, X509_ALGOR),
    ASN1_IMP_SET_OF_OPT(SignerInfo, signed_attributes, Attribute, 0),
    ASN1_SIMPLE(SignerInfo, signature_algorithm, X509_ALGOR),
    ASN1_SIMPLE(SignerInfo, signature, ASN1_OCTET_STRING),
    ASN1_IMP_SET_OF_OPT(SignerInfo, unsigned_attributes, Attribute, 1),
} ASN1_SEQUENCE_END(SignerInfo)

// CertificateChoices ::= CHOICE {
//   certificate Certificate,
//   extendedCertificate [0] IMPLICIT ExtendedCertificate,  -- Obsolete
//   v1AttrCert [1] IMPLICIT AttributeCertificateV1,        -- Obsolete
//   v2AttrCert [2] IMPLICIT AttributeCertificateV2,
//   other [3] IMPLICIT OtherCertificateFormat }                                   RFC 5652 section 10.2.2
ASN1_CHOICE(CertificateChoices) = {
    ASN1_SIMPLE(CertificateChoices, d.certificate, X509),
    ASN1_IMP(CertificateChoices, d.foreign, ASN1_SEQUENCE, 0),
    ASN1_IMP(CertificateChoices, d.foreign, ASN1_SEQUENCE, 1),
    ASN1_IMP(CertificateChoices, d.foreign, ASN1_SEQUENCE, 2),
    ASN1_IMP(CertificateChoices, d.foreign, ASN1_SEQUENCE, 3),
} ASN1_CHOICE_END(CertificateChoices)

// EncapsulatedContentInfo ::= SEQUENCE {
//   eContentType ContentType,
//   eContent [0] EXPLICIT OCTET STRING OPTIONAL }                                 RFC 5652 section 5.2
ASN1_SEQUENCE(EncapsulatedContentInfo) = {
    ASN1_SIMPLE(EncapsulatedContentInfo, content_type, ASN1_OBJECT),
    ASN1_EXP_OPT(EncapsulatedContentInfo, content, ASN1_OCTET_STRING, 0),
} static_ASN1_SEQUENCE_END(EncapsulatedContentInfo)

// SignedData ::= SEQUENCE {
//   version CMSVersion,
//   digestAlgorithms DigestAlgorithmIdentifiers,
//   encapContentInfo EncapsulatedContentInfo,
//   certificates [0] IMPLICIT CertificateSet OPTIONAL,
//   crls [1] IMPLICIT RevocationInfoChoices OPTIONAL,
//   signerInfos SignerInfos }                                                     RFC 5652 section 5.1
ASN1_SEQUENCE(SignedData) = {
    ASN1_EMBED(SignedData, version, INT32),
    ASN1_SET_OF(SignedData, digest_algorithms, X509_ALGOR),
    ASN1_SIMPLE(SignedData, encap_content_info, EncapsulatedContentInfo),
    ASN1_IMP_SET_OF_OPT(SignedData, certificates, CertificateChoices, 0),
    ASN1_IMP_SET_OF_OPT(SignedData, crls, ASN1_ANY, 1),
    ASN1_SET_OF(SignedData, signer_infos, SignerInfo),
} ASN1_SEQUENCE_END(SignedData)

    // clang-format on

    Bytes encode_as_sent(const Attributes& attributes) {
    return encode_item(reinterpret_cast<const ASN1_VALUE*>(&attributes), AttributesAsSent_it());
}

void check_attributes_constructed(BerReader& reader) {
    constexpr std::size_t any_size = std::numeric_limits<std::size_t>::max();
    reader.enter(Tag::sequence);
    static_cast<void>(reader.element(Tag::integer, any_size));
    // The sid may be a primitive [0].
    static_cast<void>(reader.element(any_size));
    static_cast<void>(reader.element(Tag::sequence, any_size));
    static_cast<void>(reader.element_if(context(0), any_size));
    static_cast<void>(reader.element(Tag::sequence, any_size));
    reader.octets(Tag::octet_string, [](BytesView) {});
    static_cast<void>(reader.element_if(context(1), any_size));
    reader.leave();
}

}  // namespace signet::cms::asn1
