#include "tests/cms/software_token.h"

#include "tests/cms/require.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <array>

#include "cms/digest_stream.h"
#include "cms/error.h"
#include "cms/issuer_and_serial.h"
#include "cms/openssl_ptr.h"

namespace signet::cms::test {
namespace {

/// The other side's public key, on the curve of `own`.
EvpPkeyPtr peer_key(EVP_PKEY& own, const Bytes& point) {
    if (EVP_PKEY_is_a(&own, "X25519") == 1 || EVP_PKEY_is_a(&own, "X448") == 1) {
        EvpPkeyPtr raw(
            EVP_PKEY_new_raw_public_key(EVP_PKEY_get_id(&own), nullptr, point.data(), point.size()));
        require(raw != nullptr);
        return raw;
    }
    EvpPkeyPtr peer(EVP_PKEY_new());
    require(peer && EVP_PKEY_copy_parameters(peer.get(), &own) == 1 &&
            EVP_PKEY_set1_encoded_public_key(peer.get(), point.data(), point.size()) == 1);
    return peer;
}

bool is_for(const RecipientIdentifier& recipient, const Certificate& certificate) {
    return recipient.subject_key_identifier.empty()
               ? recipient.issuer_and_serial == comparable_issuer_and_serial(certificate)
               : recipient.subject_key_identifier == certificate.subject_key_identifier();
}

}  // namespace

Secret agree(EVP_PKEY& own, const Bytes& point) {
    const EvpPkeyPtr peer = peer_key(own, point);
    const EvpPkeyCtxPtr context(EVP_PKEY_CTX_new(&own, nullptr));
    std::size_t size = 0;
    require(EVP_PKEY_derive_init(context.get()) == 1 &&
            EVP_PKEY_derive_set_peer(context.get(), peer.get()) == 1 &&
            EVP_PKEY_derive(context.get(), nullptr, &size) == 1);
    Secret shared(size);
    require(EVP_PKEY_derive(context.get(), shared.data(), &size) == 1);
    return shared;
}

Bytes sign_message(EVP_PKEY& key, BytesView message) {
    const EvpMdCtxPtr context(EVP_MD_CTX_new());
    std::size_t size = 0;
    require(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, &key) == 1 &&
            EVP_DigestSign(context.get(), nullptr, &size, message.data(), message.size()) == 1);
    Bytes value(size);
    require(EVP_DigestSign(context.get(), value.data(), &size, message.data(), message.size()) == 1);
    value.resize(size);
    return value;
}

Bytes sign_digest(EVP_PKEY& key, SignatureScheme scheme, DigestAlgorithm digest_algorithm, BytesView digest) {
    const EvpPkeyCtxPtr context(EVP_PKEY_CTX_new(&key, nullptr));
    require(EVP_PKEY_sign_init(context.get()) == 1 &&
            EVP_PKEY_CTX_set_signature_md(context.get(), evp_md(digest_algorithm)) == 1);
    if (scheme == SignatureScheme::rsa_pss)
        require(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PSS_PADDING) == 1 &&
                EVP_PKEY_CTX_set_rsa_pss_saltlen(context.get(), RSA_PSS_SALTLEN_DIGEST) == 1);
    std::size_t size = 0;
    require(EVP_PKEY_sign(context.get(), nullptr, &size, digest.data(), digest.size()) == 1);
    Bytes value(size);
    require(EVP_PKEY_sign(context.get(), value.data(), &size, digest.data(), digest.size()) == 1);
    value.resize(size);
    return value;
}

Signature sign_content(EVP_PKEY& key, const SignerProfile& signer, SignatureScheme scheme,
                       DigestAlgorithm digest_algorithm, BytesView content, const std::string& content_type,
                       std::int64_t signing_time) {
    const Bytes content_digest = digest(digest_algorithm, content);
    AttributeValues values;
    values.digest_algorithm = digest_algorithm;
    values.scheme = scheme;
    values.digest = content_digest;
    values.content_type = content_type;
    values.signing_time = signing_time;
    Bytes attributes = signed_attributes(signer, values);
    const Bytes input = signature_input(scheme, digest_algorithm, attributes);
    Bytes value =
        signs_message(scheme) ? sign_message(key, input) : sign_digest(key, scheme, digest_algorithm, input);
    return {&signer, digest_algorithm, scheme, std::move(attributes), std::move(value)};
}

Secret rsa_decrypt(EVP_PKEY& key, const KeyTransport& transport) {
    const EvpPkeyCtxPtr context(EVP_PKEY_CTX_new(&key, nullptr));
    require(EVP_PKEY_decrypt_init(context.get()) == 1);
    if (transport.padding == KeyTransport::Padding::oaep)
        require(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_OAEP_PADDING) == 1 &&
                EVP_PKEY_CTX_set_rsa_oaep_md(context.get(), evp_md(transport.oaep_digest)) == 1 &&
                EVP_PKEY_CTX_set_rsa_mgf1_md(context.get(), evp_md(transport.mgf1_digest)) == 1);
    if (!transport.label.empty()) {
        Bytes label = transport.label;
        const std::array parameters{
            OSSL_PARAM_construct_octet_string(OSSL_ASYM_CIPHER_PARAM_OAEP_LABEL, label.data(), label.size()),
            OSSL_PARAM_construct_end()};
        require(EVP_PKEY_CTX_set_params(context.get(), parameters.data()) == 1);
    }
    std::size_t size = static_cast<std::size_t>(EVP_PKEY_get_size(&key));
    Secret plain(size);
    const int done = EVP_PKEY_decrypt(context.get(), plain.data(), &size, transport.encrypted_key.data(),
                                      transport.encrypted_key.size());
    ERR_clear_error();
    if (done != 1)
        return {};
    plain.truncate(size);
    return plain;
}

Secret unwrap_for(const EnvelopedMessage& message, const Certificate& certificate, EVP_PKEY& key) {
    const std::size_t size = key_size(message.cipher);
    for (const Bytes& der : message.recipient_infos) {
        const RecipientInfo info = parse_recipient_info(der);
        if (const auto* transport = std::get_if<KeyTransport>(&info)) {
            if (!is_for(transport->recipient, certificate))
                continue;
            Secret decrypted = rsa_decrypt(key, *transport);
            if (decrypted.size() != size)
                throw Error(ErrorCode::cannot_decrypt, "the software token cannot decrypt");
            return decrypted;
        }
        const auto* agreement = std::get_if<KeyAgreement>(&info);
        for (std::size_t i = 0; agreement != nullptr && i < agreement->recipients.size(); ++i)
            if (is_for(agreement->recipients[i].identifier, certificate))
                return unwrap_agreed_key(*agreement, i, agree(key, agreement->originator_point), size);
    }
    throw Error(ErrorCode::cannot_decrypt, "not for this certificate");
}

Bytes open_message(BytesView message, const Certificate& certificate, EVP_PKEY& key) {
    const EnvelopedMessage parsed = parse_enveloped(message);
    return decrypt_content(parsed, unwrap_for(parsed, certificate, key));
}

}  // namespace signet::cms::test
