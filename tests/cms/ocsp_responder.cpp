#include "tests/cms/ocsp_responder.h"

#include <openssl/ocsp.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <ctime>

#include "cms/asn1/revocation_info.h"
#include "tests/cms/require.h"

namespace signet::cms::test {
namespace {

Asn1TimePtr generalized_time(std::int64_t seconds) {
    Asn1TimePtr time(ASN1_GENERALIZEDTIME_adj(nullptr, std::time(nullptr), 0, static_cast<long>(seconds)));
    require(time != nullptr);
    return time;
}

}  // namespace

Bytes make_ocsp_response(const Certificate& certificate, const Certificate& issuer, const Certificate& signer,
                         EVP_PKEY& key, const OcspAnswer& answer) {
    const OcspBasicRespPtr basic(OCSP_BASICRESP_new());
    const OcspCertIdPtr id(OCSP_cert_to_id(EVP_sha1(), certificate.x509(), issuer.x509()));
    require(basic && id);
    const bool revoked = answer.status == V_OCSP_CERTSTATUS_REVOKED;
    OCSP_SINGLERESP* part =
        OCSP_basic_add1_status(basic.get(), id.get(), answer.status, revoked ? answer.reason : 0,
                               revoked ? generalized_time(answer.revoked).get() : nullptr,
                               generalized_time(answer.this_update).get(),
                               answer.next_update ? generalized_time(*answer.next_update).get() : nullptr);
    require(part != nullptr);
    if (answer.invalid)
        require(OCSP_SINGLERESP_add1_ext_i2d(part, NID_invalidity_date,
                                             generalized_time(*answer.invalid).get(), 0, 0) == 1);
    if (answer.invalid_unreadable) {
        const Asn1TimePtr time = generalized_time(0);
        require(ASN1_STRING_set(time.get(), "whenever", -1) == 1 &&
                OCSP_SINGLERESP_add1_ext_i2d(part, NID_invalidity_date, time.get(), 0, 0) == 1);
    }
    if (!answer.request.empty()) {
        const unsigned char* position = answer.request.data();
        const OcspRequestPtr request(
            d2i_OCSP_REQUEST(nullptr, &position, static_cast<long>(answer.request.size())));
        require(request && OCSP_copy_nonce(basic.get(), request.get()) > 0);
    }
    const EvpMdCtxPtr context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* key_context = nullptr;
    require(context && EVP_DigestSignInit(context.get(), &key_context, answer.digest, nullptr, &key) == 1);
    if (answer.pss)
        require(EVP_PKEY_CTX_set_rsa_padding(key_context, RSA_PKCS1_PSS_PADDING) == 1);
    require(OCSP_basic_sign_ctx(basic.get(), signer.x509(), context.get(), nullptr, 0) == 1);
    const OcspResponsePtr response(OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic.get()));
    unsigned char* der = nullptr;
    const int size = i2d_OCSP_RESPONSE(response.get(), &der);
    require(size > 0);
    Bytes bytes(der, der + size);
    OPENSSL_free(der);
    return bytes;
}

Bytes as_revocation_info(BytesView response) {
    const asn1::ItemPtr<asn1::RevocationInfoChoice> info(
        reinterpret_cast<asn1::RevocationInfoChoice*>(ASN1_item_new(asn1::RevocationInfoChoice_it())));
    require(info != nullptr);
    info->type = asn1::RevocationInfoChoice::is_other;
    info->d.other = reinterpret_cast<asn1::OtherRevocationInfoFormat*>(
        ASN1_item_new(asn1::OtherRevocationInfoFormat_it()));
    require(info->d.other != nullptr);
    ASN1_OBJECT_free(info->d.other->format);
    info->d.other->format = OBJ_txt2obj("1.3.6.1.5.5.7.16.2", 1);
    ASN1_STRING* value = ASN1_STRING_type_new(V_ASN1_SEQUENCE);
    require(value != nullptr &&
            ASN1_STRING_set(value, response.data(), static_cast<int>(response.size())) == 1);
    ASN1_TYPE_set(info->d.other->info, V_ASN1_SEQUENCE, value);
    return asn1::encode(*info);
}

}  // namespace signet::cms::test
