#include "cms/content_encryption.h"

#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "cms/asn1/der.h"
#include "cms/content_cipher.h"
#include "cms/enveloped_data.h"
#include "cms/error.h"
#include "cms/openssl_error.h"
#include "cms/openssl_ptr.h"
#include "cms/recipient_info_writer.h"

namespace signet::cms {
namespace {

using asn1::Tag;

constexpr std::size_t encrypted_at_once = std::size_t{64} * 1024;
// ContentInfo, [0], and then the structure itself, which has the tag at its end.
constexpr std::size_t enveloped_data_enclosure = 2;

Secret random_key(std::size_t size) {
    Secret key(size);
    require_openssl(RAND_priv_bytes(key.data(), static_cast<int>(size)) == 1, "no randomness");
    return key;
}

Bytes random_iv(std::size_t size) {
    Bytes iv(size);
    require_openssl(RAND_bytes(iv.data(), static_cast<int>(size)) == 1, "no randomness");
    return iv;
}

// A nonce and the length of the tag for GCM (RFC 5084 section 3.2), the nonce alone for ChaCha20-Poly1305
// (RFC 8103 section 3), the IV for CBC (RFC 3565 section 4.1).
Bytes content_encryption_algorithm(ContentCipher cipher, BytesView iv) {
    Bytes parameters = asn1::tlv(Tag::octet_string, {iv});
    if (is_aead(cipher) && cipher != ContentCipher::chacha20_poly1305)
        parameters = asn1::tlv(Tag::sequence, {parameters, asn1::integer(aead_tag_size)});
    return asn1::tlv(Tag::sequence, {asn1::object_identifier(std::string(cipher_oid(cipher))), parameters});
}

Bytes recipient_info(const Certificate& recipient, const Secret& key, const EncryptOptions& options) {
    switch (recipient.key_kind()) {
        case KeyKind::rsa:
            return write_key_transport(recipient, key, options.rsa);
        case KeyKind::ec:
        case KeyKind::montgomery:
            return write_key_agreement(recipient, key);
        case KeyKind::edwards:
        case KeyKind::other:
            break;
    }
    throw Error(ErrorCode::unsupported, "nothing can be encrypted for " + recipient.subject() +
                                            ": its key is " + recipient.key_name());
}

std::uint64_t ciphertext_size(std::uint64_t content_size, ContentCipher cipher) noexcept {
    constexpr std::uint64_t block = 16;
    return is_aead(cipher) ? content_size : (content_size / block + 1) * block;
}

/// EnvelopedData: 0 with nothing but issuerAndSerialNumber and key transport, else 2 (RFC 5652 section 6.1).
/// AuthEnvelopedData: always 0 (RFC 5083 section 2.1).
std::uint32_t version_for(const std::vector<Certificate>& recipients, bool authenticated) {
    const bool transport_only = std::all_of(recipients.begin(), recipients.end(), [](const Certificate& c) {
        return c.key_kind() == KeyKind::rsa;
    });
    return authenticated || transport_only ? 0 : 2;
}

/// What stands around the encrypted content. The content is id-data, so that AuthEnvelopedData needs no
/// authenticated attributes (RFC 5083 section 2.1). The tag is not known yet.
std::vector<asn1::Enclosure> around_content(const std::vector<Certificate>& recipients, const Secret& key,
                                            BytesView iv, const EncryptOptions& options) {
    std::vector<Bytes> infos;
    infos.reserve(recipients.size());
    for (const Certificate& recipient : recipients)
        infos.push_back(recipient_info(recipient, key, options));
    const bool authenticated = is_aead(options.cipher);
    Bytes data = asn1::integer(version_for(recipients, authenticated));
    asn1::append(data, asn1::set_of(Tag::set, {infos.begin(), infos.end()}));
    Bytes content = asn1::object_identifier(NID_pkcs7_data);
    asn1::append(content, content_encryption_algorithm(options.cipher, iv));
    Bytes tag;
    if (authenticated)
        tag = asn1::tlv(Tag::octet_string, {Bytes(aead_tag_size)});
    return {{Tag::sequence, asn1::object_identifier(authenticated ? NID_id_smime_ct_authEnvelopedData
                                                                  : NID_pkcs7_enveloped)},
            {asn1::context(0)},
            {Tag::sequence, std::move(data), std::move(tag)},
            {Tag::sequence, std::move(content)}};
}

void check_size(ContentCipher cipher, std::uint64_t size) {
    if (size > max_content_size(cipher))
        throw Error(ErrorCode::unsupported, cipher == ContentCipher::chacha20_poly1305
                                                ? "ChaCha20-Poly1305 encrypts no content above 256 GiB"
                                                : "AES-GCM encrypts no content above 64 GiB");
}

}  // namespace

ContentEncryption::ContentEncryption(const std::vector<Certificate>& recipients,
                                     const EncryptOptions& options, std::optional<std::uint64_t> content_size,
                                     ByteSink message)
    : m_cipher(options.cipher),
      m_context(EVP_CIPHER_CTX_new()),
      m_buffer(encrypted_at_once + EVP_MAX_BLOCK_LENGTH) {
    if (recipients.empty())
        throw Error(ErrorCode::failed, "nobody to encrypt for");
    if (!is_written(m_cipher))
        throw Error(ErrorCode::unsupported,
                    "nothing new is encrypted with " + std::string(cipher_name(m_cipher)));
    check_size(m_cipher, content_size.value_or(0));
    const Secret key = random_key(key_size(m_cipher));
    const Bytes iv = random_iv(iv_size(m_cipher));
    require_openssl(m_context && EVP_EncryptInit_ex(m_context.get(), content_cipher(m_cipher).get(), nullptr,
                                                    key.data(), iv.data()) == 1,
                    "cannot encrypt");
    std::optional<std::uint64_t> size;
    if (content_size)
        size = ciphertext_size(*content_size, m_cipher);
    m_writer.emplace(std::move(message), around_content(recipients, key, iv, options),
                     asn1::context_primitive(0), size);
}

void ContentEncryption::update(BytesView content) {
    m_encrypted += content.size();
    check_size(m_cipher, m_encrypted);
    while (!content.empty()) {
        const BytesView piece = content.first(std::min(content.size(), encrypted_at_once));
        int size = 0;
        require_openssl(EVP_EncryptUpdate(m_context.get(), m_buffer.data(), &size, piece.data(),
                                          static_cast<int>(piece.size())) == 1,
                        "cannot encrypt");
        m_writer->update(BytesView(m_buffer).first(static_cast<std::size_t>(size)));
        content = content.subspan(piece.size());
    }
}

void ContentEncryption::finish() {
    int size = 0;
    require_openssl(EVP_EncryptFinal_ex(m_context.get(), m_buffer.data(), &size) == 1, "cannot encrypt");
    m_writer->update(BytesView(m_buffer).first(static_cast<std::size_t>(size)));
    if (is_aead(m_cipher)) {
        std::array<std::uint8_t, aead_tag_size> tag{};
        require_openssl(EVP_CIPHER_CTX_ctrl(m_context.get(), EVP_CTRL_AEAD_GET_TAG,
                                            static_cast<int>(tag.size()), tag.data()) == 1,
                        "cannot encrypt");
        m_writer->set_after(enveloped_data_enclosure, asn1::tlv(Tag::octet_string, {tag}));
    }
    m_writer->finish();
}

Bytes encrypt_content(BytesView content, const std::vector<Certificate>& recipients,
                      const EncryptOptions& options) {
    Bytes message;
    ContentEncryption encryption(recipients, options, content.size(), [&message, &content](BytesView piece) {
        // The first piece is all that is before the content.
        if (message.empty())
            message.reserve(piece.size() + content.size() + std::size_t{2} * EVP_MAX_BLOCK_LENGTH);
        asn1::append(message, piece);
    });
    encryption.update(content);
    encryption.finish();
    return message;
}

}  // namespace signet::cms
