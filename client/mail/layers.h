// A message within its layers of signatures and encryption: triple wrapping, and what mailing lists put
// around (RFC 2634 section 1.1).
#pragma once

#include "client/agent_connection.h"
#include "client/content_opener.h"
#include "client/mail/entity.h"
#include "cms/labels.h"
#include "cms/receipts.h"
#include "cms/signed_data_verifier.h"

#include <string>
#include <string_view>
#include <vector>

namespace signet::client::mail {

struct Layer {
    /// Else encrypted.
    bool is_signed = false;
    /// Signed: what the SignedData says. Its content is that of a receipt, else none.
    cms::SignedDataResult signed_data;
    /// Encrypted: with what, and whose key opened it.
    OpenedMessage opened;
};

struct Unwrapped {
    /// The outermost first.
    std::vector<Layer> layers;
    /// What is inside all of them, header and body; not to be shown before layers_fault() is empty.
    std::string entity;

    /// The innermost signature, which is the author's; null if nothing is signed.
    [[nodiscard]] const cms::SignedDataResult* author() const noexcept;
    /// The outermost signature, which may be a mailing list's; null if nothing is signed.
    [[nodiscard]] const cms::SignedDataResult* outermost() const noexcept;
    [[nodiscard]] bool has_encryption() const noexcept;
};

/// How the encrypted layers are opened: whose key (empty: whichever fits), and whether to wait for its token.
struct Opening {
    std::string identity;
    bool wait = false;
    BrokenCiphers broken = BrokenCiphers::refused;
};

/// Whether a part is signed or encrypted with S/MIME.
[[nodiscard]] bool is_signed_part(const Entity& entity);
[[nodiscard]] bool is_encrypted_part(const Entity& entity);

/// The signature around `entity`, a signed part, verified with `options`; whether it holds is in the result.
/// `inside` is what is signed, header and body; empty of a receipt. Throws Error or cms::Error for what is
/// malformed or no mail.
[[nodiscard]] Layer take_off_signature(const Entity& entity, const cms::VerifyOptions& options,
                                       std::string& inside);

/// Takes all layers of `message` off; the agent is asked where one is encrypted. What is compressed is
/// decompressed, and no layer. Signatures are verified with `options`; whether they hold is in the result.
/// Throws client::Error as open_content, Error or cms::Error for what is malformed, and Error(malformed)
/// above cms::max_layers.
[[nodiscard]] Unwrapped take_off_layers(AgentConnection& agent, const Entity& message,
                                        const cms::VerifyOptions& options, const Opening& opening);

/// Why the layers around `message` do not hold together: one clause, empty if they do. Every signature must
/// hold, the author be among `message`'s senders, and the labels of two signed layers be the same where both
/// have one.
[[nodiscard]] std::string layers_fault(const Unwrapped& unwrapped, const Entity& message);

/// The labels of all signed layers, the outermost first. Throws cms::Error(malformed).
[[nodiscard]] std::vector<cms::MessageLabel> labels_of(const Unwrapped& unwrapped);

}  // namespace signet::client::mail
