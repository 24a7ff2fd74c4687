#include "cms/asn1/rfc2634.h"

namespace signet::cms::asn1 {

// It would take the macros of a template for expressions.
// clang-format off

// ReceiptsFrom ::= CHOICE {
//   allOrFirstTier [0] AllOrFirstTier,
//   receiptList [1] SEQUENCE OF GeneralNames }                                    RFC 2634 section 2.7
// AllOrFirstTier ::= INTEGER {
//   allReceipts (0),
//   firstTierRecipients (1) }
ASN1_CHOICE(ReceiptsFrom) = {
    ASN1_IMP(ReceiptsFrom, d.all_or_first_tier, ASN1_INTEGER, 0),
    ASN1_IMP_SEQUENCE_OF(ReceiptsFrom, d.receipt_list, GENERAL_NAMES, 1),
} static_ASN1_CHOICE_END(ReceiptsFrom)

// ReceiptRequest ::= SEQUENCE {
//   signedContentIdentifier ContentIdentifier,
//   receiptsFrom ReceiptsFrom,
//   receiptsTo SEQUENCE SIZE (1..ub-receiptsTo) OF GeneralNames }                 RFC 2634 section 2.7
// ub-receiptsTo INTEGER ::= 16
// ContentIdentifier ::= OCTET STRING
ASN1_SEQUENCE(ReceiptRequest) = {
    ASN1_SIMPLE(ReceiptRequest, signed_content_identifier, ASN1_OCTET_STRING),
    ASN1_SIMPLE(ReceiptRequest, receipts_from, ReceiptsFrom),
    ASN1_SEQUENCE_OF(ReceiptRequest, receipts_to, GENERAL_NAMES),
} ASN1_SEQUENCE_END(ReceiptRequest)

// Receipt ::= SEQUENCE {
//   version ESSVersion,
//   contentType ContentType,
//   signedContentIdentifier ContentIdentifier,
//   originatorSignatureValue OCTET STRING }                                       RFC 2634 section 2.8
// ESSVersion ::= INTEGER { v1(1) }
ASN1_SEQUENCE(Receipt) = {
    ASN1_EMBED(Receipt, version, INT32),
    ASN1_SIMPLE(Receipt, content_type, ASN1_OBJECT),
    ASN1_SIMPLE(Receipt, signed_content_identifier, ASN1_OCTET_STRING),
    ASN1_SIMPLE(Receipt, originator_signature_value, ASN1_OCTET_STRING),
} ASN1_SEQUENCE_END(Receipt)

// ContentHints ::= SEQUENCE {
//   contentDescription UTF8String (SIZE (1..MAX)) OPTIONAL,
//   contentType ContentType }                                                     RFC 2634 section 2.9
ASN1_SEQUENCE(ContentHints) = {
    ASN1_OPT(ContentHints, content_description, ASN1_UTF8STRING),
    ASN1_SIMPLE(ContentHints, content_type, ASN1_OBJECT),
} ASN1_SEQUENCE_END(ContentHints)

// ContentReference ::= SEQUENCE {
//   contentType ContentType,
//   signedContentIdentifier ContentIdentifier,
//   originatorSignatureValue OCTET STRING }                                       RFC 2634 section 2.11
ASN1_SEQUENCE(ContentReference) = {
    ASN1_SIMPLE(ContentReference, content_type, ASN1_OBJECT),
    ASN1_SIMPLE(ContentReference, signed_content_identifier, ASN1_OCTET_STRING),
    ASN1_SIMPLE(ContentReference, originator_signature_value, ASN1_OCTET_STRING),
} ASN1_SEQUENCE_END(ContentReference)

// SecurityCategory ::= SEQUENCE {
//   type [0] OBJECT IDENTIFIER,
//   value [1] ANY DEFINED BY type }                                               RFC 2634 section 3.2
// The module has implicit tags, and that of ANY is explicit.
ASN1_SEQUENCE(SecurityCategory) = {
    ASN1_IMP(SecurityCategory, type, ASN1_OBJECT, 0),
    ASN1_EXP(SecurityCategory, value, ASN1_ANY, 1),
} static_ASN1_SEQUENCE_END(SecurityCategory)

// SecurityCategories ::= SET SIZE (1..ub-security-categories) OF SecurityCategory RFC 2634 section 3.2
// ub-security-categories INTEGER ::= 64
ASN1_ITEM_TEMPLATE(SecurityCategories) =
    ASN1_EX_TEMPLATE_TYPE(ASN1_TFLG_SET_OF, 0, SecurityCategories, SecurityCategory)
ASN1_ITEM_TEMPLATE_END(SecurityCategories)

// EntityIdentifier ::= CHOICE {
//   issuerAndSerialNumber IssuerAndSerialNumber,
//   subjectKeyIdentifier SubjectKeyIdentifier }                                   RFC 2634 section 4.4
ASN1_CHOICE(EntityIdentifier) = {
    ASN1_SIMPLE(EntityIdentifier, d.issuer_and_serial_number, IssuerAndSerialNumber),
    ASN1_SIMPLE(EntityIdentifier, d.subject_key_identifier, ASN1_OCTET_STRING),
} static_ASN1_CHOICE_END(EntityIdentifier)

// MLReceiptPolicy ::= CHOICE {
//   none [0] NULL,
//   insteadOf [1] SEQUENCE SIZE (1..MAX) OF GeneralNames,
//   inAdditionTo [2] SEQUENCE SIZE (1..MAX) OF GeneralNames }                     RFC 2634 section 4.4
ASN1_CHOICE(MLReceiptPolicy) = {
    ASN1_IMP(MLReceiptPolicy, d.none, ASN1_NULL, 0),
    ASN1_IMP_SEQUENCE_OF(MLReceiptPolicy, d.names, GENERAL_NAMES, 1),
    ASN1_IMP_SEQUENCE_OF(MLReceiptPolicy, d.names, GENERAL_NAMES, 2),
} static_ASN1_CHOICE_END(MLReceiptPolicy)

// MLData ::= SEQUENCE {
//   mailListIdentifier EntityIdentifier,
//   expansionTime GeneralizedTime,
//   mlReceiptPolicy MLReceiptPolicy OPTIONAL }                                    RFC 2634 section 4.4
ASN1_SEQUENCE(MLData) = {
    ASN1_SIMPLE(MLData, mail_list_identifier, EntityIdentifier),
    ASN1_SIMPLE(MLData, expansion_time, ASN1_GENERALIZEDTIME),
    ASN1_OPT(MLData, ml_receipt_policy, MLReceiptPolicy),
} ASN1_SEQUENCE_END(MLData)

// MLExpansionHistory ::= SEQUENCE
//   SIZE (1..ub-ml-expansion-history) OF MLData                                   RFC 2634 section 4.4
// ub-ml-expansion-history INTEGER ::= 64
ASN1_ITEM_TEMPLATE(MLExpansionHistory) =
    ASN1_EX_TEMPLATE_TYPE(ASN1_TFLG_SEQUENCE_OF, 0, MLExpansionHistory, MLData)
ASN1_ITEM_TEMPLATE_END(MLExpansionHistory)

// clang-format on

}  // namespace signet::cms::asn1
