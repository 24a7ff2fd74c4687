// EnvelopedData or AuthEnvelopedData in, content out: the key is unwrapped by the agent, the content
// decrypted here.
#pragma once

#include <string>
#include <vector>

#include "client/agent_connection.h"
#include "cms/algorithms.h"
#include "cms/byte_stream.h"
#include "cms/bytes.h"

namespace signet::client {

/// Whether a content is opened that was encrypted with a cipher that anybody can break (cms::is_broken).
enum class BrokenCiphers { refused, opened };

/// What is known of a message besides its content.
struct OpenedMessage {
    /// Dotted decimal.
    std::string content_type;
    /// Whether an AEAD protected the content from alteration. If not, say so to whoever reads it.
    bool authenticated = false;
    /// Whose key opened it.
    std::string identity;
    cms::ContentCipher cipher{};
};

struct OpenedContent : OpenedMessage {
    cms::Bytes content;
};

/// Opens `message` (DER or BER of ContentInfo) with the key of `identity` (empty: whichever fits); `wait` as
/// in AgentConnection::unwrap. It is parsed before the agent is asked anything. Throws Error: 8 if it is not
/// CMS; 1, in the same words, whether the key cannot be unwrapped, is wrong, or the content was altered; 9 if
/// its cipher is not supported, or broken and refused; 4 if it is for nobody we are; else as
/// AgentConnection::unwrap.
[[nodiscard]] OpenedContent open_content(AgentConnection& agent, cms::BytesView message,
                                         const std::string& identity = {}, bool wait = false,
                                         BrokenCiphers broken = BrokenCiphers::refused);

/// The same for a message as it comes, in memory that its content does not decide: the agent is asked when
/// its head was read. What `plaintext` gets is nobody's before this returns: keep it to yourself until then,
/// and throw it away if anything is thrown. `plaintext_again` must feed all of it once more when asked.
/// Throws as above, and what source and sink throw.
[[nodiscard]] OpenedMessage open_content(AgentConnection& agent, const cms::ByteSource& message,
                                         const cms::ByteSink& plaintext,
                                         const cms::ContentSource& plaintext_again,
                                         const std::string& identity = {}, bool wait = false,
                                         BrokenCiphers broken = BrokenCiphers::refused);

/// What to tell a person about a content that is not id-data, where it is written as it is; empty if it is.
/// `how` it was wrapped: "encrypted".
[[nodiscard]] std::string content_type_warning(const std::string& content_type,
                                               const std::string& how = "encrypted");

/// What to tell a person of a content that was encrypted so: that it was not protected from alteration, and
/// not from being read either.
[[nodiscard]] std::vector<std::string> cipher_warnings(cms::ContentCipher cipher);

/// Error::what_failed of its errors.
inline constexpr char cannot_decrypt[] = "cannot decrypt";

/// What to tell a person about an OpenedContent that is not authenticated.
inline constexpr char unauthenticated_warning[] =
    "the content is encrypted, but nothing protects it from alteration: trust it as far as you trust the way "
    "it came";

}  // namespace signet::client
