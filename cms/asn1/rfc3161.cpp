#include "cms/asn1/rfc3161.h"

namespace signet::cms::asn1 {

// It would take the macros of a template for expressions.
// clang-format off

// MessageImprint ::= SEQUENCE {
//   hashAlgorithm AlgorithmIdentifier,
//   hashedMessage OCTET STRING }                                                  RFC 3161 section 2.4.1
ASN1_SEQUENCE(MessageImprint) = {
    ASN1_SIMPLE(MessageImprint, hash_algorithm, X509_ALGOR),
    ASN1_SIMPLE(MessageImprint, hashed_message, ASN1_OCTET_STRING),
} static_ASN1_SEQUENCE_END(MessageImprint)

// PKIStatusInfo ::= SEQUENCE {
//   status PKIStatus,
//   statusString PKIFreeText OPTIONAL,
//   failInfo PKIFailureInfo OPTIONAL }
// PKIFreeText ::= SEQUENCE SIZE (1..MAX) OF UTF8String                            RFC 3161 section 2.4.2
ASN1_SEQUENCE(PKIStatusInfo) = {
    ASN1_EMBED(PKIStatusInfo, status, INT32),
    ASN1_SEQUENCE_OF_OPT(PKIStatusInfo, status_string, ASN1_UTF8STRING),
    ASN1_OPT(PKIStatusInfo, fail_info, ASN1_BIT_STRING),
} ASN1_SEQUENCE_END(PKIStatusInfo)

// Accuracy ::= SEQUENCE {
//   seconds INTEGER OPTIONAL,
//   millis [0] INTEGER (1..999) OPTIONAL,
//   micros [1] INTEGER (1..999) OPTIONAL }                                        RFC 3161 section 2.4.2
ASN1_SEQUENCE(Accuracy) = {
    ASN1_OPT(Accuracy, seconds, ASN1_INTEGER),
    ASN1_IMP_OPT(Accuracy, millis, ASN1_INTEGER, 0),
    ASN1_IMP_OPT(Accuracy, micros, ASN1_INTEGER, 1),
} static_ASN1_SEQUENCE_END(Accuracy)

// TSTInfo ::= SEQUENCE {
//   version INTEGER { v1(1) },
//   policy TSAPolicyId,
//   messageImprint MessageImprint,
//   serialNumber INTEGER,
//   genTime GeneralizedTime,
//   accuracy Accuracy OPTIONAL,
//   ordering BOOLEAN DEFAULT FALSE,
//   nonce INTEGER OPTIONAL,
//   tsa [0] GeneralName OPTIONAL,
//   extensions [1] IMPLICIT Extensions OPTIONAL }                                 RFC 3161 section 2.4.2
ASN1_SEQUENCE(TSTInfo) = {
    ASN1_EMBED(TSTInfo, version, INT32),
    ASN1_SIMPLE(TSTInfo, policy, ASN1_OBJECT),
    ASN1_SIMPLE(TSTInfo, message_imprint, MessageImprint),
    ASN1_SIMPLE(TSTInfo, serial_number, ASN1_INTEGER),
    ASN1_SIMPLE(TSTInfo, gen_time, ASN1_GENERALIZEDTIME),
    ASN1_OPT(TSTInfo, accuracy, Accuracy),
    ASN1_OPT(TSTInfo, ordering, ASN1_FBOOLEAN),
    ASN1_OPT(TSTInfo, nonce, ASN1_INTEGER),
    ASN1_EXP_OPT(TSTInfo, tsa, GENERAL_NAME, 0),
    ASN1_IMP_SEQUENCE_OF_OPT(TSTInfo, extensions, X509_EXTENSION, 1),
} ASN1_SEQUENCE_END(TSTInfo)

// clang-format on

}  // namespace signet::cms::asn1
