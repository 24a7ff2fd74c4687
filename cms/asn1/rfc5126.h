// RFC 5126: the signed attributes of CAdES.
#pragma once

#include "cms/asn1/codec.h"

namespace signet::cms::asn1 {

/// Section 5.8.1.
struct OtherHashAlgAndValue {
    X509_ALGOR* hash_algorithm;
    ASN1_OCTET_STRING* hash_value;
};

/// Section 5.8.1.
struct SigPolicyQualifierInfo {
    ASN1_OBJECT* sig_policy_qualifier_id;
    ASN1_TYPE* sig_qualifier;
};
DEFINE_STACK_OF(SigPolicyQualifierInfo)

/// Section 5.8.1; the choice of SignaturePolicyIdentifier that is not NULL.
struct SignaturePolicyId {
    ASN1_OBJECT* sig_policy_id;
    OtherHashAlgAndValue* sig_policy_hash;
    STACK_OF(SigPolicyQualifierInfo) * sig_policy_qualifiers;
};
DECLARE_ASN1_ITEM(SignaturePolicyId)

/// Section 5.11.1.
struct CommitmentTypeIndication {
    ASN1_OBJECT* commitment_type_id;
    /// Not looked at.
    STACK_OF(ASN1_TYPE) * commitment_type_qualifier;
};
DECLARE_ASN1_ITEM(CommitmentTypeIndication)

template <>
inline constexpr auto item_of<SignaturePolicyId> = &SignaturePolicyId_it;
template <>
inline constexpr auto item_of<CommitmentTypeIndication> = &CommitmentTypeIndication_it;

}  // namespace signet::cms::asn1
