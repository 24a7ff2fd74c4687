#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <climits>

#include "cms/algorithm_identifier.h"
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

// A nonce and the length of the tag for GCM (RFC 5084 section 3.2), the IV for CBC (RFC 3565 section 4.1).
Bytes content_encryption_algorithm(ContentCipher cipher, BytesView iv) {
    const Bytes octets = asn1::tlv(Tag::octet_string, {iv});
    if (!is_aead(cipher))
        return algorithm_identifier(cipher_nid(cipher), octets);
    return algorithm_identifier(cipher_nid(cipher),
                                asn1::tlv(Tag::sequence, {octets, asn1::integer(gcm_tag_size)}));
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

/// Appends the ciphertext of `content` to `out`; `tag` is filled for an AEAD.
void append_ciphertext(Bytes& out, BytesView content, ContentCipher cipher, const Secret& key, BytesView iv,
                       std::array<std::uint8_t, gcm_tag_size>& tag) {
    const EvpCipherCtxPtr context(EVP_CIPHER_CTX_new());
    const std::size_t start = out.size();
    out.resize(start + content.size() + EVP_MAX_BLOCK_LENGTH);
    int size = 0;
    int rest = 0;
    require_openssl(
        context &&
            EVP_EncryptInit_ex(context.get(), evp_cipher(cipher), nullptr, key.data(), iv.data()) == 1 &&
            EVP_EncryptUpdate(context.get(), out.data() + start, &size, content.data(),
                              static_cast<int>(content.size())) == 1 &&
            EVP_EncryptFinal_ex(context.get(), out.data() + start + size, &rest) == 1,
        "cannot encrypt");
    out.resize(start + static_cast<std::size_t>(size) + static_cast<std::size_t>(rest));
    require_openssl(!is_aead(cipher) || EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG,
                                                            static_cast<int>(tag.size()), tag.data()) == 1,
                    "cannot encrypt");
}

std::size_t ciphertext_size(std::size_t content_size, ContentCipher cipher) noexcept {
    constexpr std::size_t block = 16;
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

}  // namespace

Bytes encrypt_content(BytesView content, const std::vector<Certificate>& recipients,
                      const EncryptOptions& options) {
    if (recipients.empty())
        throw Error(ErrorCode::failed, "nobody to encrypt for");
    if (content.size() > static_cast<std::size_t>(INT_MAX) - EVP_MAX_BLOCK_LENGTH)
        throw Error(ErrorCode::failed, "a content above 2 GiB in one piece");
    const bool authenticated = is_aead(options.cipher);
    const Secret key = random_key(key_size(options.cipher));
    const Bytes iv = random_iv(iv_size(options.cipher));

    std::vector<Bytes> infos;
    infos.reserve(recipients.size());
    for (const Certificate& recipient : recipients)
        infos.push_back(recipient_info(recipient, key, options));

    // The content is encrypted into its place: all heads before it are computed from its size. The content is
    // id-data, so that AuthEnvelopedData needs no authenticated attributes (RFC 5083 section 2.1).
    const std::size_t size = ciphertext_size(content.size(), options.cipher);
    const Bytes content_head = asn1::header(asn1::context_primitive(0), size);
    Bytes info_body = asn1::object_identifier(NID_pkcs7_data);
    asn1::append(info_body, content_encryption_algorithm(options.cipher, iv));
    asn1::append(info_body, content_head);
    const Bytes info_head = asn1::header(Tag::sequence, info_body.size() + size);

    Bytes data_body = asn1::integer(version_for(recipients, authenticated));
    asn1::append(data_body, asn1::set_of(Tag::set, {infos.begin(), infos.end()}));
    asn1::append(data_body, info_head);
    asn1::append(data_body, info_body);
    std::array<std::uint8_t, gcm_tag_size> tag{};
    const std::size_t mac_size = authenticated ? asn1::tlv(Tag::octet_string, {tag}).size() : 0;
    const std::size_t data_size = data_body.size() + size + mac_size;
    const Bytes data_head = asn1::header(Tag::sequence, data_size);
    const Bytes explicit_head = asn1::header(asn1::context(0), data_head.size() + data_size);
    const Bytes type =
        asn1::object_identifier(authenticated ? NID_id_smime_ct_authEnvelopedData : NID_pkcs7_enveloped);

    const std::size_t total = type.size() + explicit_head.size() + data_head.size() + data_size;
    Bytes out = asn1::header(Tag::sequence, total);
    out.reserve(out.size() + total + EVP_MAX_BLOCK_LENGTH);
    for (const BytesView piece :
         {BytesView(type), BytesView(explicit_head), BytesView(data_head), BytesView(data_body)})
        asn1::append(out, piece);
    append_ciphertext(out, content, options.cipher, key, iv, tag);
    if (authenticated)
        asn1::append(out, asn1::tlv(Tag::octet_string, {tag}));
    return out;
}

}  // namespace signet::cms
