#include "tests/cms/openssl_cms.h"

#include "tests/cms/require.h"

#include <openssl/err.h>
#include <openssl/rsa.h>

namespace signet::cms::test {
namespace {

BioPtr reader(BytesView bytes) {
    return BioPtr(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

Bytes contents(BIO& bio) {
    unsigned char* data = nullptr;
    const long size = BIO_get_mem_data(&bio, &data);
    return {data, data + size};
}

CmsPtr parse(BytesView message) {
    const unsigned char* position = message.data();
    return CmsPtr(d2i_CMS_ContentInfo(nullptr, &position, static_cast<long>(message.size())));
}

/// Finishes a message that was made with CMS_PARTIAL or CMS_STREAM.
Bytes finish(CMS_ContentInfo& cms, const Bytes& content, unsigned flags) {
    const BioPtr in = reader(content);
    const BioPtr out(BIO_new(BIO_s_mem()));
    if ((flags & CMS_STREAM) != 0) {
        require(i2d_CMS_bio_stream(out.get(), &cms, in.get(), static_cast<int>(flags)) == 1);
    } else {
        require(CMS_final(&cms, in.get(), nullptr, flags) == 1);
        require(i2d_CMS_bio(out.get(), &cms) == 1);
    }
    return contents(*out);
}

}  // namespace

std::optional<Bytes> openssl_verify(BytesView signed_data, const Bytes* content, const Certificate& anchor) {
    const CmsPtr cms = parse(signed_data);
    const X509StorePtr store(X509_STORE_new());
    require(X509_STORE_add_cert(store.get(), anchor.x509()) == 1);
    const BioPtr in = content == nullptr ? nullptr : reader(*content);
    const BioPtr out(BIO_new(BIO_s_mem()));
    const bool holds =
        cms && CMS_verify(cms.get(), nullptr, store.get(), in.get(), out.get(), CMS_BINARY) == 1;
    ERR_clear_error();
    return holds ? std::optional(contents(*out)) : std::nullopt;
}

Bytes openssl_sign(EVP_PKEY& key, const Certificate& signer, const Bytes& content,
                   const SignOptions& options) {
    const unsigned flags = options.flags | CMS_BINARY | CMS_PARTIAL;
    const BioPtr in = reader(content);
    const CmsPtr cms(CMS_sign(nullptr, nullptr, nullptr, in.get(), flags));
    require(cms != nullptr);
    CMS_SignerInfo* info = CMS_add1_signer(cms.get(), signer.x509(), &key, options.digest,
                                           flags | (options.pss ? CMS_KEY_PARAM : 0U));
    require(info != nullptr);
    if (options.pss)
        require(EVP_PKEY_CTX_set_rsa_padding(CMS_SignerInfo_get0_pkey_ctx(info), RSA_PKCS1_PSS_PADDING) == 1);
    if (options.mgf1 != nullptr)
        require(EVP_PKEY_CTX_set_rsa_mgf1_md(CMS_SignerInfo_get0_pkey_ctx(info), options.mgf1) == 1);
    for (const Certificate& further : options.further_certificates)
        require(CMS_add1_cert(cms.get(), further.x509()) == 1);
    return finish(*cms, content, flags);
}

std::optional<Bytes> openssl_decrypt(BytesView message, const Certificate& certificate, EVP_PKEY& key) {
    const CmsPtr cms = parse(message);
    const BioPtr out(BIO_new(BIO_s_mem()));
    const bool done =
        cms && CMS_decrypt(cms.get(), &key, certificate.x509(), nullptr, out.get(), CMS_BINARY) == 1;
    ERR_clear_error();
    return done ? std::optional(contents(*out)) : std::nullopt;
}

Bytes openssl_encrypt(const Bytes& content, const std::vector<Certificate>& recipients,
                      const SealOptions& options) {
    const unsigned flags = options.flags | CMS_BINARY | CMS_PARTIAL;
    const CmsPtr cms(CMS_encrypt(nullptr, nullptr, options.cipher, flags));
    require(cms != nullptr);
    for (const Certificate& recipient : recipients) {
        CMS_RecipientInfo* info = CMS_add1_recipient_cert(cms.get(), recipient.x509(), flags | CMS_KEY_PARAM);
        require(info != nullptr);
        EVP_PKEY_CTX* context = CMS_RecipientInfo_get0_pkey_ctx(info);
        if (options.oaep != nullptr && recipient.key_kind() == KeyKind::rsa)
            require(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1 &&
                    EVP_PKEY_CTX_set_rsa_oaep_md(context, options.oaep) == 1);
        if (options.kdf != nullptr && recipient.key_kind() == KeyKind::ec)
            require(EVP_PKEY_CTX_set_ecdh_kdf_md(context, options.kdf) == 1);
    }
    return finish(*cms, content, flags);
}

}  // namespace signet::cms::test
