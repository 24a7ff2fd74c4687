#include "agent/audit_entry.h"
#include "agent/error.h"
#include "agent/handlers.h"
#include "agent/recipient_match.h"
#include "agent/token_algorithms.h"
#include "cms/enveloped_data.h"
#include "cms/error.h"
#include "cms/recipient_info.h"

#include <variant>

namespace signet::agent {

namespace {

/// Bytes of an RSA ciphertext and of an OAEP label, at most.
constexpr std::size_t max_ciphertext = 2048;
constexpr std::size_t max_label = 1024;

struct Unwrapping {
    Agent& agent;
    const Peer& peer;
    const RecipientMatch& match;
    Permit permit;
    std::size_t key_size;
    /// The true reason of a fault, for the audit log alone.
    std::string fault;
};

[[noreturn]] void refuse(Unwrapping& task, const std::string& reason) {
    task.agent.audit->submit(
        audit_failure(task.peer, "unwrap", task.match.identity.get(), protocol::CANNOT_UNWRAP, reason));
    throw Error(protocol::CANNOT_UNWRAP, "the key of this message cannot be unwrapped",
                "the message is damaged, or not for this key");
}

/// Whether the token has seen the ciphertext.
class SeenByToken final : public KeyUse {
  public:
    void sent() noexcept override { m_sent = true; }
    [[nodiscard]] bool accepts(const Answer&) const override { return true; }
    [[nodiscard]] bool was_sent() const noexcept { return m_sent; }

