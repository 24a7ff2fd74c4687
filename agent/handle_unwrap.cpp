#include "agent/audit_entry.h"
#include "agent/error.h"
#include "agent/handlers.h"
#include "agent/recipient_match.h"
#include "agent/token_wait.h"
#include "agent/unwrap_request.h"
#include "cms/enveloped_data.h"
#include "cms/error.h"
#include "cms/recipient_info.h"

#include <algorithm>
#include <variant>

namespace signet::agent {

namespace {

/// A token that is well answers the first; the other is for a process that ended meanwhile.
constexpr int failures_of_check = 2;

struct Unwrapping {
    Agent& agent;
    const RecipientMatch& match;
    Permit permit;
    std::size_t key_size;
    bool waits;
    /// That had the input, in this order.
    std::vector<std::shared_ptr<const TokenState>> tokens{};
    /// The true reason of a fault, for the audit log alone.
    std::string fault{};
    Questions questions{};

    [[nodiscard]] AuditRecord record(const Peer& peer, const TokenState* token) const {
        return audit_entry(peer, "unwrap", match.identity.get(), token);
    }
};

[[noreturn]] void refuse(Unwrapping& task, const std::string& reason) {
    task.fault = reason;
    throw Error(protocol::CANNOT_UNWRAP, "the key of this message cannot be unwrapped",
                "the message is damaged, or not for this key");
}

/// Whether the token has seen the input.
class SeenByToken final : public KeyUse {
  public:
    explicit SeenByToken(Unwrapping& task) : m_task(task) {}

    void sent() noexcept override {
        m_sent = true;
        if (m_task.tokens.empty() || !is_same_place(*m_task.tokens.back(), *token()))
            m_task.tokens.push_back(token());
    }
    [[nodiscard]] bool accepts(const Answer&) const override { return true; }
    [[nodiscard]] bool was_sent() const noexcept { return m_sent; }

  private:
    Unwrapping& m_task;
    bool m_sent = false;
};

bool is_about_token(protocol::Status status) {
    return status == protocol::TOKEN_ABSENT || status == protocol::TOKEN_FAILED ||
           status == protocol::TOKEN_CANNOT;
}

/// Once the token has seen the input, whatever it fails of is an answer that is not OK. What comes of a
/// person (PIN_*) is thrown.
asio::awaitable<Answer> try_input(Unwrapping& task, int failures, bool asks_for_another) {
    auto request = unwrap_request(task.match.info);
    SeenByToken seen(task);
    Answer answer;
    try {
        answer = co_await task.agent.keys.run(task.permit, task.match.identity->key, request, &seen,
                                              {failures, task.waits, asks_for_another, &task.questions});
    } catch (const Error& error) {
        if (!seen.was_sent() || !is_about_token(error.status()))
            throw;
        answer.what = error.what();
    }
    // No token has it: then it is not the input that failed.
    if (task.tokens.empty())
        refuse_failed(answer);
    co_return answer;
}

/// Where what nobody but us has made goes first.
class OwnInput final : public KeyUse {
  public:
    void sent() noexcept override {
        if (!m_first)
            m_first = token();
    }
    [[nodiscard]] bool accepts(const Answer&) const override { return true; }
    [[nodiscard]] bool has_moved() const { return m_first && !is_same_place(*m_first, *token()); }

