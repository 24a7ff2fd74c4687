#include "cms/asn1/rfc5652_enveloped_data.h"

namespace signet::cms::asn1 {

// It would take the macros of a template for expressions.
// clang-format off

// RecipientIdentifier ::= CHOICE {
//   issuerAndSerialNumber IssuerAndSerialNumber,
//   subjectKeyIdentifier [0] SubjectKeyIdentifier }                               RFC 5652 section 6.2.1
ASN1_CHOICE(RecipientIdentifier) = {
    ASN1_SIMPLE(RecipientIdentifier, d.issuer_and_serial_number, IssuerAndSerialNumber),
    ASN1_IMP(RecipientIdentifier, d.subject_key_identifier, ASN1_OCTET_STRING, 0),
} static_ASN1_CHOICE_END(RecipientIdentifier)

// KeyTransRecipientInfo ::= SEQUENCE {
//   version CMSVersion,  -- always set to 0 or 2
//   rid RecipientIdentifier,
//   keyEncryptionAlgorithm KeyEncryptionAlgorithmIdentifier,
//   encryptedKey EncryptedKey }                                                   RFC 5652 section 6.2.1
ASN1_SEQUENCE(KeyTransRecipientInfo) = {
    ASN1_EMBED(KeyTransRecipientInfo, version, INT32),
    ASN1_SIMPLE(KeyTransRecipientInfo, rid, RecipientIdentifier),
    ASN1_SIMPLE(KeyTransRecipientInfo, key_encryption_algorithm, X509_ALGOR),
    ASN1_SIMPLE(KeyTransRecipientInfo, encrypted_key, ASN1_OCTET_STRING),
} static_ASN1_SEQUENCE_END(KeyTransRecipientInfo)

// OriginatorPublicKey ::= SEQUENCE {
//   algorithm AlgorithmIdentifier,
//   publicKey BIT STRING }                                                        RFC 5652 section 6.2.2
ASN1_SEQUENCE(OriginatorPublicKey) = {
    ASN1_SIMPLE(OriginatorPublicKey, algorithm, X509_ALGOR),
    ASN1_SIMPLE(OriginatorPublicKey, public_key, ASN1_BIT_STRING),
} static_ASN1_SEQUENCE_END(OriginatorPublicKey)

// OriginatorIdentifierOrKey ::= CHOICE {
//   issuerAndSerialNumber IssuerAndSerialNumber,
//   subjectKeyIdentifier [0] SubjectKeyIdentifier,
//   originatorKey [1] OriginatorPublicKey }                                       RFC 5652 section 6.2.2
ASN1_CHOICE(OriginatorIdentifierOrKey) = {
    ASN1_SIMPLE(OriginatorIdentifierOrKey, d.issuer_and_serial_number, IssuerAndSerialNumber),
    ASN1_IMP(OriginatorIdentifierOrKey, d.subject_key_identifier, ASN1_OCTET_STRING, 0),
    ASN1_IMP(OriginatorIdentifierOrKey, d.originator_key, OriginatorPublicKey, 1),
} static_ASN1_CHOICE_END(OriginatorIdentifierOrKey)

// RecipientKeyIdentifier ::= SEQUENCE {
//   subjectKeyIdentifier SubjectKeyIdentifier,
//   date GeneralizedTime OPTIONAL,
//   other OtherKeyAttribute OPTIONAL }                                            RFC 5652 section 6.2.2
ASN1_SEQUENCE(RecipientKeyIdentifier) = {
    ASN1_SIMPLE(RecipientKeyIdentifier, subject_key_identifier, ASN1_OCTET_STRING),
    ASN1_OPT(RecipientKeyIdentifier, date, ASN1_GENERALIZEDTIME),
    ASN1_OPT(RecipientKeyIdentifier, other, ASN1_SEQUENCE),
} static_ASN1_SEQUENCE_END(RecipientKeyIdentifier)

// KeyAgreeRecipientIdentifier ::= CHOICE {
//   issuerAndSerialNumber IssuerAndSerialNumber,
//   rKeyId [0] IMPLICIT RecipientKeyIdentifier }                                  RFC 5652 section 6.2.2
ASN1_CHOICE(KeyAgreeRecipientIdentifier) = {
    ASN1_SIMPLE(KeyAgreeRecipientIdentifier, d.issuer_and_serial_number, IssuerAndSerialNumber),
    ASN1_IMP(KeyAgreeRecipientIdentifier, d.recipient_key_identifier, RecipientKeyIdentifier, 0),
} static_ASN1_CHOICE_END(KeyAgreeRecipientIdentifier)

// RecipientEncryptedKey ::= SEQUENCE {
//   rid KeyAgreeRecipientIdentifier,
//   encryptedKey EncryptedKey }                                                   RFC 5652 section 6.2.2
ASN1_SEQUENCE(RecipientEncryptedKey) = {
    ASN1_SIMPLE(RecipientEncryptedKey, rid, KeyAgreeRecipientIdentifier),
    ASN1_SIMPLE(RecipientEncryptedKey, encrypted_key, ASN1_OCTET_STRING),
} static_ASN1_SEQUENCE_END(RecipientEncryptedKey)

// KeyAgreeRecipientInfo ::= SEQUENCE {
//   version CMSVersion,  -- always set to 3
//   originator [0] EXPLICIT OriginatorIdentifierOrKey,
//   ukm [1] EXPLICIT UserKeyingMaterial OPTIONAL,
//   keyEncryptionAlgorithm KeyEncryptionAlgorithmIdentifier,
//   recipientEncryptedKeys RecipientEncryptedKeys }                               RFC 5652 section 6.2.2
ASN1_SEQUENCE(KeyAgreeRecipientInfo) = {
    ASN1_EMBED(KeyAgreeRecipientInfo, version, INT32),
    ASN1_EXP(KeyAgreeRecipientInfo, originator, OriginatorIdentifierOrKey, 0),
    ASN1_EXP_OPT(KeyAgreeRecipientInfo, ukm, ASN1_OCTET_STRING, 1),
    ASN1_SIMPLE(KeyAgreeRecipientInfo, key_encryption_algorithm, X509_ALGOR),
    ASN1_SEQUENCE_OF(KeyAgreeRecipientInfo, recipient_encrypted_keys, RecipientEncryptedKey),
} static_ASN1_SEQUENCE_END(KeyAgreeRecipientInfo)

// RecipientInfo ::= CHOICE {
//   ktri KeyTransRecipientInfo,
//   kari [1] KeyAgreeRecipientInfo,
//   kekri [2] KEKRecipientInfo,
//   pwri [3] PasswordRecipientInfo,
//   ori [4] OtherRecipientInfo }                                                  RFC 5652 section 6.2
ASN1_CHOICE(RecipientInfo) = {
    ASN1_SIMPLE(RecipientInfo, d.ktri, KeyTransRecipientInfo),
    ASN1_IMP(RecipientInfo, d.kari, KeyAgreeRecipientInfo, 1),
    ASN1_IMP(RecipientInfo, d.foreign, ASN1_SEQUENCE, 2),
    ASN1_IMP(RecipientInfo, d.foreign, ASN1_SEQUENCE, 3),
    ASN1_IMP(RecipientInfo, d.foreign, ASN1_SEQUENCE, 4),
} ASN1_CHOICE_END(RecipientInfo)

// OriginatorInfo ::= SEQUENCE {
//   certs [0] IMPLICIT CertificateSet OPTIONAL,
//   crls [1] IMPLICIT RevocationInfoChoices OPTIONAL }                            RFC 5652 section 6.1
ASN1_SEQUENCE(OriginatorInfo) = {
    ASN1_IMP_SET_OF_OPT(OriginatorInfo, certificates, CertificateChoices, 0),
    ASN1_IMP_SET_OF_OPT(OriginatorInfo, crls, ASN1_ANY, 1),
} ASN1_SEQUENCE_END(OriginatorInfo)

// EncryptedContentInfo ::= SEQUENCE {
//   contentType ContentType,
//   contentEncryptionAlgorithm ContentEncryptionAlgorithmIdentifier,
//   encryptedContent [0] IMPLICIT EncryptedContent OPTIONAL }                     RFC 5652 section 6.1
ASN1_SEQUENCE(EncryptedContentInfo) = {
    ASN1_SIMPLE(EncryptedContentInfo, content_type, ASN1_OBJECT),
    ASN1_SIMPLE(EncryptedContentInfo, content_encryption_algorithm, X509_ALGOR),
    ASN1_IMP_OPT(EncryptedContentInfo, encrypted_content, ASN1_OCTET_STRING, 0),
} ASN1_SEQUENCE_END(EncryptedContentInfo)

// EnvelopedData ::= SEQUENCE {
//   version CMSVersion,
//   originatorInfo [0] IMPLICIT OriginatorInfo OPTIONAL,
//   recipientInfos RecipientInfos,
//   encryptedContentInfo EncryptedContentInfo,
//   unprotectedAttrs [1] IMPLICIT UnprotectedAttributes OPTIONAL }                RFC 5652 section 6.1
ASN1_SEQUENCE(EnvelopedData) = {
    ASN1_EMBED(EnvelopedData, version, INT32),
    ASN1_IMP_OPT(EnvelopedData, originator_info, OriginatorInfo, 0),
    ASN1_SET_OF(EnvelopedData, recipient_infos, RecipientInfo),
    ASN1_SIMPLE(EnvelopedData, encrypted_content_info, EncryptedContentInfo),
    ASN1_IMP_SET_OF_OPT(EnvelopedData, unprotected_attributes, Attribute, 1),
} ASN1_SEQUENCE_END(EnvelopedData)

// clang-format on

}  // namespace signet::cms::asn1
