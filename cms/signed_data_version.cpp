#include "cms/signed_data_version.h"

#include <openssl/objects.h>

#include "cms/asn1/der.h"

namespace signet::cms {
namespace {

using asn1::CertificateChoices;

bool has_certificate(const asn1::SignedData& data, CertificateChoices::Type type) noexcept {
    for (int i = 0; i < asn1::sk_CertificateChoices_num(data.certificates); ++i)
        if (asn1::sk_CertificateChoices_value(data.certificates, i)->type == type)
            return true;
    return false;
}

// RevocationInfoChoice ::= CHOICE {
//   crl CertificateList,
//   other [1] IMPLICIT OtherRevocationInfoFormat }                                RFC 5652 section 10.2.1
bool has_other_revocation(const asn1::SignedData& data) noexcept {
    for (int i = 0; i < sk_ASN1_TYPE_num(data.crls); ++i)
        // What has a tag of its own is kept with it.
        if (sk_ASN1_TYPE_value(data.crls, i)->type == V_ASN1_OTHER)
            return true;
    return false;
}

bool has_signer_by_key(const asn1::SignedData& data) noexcept {
    for (int i = 0; i < asn1::sk_SignerInfo_num(data.signer_infos); ++i)
        if (version_by_fields(*asn1::sk_SignerInfo_value(data.signer_infos, i)) == 3)
            return true;
    return false;
}

}  // namespace

std::int32_t version_by_fields(const asn1::SignedData& data) noexcept {
    if (has_certificate(data, CertificateChoices::is_other) || has_other_revocation(data))
        return 5;
    if (has_certificate(data, CertificateChoices::is_v2_attr_cert))
        return 4;
    const bool is_data = OBJ_obj2nid(data.encap_content_info->content_type) == NID_pkcs7_data;
    return has_certificate(data, CertificateChoices::is_v1_attr_cert) || has_signer_by_key(data) || !is_data
               ? 3
               : 1;
}

std::int32_t version_by_fields(const asn1::SignerInfo& info) noexcept {
    return info.sid->type == asn1::SignerIdentifier::is_issuer_and_serial_number ? 1 : 3;
}

}  // namespace signet::cms
