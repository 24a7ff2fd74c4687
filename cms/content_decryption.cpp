#include "cms/content_decryption.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include <algorithm>
#include <utility>

#include "cms/ccm.h"
#include "cms/error.h"
#include "cms/openssl_error.h"

namespace signet::cms {
namespace {

constexpr std::size_t decrypted_at_once = std::size_t{64} * 1024;

[[noreturn]] void throw_cannot_decrypt() {
    ERR_clear_error();
    throw Error(ErrorCode::cannot_decrypt, "the message cannot be decrypted");
}

/// Wipes the plaintext unless all of it turned out to be genuine.
class Plaintext {
  public:
    /// It never grows: what it grew out of would not be wiped.
    explicit Plaintext(std::size_t size) { m_bytes.reserve(size); }
    ~Plaintext() { wipe(m_bytes.data(), m_bytes.size()); }
    Plaintext(const Plaintext&) = delete;
    Plaintext& operator=(const Plaintext&) = delete;

    [[nodiscard]] Bytes& bytes() noexcept { return m_bytes; }

  private:
    Bytes m_bytes;
};

template <typename Take>
void in_pieces(BytesView bytes, const Take& take) {
    while (!bytes.empty()) {
        const BytesView piece = bytes.first(std::min(bytes.size(), decrypted_at_once));
        take(piece);
        bytes = bytes.subspan(piece.size());
    }
}

}  // namespace

ContentDecryption::ContentDecryption(const EnvelopedHead& head, const Secret& key, ByteSink plaintext)
    : m_cipher(head.cipher),
      m_evp_cipher(content_cipher(head.cipher)),
      m_iv(head.iv),
      m_plaintext(std::move(plaintext)),
      m_context(EVP_CIPHER_CTX_new()),
      m_buffer(decrypted_at_once + EVP_MAX_BLOCK_LENGTH) {
    if (!is_iv_size(head.cipher, head.iv.size()) || is_aead(head.cipher) != head.authenticated)
        throw Error(ErrorCode::malformed, "an encrypted message whose parts do not belong together");
    if (key.size() != key_size(head.cipher))
        throw_cannot_decrypt();
    m_key = key.clone();
    if (is_ccm(m_cipher))
        return;
    require_openssl(m_context && EVP_DecryptInit_ex(m_context.get(), m_evp_cipher.get(), nullptr,
                                                    m_key.data(), m_iv.data()) == 1,
                    "cannot start to decrypt");
}

ContentDecryption::~ContentDecryption() {
    wipe(m_buffer.data(), m_buffer.size());
    wipe(m_kept.data(), m_kept.size());
}

void ContentDecryption::update(BytesView ciphertext) {
    if (is_ccm(m_cipher)) {
        if (ciphertext.size() > max_content_size(m_cipher) - m_kept.size())
            throw Error(ErrorCode::unsupported, "a content above 8 MiB under AES-CCM is not supported");
        m_kept.insert(m_kept.end(), ciphertext.begin(), ciphertext.end());
        return;
    }
    in_pieces(ciphertext, [this](BytesView piece) {
        int size = 0;
        if (EVP_DecryptUpdate(m_context.get(), m_buffer.data(), &size, piece.data(),
                              static_cast<int>(piece.size())) != 1)
            throw_cannot_decrypt();
        if (size > 0)
            m_plaintext(BytesView(m_buffer).first(static_cast<std::size_t>(size)));
    });
}

// OpenSSL takes authenticated attributes before the content only. Encrypting the content once more with them
// gives the tag that it must have.
bool ContentDecryption::is_genuine(const EnvelopedTail& tail, const ContentSource& plaintext_again) {
    const EvpCipherCtxPtr context(EVP_CIPHER_CTX_new());
    int size = 0;
    const auto encrypt = [&](std::uint8_t* out, BytesView piece) {
        require_openssl(
            EVP_EncryptUpdate(context.get(), out, &size, piece.data(), static_cast<int>(piece.size())) == 1,
            "cannot authenticate");
    };
    require_openssl(context && EVP_EncryptInit_ex(context.get(), m_evp_cipher.get(), nullptr, m_key.data(),
                                                  m_iv.data()) == 1,
                    "cannot authenticate");
    in_pieces(tail.authenticated_attributes, [&](BytesView piece) { encrypt(nullptr, piece); });
    plaintext_again([&](BytesView plaintext) {
        in_pieces(plaintext, [&](BytesView piece) { encrypt(m_buffer.data(), piece); });
    });
    Bytes tag(tail.tag.size());
    require_openssl(EVP_EncryptFinal_ex(context.get(), m_buffer.data(), &size) == 1 &&
                        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG,
                                            static_cast<int>(tag.size()), tag.data()) == 1,
                    "cannot authenticate");
    return CRYPTO_memcmp(tag.data(), tail.tag.data(), tag.size()) == 0;
}

void ContentDecryption::finish_ccm(const EnvelopedTail& tail) {
    if (!ccm_decrypt(*m_evp_cipher, m_key, {m_iv, tail.authenticated_attributes, tail.tag}, m_kept))
        throw_cannot_decrypt();
    if (!m_kept.empty())
        m_plaintext(m_kept);
}

void ContentDecryption::finish(const EnvelopedTail& tail, const ContentSource& plaintext_again) {
    if (is_aead(m_cipher) && !is_tag_size(tail.tag.size()))
        throw Error(ErrorCode::malformed, "an encrypted message whose parts do not belong together");
    if (is_ccm(m_cipher))
        return finish_ccm(tail);
    if (!tail.authenticated_attributes.empty() && is_aead(m_cipher)) {
        if (!is_genuine(tail, plaintext_again))
            throw_cannot_decrypt();
        return;
    }
    // OpenSSL only reads from it, whatever the signature says.
    auto* tag = const_cast<std::uint8_t*>(tail.tag.data());
    int rest = 0;
    const bool genuine =
        (!is_aead(m_cipher) || EVP_CIPHER_CTX_ctrl(m_context.get(), EVP_CTRL_AEAD_SET_TAG,
                                                   static_cast<int>(tail.tag.size()), tag) == 1) &&
        EVP_DecryptFinal_ex(m_context.get(), m_buffer.data(), &rest) == 1;
    if (!genuine)
        throw_cannot_decrypt();
    if (rest > 0)
        m_plaintext(BytesView(m_buffer).first(static_cast<std::size_t>(rest)));
}

Bytes decrypt_content(const EnvelopedMessage& message, const Secret& key) {
    Plaintext plaintext(message.encrypted_content.size());
    ContentDecryption decryption(message, key, appending_to(plaintext.bytes()));
    decryption.update(message.encrypted_content);
    decryption.finish(message, [&](const ByteSink& feed) { feed(plaintext.bytes()); });
    return std::move(plaintext.bytes());
}

}  // namespace signet::cms
