#include "cms/attributes/signature_policy.h"

#include "cms/algorithm_identifier.h"
#include "cms/asn1/der.h"
#include "cms/asn1/rfc5126.h"
#include "cms/error.h"

#include <algorithm>

namespace signet::cms {
namespace {

using asn1::Tag;

const std::string id_aa_ets_sig_policy_id = "1.2.840.113549.1.9.16.2.15";
const std::string id_aa_ets_commitment_type = "1.2.840.113549.1.9.16.2.16";
const std::string id_spq_ets_uri = "1.2.840.113549.1.9.16.5.1";

// id-spq-ets-uri with SPuri ::= IA5String                                         RFC 5126 section 5.8.1
Bytes encode_uri(const std::string& uri) {
    if (uri.empty())
        return {};
    if (!std::all_of(uri.begin(), uri.end(), [](unsigned char c) { return c > 0x20 && c < 0x7F; }))
        throw Error(ErrorCode::failed, "the URI of a signature policy is no IA5String");
    constexpr auto ia5_string = static_cast<Tag>(0x16);
    return asn1::tlv(Tag::sequence, {asn1::tlv(Tag::sequence, {asn1::object_identifier(id_spq_ets_uri),
                                                               asn1::tlv(ia5_string, {as_bytes(uri)})})});
}

std::string uri_in(const asn1::SignaturePolicyId& policy) {
    for (int i = 0; i < asn1::sk_SigPolicyQualifierInfo_num(policy.sig_policy_qualifiers); ++i) {
        const asn1::SigPolicyQualifierInfo& qualifier =
            *asn1::sk_SigPolicyQualifierInfo_value(policy.sig_policy_qualifiers, i);
        if (object_text(*qualifier.sig_policy_qualifier_id) == id_spq_ets_uri &&
            qualifier.sig_qualifier->type == V_ASN1_IA5STRING)
            return std::string(as_text(asn1::view_of(*qualifier.sig_qualifier->value.ia5string)));
    }
    return {};
}

}  // namespace

// SignaturePolicyIdentifier ::= CHOICE {
//   signaturePolicyId SignaturePolicyId,
//   signaturePolicyImplied SignaturePolicyImplied }                               RFC 5126 section 5.8.1
// SignaturePolicyImplied ::= NULL; for the rest see asn1/rfc5126.cpp.
Bytes signature_policy_attribute(const SignaturePolicy& policy) {
    if (policy.policy.empty())
        return attribute(id_aa_ets_sig_policy_id, asn1::tlv(Tag::null, {}));
    if (policy.digest.size() != digest_size(policy.digest_algorithm))
        throw Error(ErrorCode::failed, "the digest of a signature policy without its hash's size");
    const Bytes hash = asn1::tlv(Tag::sequence, {digest_algorithm_identifier(policy.digest_algorithm),
                                                 asn1::tlv(Tag::octet_string, {policy.digest})});
    return attribute(
        id_aa_ets_sig_policy_id,
        asn1::tlv(Tag::sequence, {asn1::object_identifier(policy.policy), hash, encode_uri(policy.uri)}));
}

std::optional<SignaturePolicy> signature_policy_in(const SignedAttributeSet& attributes) {
    const auto value = attributes.value(id_aa_ets_sig_policy_id);
    if (!value)
        return std::nullopt;
    if (*value == asn1::tlv(Tag::null, {}))
        return SignaturePolicy{};
    const auto policy = asn1::decode<asn1::SignaturePolicyId>(*value, "signature policy");
    const auto hash = read_digest_algorithm(*policy->sig_policy_hash->hash_algorithm);
    if (!hash)
        throw Error(ErrorCode::unsupported, "a signature policy by a hash that is not supported");
    const BytesView digest = asn1::view_of(*policy->sig_policy_hash->hash_value);
    return SignaturePolicy{
        object_text(*policy->sig_policy_id), *hash, {digest.begin(), digest.end()}, uri_in(*policy)};
}

Bytes commitment_type_attribute(const std::string& commitment) {
    return attribute(id_aa_ets_commitment_type,
                     asn1::tlv(Tag::sequence, {asn1::object_identifier(commitment)}));
}

std::optional<std::string> commitment_type_in(const SignedAttributeSet& attributes) {
    const auto value = attributes.value(id_aa_ets_commitment_type);
    if (!value)
        return std::nullopt;
    const auto indication =
        asn1::decode<asn1::CommitmentTypeIndication>(*value, "commitment-type-indication");
    return object_text(*indication->commitment_type_id);
}

}  // namespace signet::cms
