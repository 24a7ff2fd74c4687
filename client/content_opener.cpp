#include "client/content_opener.h"

#include <utility>

#include "cms/content_decryption.h"
#include "cms/content_types.h"
#include "cms/enveloped_data_reader.h"

namespace signet::client {

namespace {

/// One answer for every fault that has to do with a key: told apart, they would be a padding oracle (RFC
/// 3218).
Error cannot_open() {
    return {ExitStatus::answer_is_no, cannot_decrypt, "no key here opens it, or it was altered",
            "the agent's audit log may say more"};
}

UnwrappedKey unwrap(AgentConnection& agent, const cms::EnvelopedHead& message, const std::string& identity,
                    bool wait, BrokenCiphers broken) {
    if (cms::is_broken(message.cipher) && broken == BrokenCiphers::refused)
        throw Error(ExitStatus::other, cannot_decrypt,
                    "it is encrypted with " + std::string(cms::cipher_name(message.cipher)) +
                        ", which anybody can break",
                    "read it nevertheless with --legacy");
    try {
        return agent.unwrap(message.recipient_infos, message.content_encryption_algorithm, identity, wait);
    } catch (const Error& error) {
        if (error.exit_status() == ExitStatus::answer_is_no)
            throw cannot_open();
        throw;
    }
}

[[noreturn]] void throw_as_client_error(const cms::Error& error) {
    if (error.code() == cms::ErrorCode::cannot_decrypt)
        throw cannot_open();
    if (error.code() == cms::ErrorCode::malformed)
        throw Error(ExitStatus::malformed, cannot_decrypt, error.what(), "ask the sender to send it again");
    if (error.code() != cms::ErrorCode::unsupported)
        throw from_cms(error, cannot_decrypt);
    const Error known = from_cms(error, cannot_decrypt);
    throw Error(known.exit_status(), known.what_failed(), known.why(),
                "ask the sender to encrypt with AES-GCM or AES-CBC");
}

}  // namespace

OpenedContent open_content(AgentConnection& agent, cms::BytesView message, const std::string& identity,
                           bool wait, BrokenCiphers broken) {
    try {
        const cms::EnvelopedMessage parsed = cms::parse_enveloped(message);
        UnwrappedKey unwrapped = unwrap(agent, parsed, identity, wait, broken);
        return {{parsed.content_type, parsed.authenticated, std::move(unwrapped.identity), parsed.cipher},
                cms::decrypt_content(parsed, unwrapped.key)};
    } catch (const cms::Error& error) {
        throw_as_client_error(error);
    }
}

OpenedMessage open_content(AgentConnection& agent, const cms::ByteSource& message,
                           const cms::ByteSink& plaintext, const cms::ContentSource& plaintext_again,
                           const std::string& identity, bool wait, BrokenCiphers broken) {
    try {
        cms::EnvelopedDataReader reader(message);
        const cms::EnvelopedHead& head = reader.head();
        UnwrappedKey unwrapped = unwrap(agent, head, identity, wait, broken);
        cms::ContentDecryption decryption(head, unwrapped.key, plaintext);
        reader.read_content([&decryption](cms::BytesView piece) { decryption.update(piece); });
        decryption.finish(reader.read_rest(), plaintext_again);
        return {head.content_type, head.authenticated, std::move(unwrapped.identity), head.cipher};
    } catch (const cms::Error& error) {
        throw_as_client_error(error);
    }
}

std::string content_type_warning(const std::string& content_type, const std::string& how) {
    return content_type == cms::id_data ? std::string()
                                        : "what was " + how + " is not plain data but of type " +
                                              content_type + ": it is written as it is";
}

std::vector<std::string> cipher_warnings(cms::ContentCipher cipher) {
    std::vector<std::string> warnings;
    if (!cms::is_aead(cipher))
        warnings.emplace_back(unauthenticated_warning);
    if (!cms::is_written(cipher) && !cms::is_aead(cipher))
        warnings.push_back("it is encrypted with " + std::string(cms::cipher_name(cipher)) +
                           (cms::is_broken(cipher) ? ", which anybody can break"
                                                   : ", which is weak: ask the sender to encrypt with AES"));
    return warnings;
}

}  // namespace signet::client