  private:
    bool m_sent = false;
};

asio::awaitable<Answer> ask_token(Unwrapping& task, token::protocol::Request& request) {
    co_return co_await task.agent.keys.run(task.permit, task.match.identity->key, request, nullptr);
}

/// As ask_token, but whatever goes wrong once the token has seen the ciphertext is an answer that is not OK.
asio::awaitable<Answer> ask_token_once_and_for_all(Unwrapping& task, token::protocol::Request& request) {
    SeenByToken seen;
    Answer failed;
    try {
        co_return co_await task.agent.keys.run(task.permit, task.match.identity->key, request, &seen);
    } catch (const Error& error) {
        if (!seen.was_sent())
            throw;
        failed.what = error.what();
    }
    co_return failed;
}

/// One path for good and bad padding (RFC 3218 section 2.3.2): what follows the token's answer is the same.
asio::awaitable<Secret> unwrap_pkcs1(Unwrapping& task, const cms::KeyTransport& transport) {
    token::protocol::Request request;
    auto& decrypt = *request.mutable_decrypt();
    decrypt.set_scheme(token::protocol::DECRYPT_PKCS1);
    decrypt.set_ciphertext(transport.encrypted_key.data(), transport.encrypted_key.size());
    const auto answer = co_await ask_token_once_and_for_all(task, request);
    task.fault = answer.ok() ? std::string() : answer.what;
    if (answer.ok() && answer.secret.size() != task.key_size)
        task.fault = "the decrypted key has another size than the content cipher's";
    co_return cms::key_or_implicit_rejection(answer.secret, answer.ok(), transport.encrypted_key,
                                             task.agent.rejection_secret, task.key_size);
}

asio::awaitable<Secret> unwrap_oaep(Unwrapping& task, const cms::KeyTransport& transport) {
    token::protocol::Request request;
    auto& decrypt = *request.mutable_decrypt();
    decrypt.set_scheme(token::protocol::DECRYPT_OAEP);
    decrypt.set_hash(token_hash(transport.oaep_digest));
    decrypt.set_mgf_hash(token_hash(transport.mgf1_digest));
    decrypt.set_label(transport.label.data(), transport.label.size());
    decrypt.set_ciphertext(transport.encrypted_key.data(), transport.encrypted_key.size());
    auto answer = co_await ask_token(task, request);
    if (!answer.ok())
        refuse(task, "OAEP: " + answer.what);
    if (answer.secret.size() != task.key_size)
        refuse(task, "OAEP: the decrypted key has another size than the content cipher's");
    co_return std::move(answer.secret);
}

asio::awaitable<Secret> unwrap_agreed(Unwrapping& task, const cms::KeyAgreement& agreement) {
    const auto own_point = public_value_of(task.match.identity->certificate);
    if (own_point.size() != agreement.originator_point.size())
        refuse(task, "ECDH: the originator's key is on another curve");
    const auto curve = cms::curve_of_point(agreement.originator_point);
    token::protocol::Request request;
    auto& derive = *request.mutable_derive();
    derive.set_public_point(agreement.originator_point.data(), agreement.originator_point.size());
    derive.set_length(static_cast<std::uint32_t>(cms::shared_secret_size(curve)));
    const auto answer = co_await ask_token(task, request);
    if (!answer.ok())
        refuse(task, "ECDH: " + answer.what);
    if (answer.secret.size() != cms::shared_secret_size(curve))
        refuse(task, "ECDH: the shared secret has a wrong size");
    std::string reason;
    try {
        co_return cms::unwrap_agreed_key(agreement, task.match.recipient, answer.secret, task.key_size);
    } catch (const cms::Error& error) {
        reason = error.what();
    }
    refuse(task, "ECDH: " + reason);
}

asio::awaitable<Secret> unwrap(Unwrapping& task) {
    if (const auto* agreement = std::get_if<cms::KeyAgreement>(&task.match.info))
        co_return co_await unwrap_agreed(task, *agreement);
    const auto& transport = std::get<cms::KeyTransport>(task.match.info);
    if (transport.encrypted_key.size() > max_ciphertext || transport.label.size() > max_label)
        throw Error(protocol::MALFORMED, "the encrypted key or its label is too long",
                    "the message is damaged");
    if (transport.padding == cms::KeyTransport::Padding::pkcs1)
        co_return co_await unwrap_pkcs1(task, transport);
    co_return co_await unwrap_oaep(task, transport);
}

[[noreturn]] void refuse_no_recipient(const std::vector<std::string>& unreadable) {
    std::string why = "no recipient of the message has a key on a token";
    for (const auto& reason : unreadable)
        why += "; " + reason;
    throw Error(protocol::NO_RECIPIENT, why, "insert the token, or see what `signet list` shows");
}

asio::awaitable<RecipientMatch> find_recipient(Agent& agent, const protocol::Unwrap& request) {
    std::vector<cms::BytesView> infos;
    for (const auto& info : request.recipient_info())
        infos.push_back(cms::as_bytes(info));
    std::vector<std::string> unreadable;
    auto match = match_recipient(infos, agent.selector.matching(request.identity()), unreadable);
    if (!match) {
        // A token may have come since the last scan.
        co_await agent.hosts.refresh();
        unreadable.clear();
        match = match_recipient(infos, agent.selector.matching(request.identity()), unreadable);
    }
    if (!match)
        refuse_no_recipient(unreadable);
    co_return std::move(*match);
}

}  // namespace

asio::awaitable<void> handle_unwrap(Agent& agent, const Peer& peer, protocol::Request& request,
                                    protocol::Reply& reply) {
    const auto& wanted = request.unwrap();
    const auto cipher =
        cms::parse_content_encryption_algorithm(cms::as_bytes(wanted.content_encryption_algorithm()));
    const auto match = co_await find_recipient(agent, wanted);
    const auto permit = agent.policy.require(peer, Operation::unwrap, match.identity.get());
    Unwrapping task{agent, peer, match, permit, cms::key_size(cipher), {}};
    const auto key = co_await unwrap(task);

    auto record = audit_entry(peer, "unwrap", match.identity.get());
    record.detail = task.fault;
    const auto ticket = agent.audit->submit(record);
    co_await agent.audit->durable(ticket);
    auto& result = *reply.mutable_unwrap();
    // The setter that protobuf generates would leave a copy behind that nobody wipes.
    result.mutable_key()->assign(key.reveal());
    result.set_recipient(static_cast<std::uint32_t>(match.index));
    result.set_identity(match.identity->fingerprint);
    ++agent.counters.unwrapped_keys;
}

}  // namespace signet::agent
