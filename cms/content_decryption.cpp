#include <openssl/err.h>
#include <openssl/evp.h>

#include <climits>

#include "cms/content_cipher.h"
#include "cms/enveloped_data.h"
#include "cms/error.h"
#include "cms/openssl_error.h"
#include "cms/openssl_ptr.h"

namespace signet::cms {
namespace {

[[noreturn]] void throw_cannot_decrypt() {
    ERR_clear_error();
    throw Error(ErrorCode::cannot_decrypt, "the message cannot be decrypted");
}

/// Wipes the plaintext unless all of it turned out to be genuine.
class Plaintext {
  public:
    explicit Plaintext(std::size_t size) : m_bytes(size) {}
    ~Plaintext() { wipe(m_bytes.data(), m_bytes.size()); }
    Plaintext(const Plaintext&) = delete;
    Plaintext& operator=(const Plaintext&) = delete;

    [[nodiscard]] unsigned char* data() noexcept { return m_bytes.data(); }
    [[nodiscard]] Bytes release(std::size_t size) {
        wipe(m_bytes.data() + size, m_bytes.size() - size);
        m_bytes.resize(size);
        return std::move(m_bytes);
    }

  private:
    Bytes m_bytes;
};

bool set_tag(EVP_CIPHER_CTX* context, const EnvelopedMessage& message) {
    // OpenSSL only reads from it, whatever the signature says.
    auto* tag = const_cast<std::uint8_t*>(message.tag.data());
    int size = 0;
    const Bytes& attributes = message.authenticated_attributes;
    return EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, static_cast<int>(message.tag.size()), tag) ==
               1 &&
           (attributes.empty() || EVP_DecryptUpdate(context, nullptr, &size, attributes.data(),
                                                    static_cast<int>(attributes.size())) == 1);
}

}  // namespace

Bytes decrypt_content(const EnvelopedMessage& message, const Secret& key) {
    const Bytes& ciphertext = message.encrypted_content;
    // One block of padding may be added to what OpenSSL counts in int.
    if (ciphertext.size() > static_cast<std::size_t>(INT_MAX) - EVP_MAX_BLOCK_LENGTH ||
        message.authenticated_attributes.size() > static_cast<std::size_t>(INT_MAX))
        throw Error(ErrorCode::unsupported, "a content above 2 GiB in one piece");
    if (message.iv.size() != iv_size(message.cipher) ||
        (is_aead(message.cipher) && (!message.authenticated || !is_tag_size(message.tag.size()))))
        throw Error(ErrorCode::malformed, "an encrypted message whose parts do not belong together");
    if (key.size() != key_size(message.cipher))
        throw_cannot_decrypt();

    const EvpCipherCtxPtr context(EVP_CIPHER_CTX_new());
    require_openssl(context && EVP_DecryptInit_ex(context.get(), evp_cipher(message.cipher), nullptr,
                                                  key.data(), message.iv.data()) == 1,
                    "cannot start to decrypt");
    Plaintext plaintext(ciphertext.size() + EVP_MAX_BLOCK_LENGTH);
    int size = 0;
    int rest = 0;
    const bool genuine = (!is_aead(message.cipher) || set_tag(context.get(), message)) &&
                         EVP_DecryptUpdate(context.get(), plaintext.data(), &size, ciphertext.data(),
                                           static_cast<int>(ciphertext.size())) == 1 &&
                         EVP_DecryptFinal_ex(context.get(), plaintext.data() + size, &rest) == 1;
    if (!genuine)
        throw_cannot_decrypt();
    return plaintext.release(static_cast<std::size_t>(size) + static_cast<std::size_t>(rest));
}

}  // namespace signet::cms
