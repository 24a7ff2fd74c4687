#include "cms/asn1/rfc5126.h"

namespace signet::cms::asn1 {

// It would take the macros of a template for expressions.
// clang-format off

// OtherHashAlgAndValue ::= SEQUENCE {
//   hashAlgorithm AlgorithmIdentifier,
//   hashValue OtherHashValue }
// SigPolicyHash ::= OtherHashAlgAndValue                                          RFC 5126 section 5.8.1
ASN1_SEQUENCE(OtherHashAlgAndValue) = {
    ASN1_SIMPLE(OtherHashAlgAndValue, hash_algorithm, X509_ALGOR),
    ASN1_SIMPLE(OtherHashAlgAndValue, hash_value, ASN1_OCTET_STRING),
} static_ASN1_SEQUENCE_END(OtherHashAlgAndValue)

// SigPolicyQualifierInfo ::= SEQUENCE {
//   sigPolicyQualifierId SigPolicyQualifierId,
//   sigQualifier ANY DEFINED BY sigPolicyQualifierId }                            RFC 5126 section 5.8.1
ASN1_SEQUENCE(SigPolicyQualifierInfo) = {
    ASN1_SIMPLE(SigPolicyQualifierInfo, sig_policy_qualifier_id, ASN1_OBJECT),
    ASN1_SIMPLE(SigPolicyQualifierInfo, sig_qualifier, ASN1_ANY),
} static_ASN1_SEQUENCE_END(SigPolicyQualifierInfo)

// SignaturePolicyId ::= SEQUENCE {
//   sigPolicyId SigPolicyId,
//   sigPolicyHash SigPolicyHash,
//   sigPolicyQualifiers SEQUENCE SIZE (1..MAX) OF SigPolicyQualifierInfo OPTIONAL }
//                                                                                 RFC 5126 section 5.8.1
ASN1_SEQUENCE(SignaturePolicyId) = {
    ASN1_SIMPLE(SignaturePolicyId, sig_policy_id, ASN1_OBJECT),
    ASN1_SIMPLE(SignaturePolicyId, sig_policy_hash, OtherHashAlgAndValue),
    ASN1_SEQUENCE_OF_OPT(SignaturePolicyId, sig_policy_qualifiers, SigPolicyQualifierInfo),
} ASN1_SEQUENCE_END(SignaturePolicyId)

// CommitmentTypeIndication ::= SEQUENCE {
//   commitmentTypeId CommitmentTypeIdentifier,
//   commitmentTypeQualifier SEQUENCE SIZE (1..MAX) OF CommitmentTypeQualifier OPTIONAL }
//                                                                                 RFC 5126 section 5.11.1
ASN1_SEQUENCE(CommitmentTypeIndication) = {
    ASN1_SIMPLE(CommitmentTypeIndication, commitment_type_id, ASN1_OBJECT),
    ASN1_SEQUENCE_OF_OPT(CommitmentTypeIndication, commitment_type_qualifier, ASN1_ANY),
} ASN1_SEQUENCE_END(CommitmentTypeIndication)

// clang-format on

}  // namespace signet::cms::asn1