  private:
    std::shared_ptr<const TokenState> m_first;
};

/// Throws Error unless a token opens what nobody but us has made. Whether another one failed of it.
asio::awaitable<bool> check_token(Unwrapping& task) {
    auto request = unwrap_request(own_recipient_info(task.match.identity->certificate, task.match.info));
    OwnInput use;
    const auto answer = co_await task.agent.keys.run(task.permit, task.match.identity->key, request, &use,
                                                     {failures_of_check, task.waits, true, &task.questions});
    if (answer.fate == Fate::answered && answer.outcome == token::protocol::INPUT_REFUSED)
        throw Error(
            protocol::TOKEN_CANNOT,
            "the token cannot do this: it refuses what we encrypt to it in the same way, " + answer.what,
            "ask the sender to encrypt in another way");
    if (!answer.ok())
        refuse_failed(answer);
    co_return use.has_moved();
}

bool has_label(const cms::RecipientInfo& info) {
    const auto* transport = std::get_if<cms::KeyTransport>(&info);
    return transport != nullptr && !transport->label.empty();
}

/// The token's answer, which is the input's fault if it is not OK.
asio::awaitable<Answer> ask_token(Unwrapping& task) {
    auto answer = co_await try_input(task, KeyOperations::max_failures, false);
    if (answer.ok())
        co_return answer;
    task.fault = answer.what;
    if (answer.fate == Fate::answered && answer.outcome == token::protocol::INPUT_REFUSED) {
        // SoftHSM decrypts as if there were no label.
        if (has_label(task.match.info))
            co_await check_token(task);
        co_return answer;
    }
    // A card that was pulled, a module that crashes: but a stranger's bytes may be what it fails of, and a
    // status that told of that would be a padding oracle. So it tells how the token does with bytes of our
    // own.
    const bool is_tokens_doing = co_await check_token(task);
    // One is well: then this was the input's fault, or has passed, or the other one fails of any input.
    task.fault.clear();
    co_return co_await try_input(task, 1, is_tokens_doing);
}

/// One path for good and bad padding (RFC 3218 section 2.3.2): what follows the token's answer is the same.
asio::awaitable<Secret> unwrap_pkcs1(Unwrapping& task, const cms::KeyTransport& transport) {
    const auto answer = co_await ask_token(task);
    task.fault = answer.ok() ? std::string() : answer.what;
    if (answer.ok() && answer.secret.size() != task.key_size)
        task.fault = "the decrypted key has another size than the content cipher's";
    co_return cms::key_or_implicit_rejection(answer.secret, answer.ok(), transport.encrypted_key,
                                             task.agent.rejection_secret, task.key_size);
}

asio::awaitable<Secret> unwrap_oaep(Unwrapping& task) {
    auto answer = co_await ask_token(task);
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
    const auto answer = co_await ask_token(task);
    if (!answer.ok())
        refuse(task, "ECDH: " + answer.what);
    if (answer.secret.size() != cms::shared_secret_size(cms::curve_of_point(agreement.originator_point)))
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
    if (transport.padding == cms::KeyTransport::Padding::pkcs1)
        co_return co_await unwrap_pkcs1(task, transport);
    co_return co_await unwrap_oaep(task);
}

bool is_named_among(const std::vector<cms::RecipientIdentifier>& recipients, const Identity& identity) {
    return std::any_of(recipients.begin(), recipients.end(), [&](const cms::RecipientIdentifier& recipient) {
        return recipient == cms::RecipientIdentifier{identity.issuer_and_serial, {}} ||
               (!recipient.subject_key_identifier.empty() &&
                recipient == cms::RecipientIdentifier{{}, identity.subject_key_identifier});
    });
}

/// Why what is encrypted to one of `identities` is in a way that is not supported; empty if it is to none.
std::string unsupported_for(const std::vector<std::shared_ptr<const Identity>>& identities,
                            const std::vector<cms::BytesView>& infos) {
    for (const auto& info : infos) {
        try {
            static_cast<void>(cms::parse_recipient_info(info));
        } catch (const cms::Error& error) {
            if (error.code() != cms::ErrorCode::unsupported)
                continue;
            const auto recipients = cms::recipients_named(info);
            if (std::any_of(identities.begin(), identities.end(),
                            [&](const auto& identity) { return is_named_among(recipients, *identity); }))
                return error.what();
        }
    }
    return {};
}

/// Throws Error(TOKEN_ABSENT) if the message is for an identity whose token is absent, or no token is there.
void refuse_absent(Agent& agent, const std::string& identity, const std::vector<cms::BytesView>& infos) {
    std::vector<std::string> unreadable;
    if (const auto match = match_recipient(infos, agent.selector.absent(identity), unreadable))
        throw Error(protocol::TOKEN_ABSENT,
                    "token \"" + match->identity->places.front().token->label + "\" with " +
                        match->identity->description() + " is not there",
                    "insert it, or wait for it with --wait");
    if (!agent.hosts.catalogue().has_token())
        throw Error(protocol::TOKEN_ABSENT, "no token is there", "insert one, or see `signet status`");
}

[[noreturn]] void refuse_no_recipient(Agent& agent, const std::string& identity,
                                      const std::vector<cms::BytesView>& infos,
                                      const std::vector<std::string>& unreadable) {
    const auto why_unsupported = unsupported_for(agent.selector.matching(identity), infos);
    if (!why_unsupported.empty())
        throw Error(protocol::INTERNAL, why_unsupported,
                    "ask the sender to encrypt with RSA (PKCS#1 v1.5 or OAEP) or ephemeral-static ECDH, with "
                    "SHA-1 or "
                    "SHA-2 from 256 bits and AES");
    refuse_absent(agent, identity, infos);
    if (!identity.empty() && agent.selector.matching(identity).empty())
        throw Error(protocol::NO_IDENTITY, "no identity matches \"" + identity + "\"",
                    "see what `signet list` shows");
    std::string why = identity.empty() ? "no recipient of the message has a key on a token"
                                       : "the message is not for \"" + identity + "\"";
    for (const auto& reason : unreadable)
        why += "; " + reason;
    throw Error(protocol::NO_RECIPIENT, why, "insert the token, or see what `signet list` shows");
}

bool may_come_with_a_token(protocol::Status status) {
    return status == protocol::TOKEN_ABSENT || status == protocol::NO_RECIPIENT ||
           status == protocol::NO_IDENTITY;
}

asio::awaitable<RecipientMatch> find_recipient(Agent& agent, const Peer& peer,
                                               const protocol::Unwrap& request) {
    std::vector<cms::BytesView> infos;
    for (const auto& info : request.recipient_info())
        infos.push_back(cms::as_bytes(info));
    std::vector<std::string> unreadable;
    auto match = match_recipient(infos, agent.selector.matching(request.identity()), unreadable);
    if (!match)
        // A token may have come since the last scan.
        co_await agent.hosts.refresh();
    while (!match) {
        unreadable.clear();
        match = match_recipient(infos, agent.selector.matching(request.identity()), unreadable);
        if (match)
            break;
        try {
            refuse_no_recipient(agent, request.identity(), infos, unreadable);
        } catch (const Error& error) {
            if (!request.wait() || !may_come_with_a_token(error.status()))
                throw;
        }
        co_await wait_for_token(agent.hosts, peer);
    }
    co_return std::move(*match);
}

}  // namespace

asio::awaitable<void> handle_unwrap(Agent& agent, const Peer& peer, protocol::Request& request,
                                    protocol::Reply& reply, AuditTrail& trail) {
    const auto& wanted = request.unwrap();
    const auto cipher =
        cms::parse_content_encryption_algorithm(cms::as_bytes(wanted.content_encryption_algorithm()));
    const auto match = co_await find_recipient(agent, peer, wanted);
    const auto permit = agent.policy.require(peer, Operation::unwrap, match.identity.get());
    Unwrapping task{agent, match, permit, cms::key_size(cipher), wanted.wait()};
    Secret key;
    AuditLog::Ticket done = 0;
    try {
        key = co_await unwrap(task);
        auto record = task.record(peer, task.tokens.back().get());
        record.detail = task.fault;
        done = agent.audit->submit(record);
        co_await agent.audit->durable(done);
        require_there(peer);
    } catch (...) {
        for (const auto& token : task.tokens)
            trail.uses.push_back(task.record(peer, token.get()));
        if (task.tokens.empty())
            trail.uses.push_back(task.record(peer, nullptr));
        for (auto& use : trail.uses)
            use.begun = done;
        if (done == 0)
            trail.reason = task.fault;
        throw;
    }
    auto& result = *reply.mutable_unwrap();
    // The setter that protobuf generates would leave a copy behind that nobody wipes.
    result.mutable_key()->assign(key.reveal());
    result.set_recipient(static_cast<std::uint32_t>(match.index));
    result.set_identity(match.identity->fingerprint);
    ++agent.counters.unwrapped_keys;
}

}  // namespace signet::agent
