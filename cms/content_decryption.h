// The content of an encrypted message as it comes.
#pragma once

#include "cms/byte_stream.h"
#include "cms/content_cipher.h"
#include "cms/enveloped_data.h"
#include "cms/openssl_ptr.h"
#include "secret/secret.h"

namespace signet::cms {

/// Decrypts a content in constant memory, AES-CCM up to max_content_size. What goes to the sink is nobody's
/// plaintext before finish() returned: whoever has the sink keeps it to himself until then, and throws it
/// away if anything was thrown. One thread at a time.
class ContentDecryption {
  public:
    /// For the message with this head, with the content-encryption key that one of its recipients got. The
    /// pieces that `plaintext` gets are wiped afterwards. Throws Error(cannot_decrypt) for a key of another
    /// size, Error(malformed) for a head whose parts do not belong together, Error(failed).
    ContentDecryption(const EnvelopedHead& head, const Secret& key, ByteSink plaintext);
    ~ContentDecryption();
    ContentDecryption(const ContentDecryption&) = delete;
    ContentDecryption& operator=(const ContentDecryption&) = delete;

    /// The next piece of the encrypted content. Throws Error(cannot_decrypt), Error(unsupported) for AES-CCM
    /// above its bound, or what the sink does.
    void update(BytesView ciphertext);
    /// There is no more; once. Authenticated attributes stand behind the content and are authenticated before
    /// it (RFC 5083 section 2.2): with them, `plaintext_again` must feed all that the sink got once more.
    /// Throws Error(cannot_decrypt) if the key is wrong or anything was altered.
    void finish(const EnvelopedTail& tail, const ContentSource& plaintext_again);

  private:
    void finish_ccm(const EnvelopedTail& tail);
    [[nodiscard]] bool is_genuine(const EnvelopedTail& tail, const ContentSource& plaintext_again);

    ContentCipher m_cipher;
    EvpCipherPtr m_evp_cipher;
    Bytes m_iv;
    Secret m_key;
    ByteSink m_plaintext;
    EvpCipherCtxPtr m_context;
    Bytes m_buffer;
    /// AES-CCM only: all of the content.
    Bytes m_kept;
};

}  // namespace signet::cms
