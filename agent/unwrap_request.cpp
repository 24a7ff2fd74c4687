#include "agent/unwrap_request.h"

#include "agent/error.h"
#include "agent/token_algorithms.h"
#include "cms/enveloped_data.h"
#include "cms/key_transport.h"
#include "secret/secret.h"

#include <variant>

namespace signet::agent {

namespace {

using TokenRequest = token::protocol::Request;

/// Bytes of an RSA ciphertext and of an OAEP label, at most.
constexpr std::size_t max_ciphertext = 2048;
constexpr std::size_t max_label = 1024;

constexpr std::size_t own_key_size = 16;

TokenRequest decrypt_request(const cms::KeyTransport& transport) {
    if (transport.encrypted_key.size() > max_ciphertext || transport.label.size() > max_label)
        throw Error(protocol::MALFORMED, "the encrypted key or its label is too long",
                    "the message is damaged");
    TokenRequest request;
    auto& decrypt = *request.mutable_decrypt();
    decrypt.set_ciphertext(transport.encrypted_key.data(), transport.encrypted_key.size());
    if (transport.padding == cms::KeyTransport::Padding::pkcs1) {
        decrypt.set_scheme(token::protocol::DECRYPT_PKCS1);
        return request;
    }
    decrypt.set_scheme(token::protocol::DECRYPT_OAEP);
    decrypt.set_hash(token_hash(transport.oaep_digest));
    decrypt.set_mgf_hash(token_hash(transport.mgf1_digest));
    decrypt.set_label(transport.label.data(), transport.label.size());
    return request;
}

TokenRequest derive_request(const cms::KeyAgreement& agreement) {
    const auto curve = cms::curve_of_point(agreement.originator_point);
    TokenRequest request;
    auto& derive = *request.mutable_derive();
    derive.set_public_point(agreement.originator_point.data(), agreement.originator_point.size());
    derive.set_length(static_cast<std::uint32_t>(cms::shared_secret_size(curve)));
    return request;
}

}  // namespace

TokenRequest unwrap_request(const cms::RecipientInfo& info) {
    if (const auto* agreement = std::get_if<cms::KeyAgreement>(&info))
        return derive_request(*agreement);
    return decrypt_request(std::get<cms::KeyTransport>(info));
}

cms::RecipientInfo own_recipient_info(const cms::Certificate& certificate, const cms::RecipientInfo& like) {
    if (const auto* transport = std::get_if<cms::KeyTransport>(&like)) {
        auto own = *transport;
        // Whatever it is: the padding is random, and nobody uses it.
        own.encrypted_key = cms::transport_key(*certificate.public_key(), Secret(own_key_size), own);
        return own;
    }
    const std::string content = "nothing";
    const auto message = cms::encrypt_content(cms::as_bytes(content), {certificate}, {});
    return cms::parse_recipient_info(cms::parse_enveloped(message).recipient_infos.front());
}

}  // namespace signet::agent
