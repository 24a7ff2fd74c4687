#include "agent/audit_entry.h"
#include "agent/error.h"
#include "agent/handlers.h"
#include "agent/hex.h"
#include "agent/key_ability.h"
#include "agent/key_selection.h"
#include "agent/token_algorithms.h"
#include "agent/token_uri.h"
#include "cms/certification_request.h"
#include "cms/digest_stream.h"
#include "cms/signed_data_builder.h"

namespace signet::agent {

namespace {

/// The token may be looked at anew, or its process end, between the search for the key and its use.
constexpr int max_uses = 4;
/// Characters of a commonName (RFC 5280 appendix A.1).
constexpr std::size_t max_common_name = 64;

class RequestUse final : public KeyUse {
  public:
    RequestUse(const ChosenKey& chosen, cms::RequestSignature signature, cms::BytesView input)
        : m_chosen(chosen), m_signature(signature), m_input(input) {}

    void sent() noexcept override {}
    [[nodiscard]] bool accepts(const Answer& answer) const override {
        // Where the ID or label alone makes them a pair, a fresh process would do no better.
        return !m_chosen.shown.public_value.empty() ? verifies(answer) : true;
    }
    [[nodiscard]] bool verifies(const Answer& answer) const {
        return cms::signature_is_valid(m_chosen.public_key->get(), m_signature.scheme, m_signature.digest,
                                       m_input, cms::as_bytes(answer.signature));
    }

  private:
    const ChosenKey& m_chosen;
    cms::RequestSignature m_signature;
    cms::BytesView m_input;
};

cms::CertificateSubject subject_of(const protocol::RequestCertificate& wanted, const ScannedKey& key) {
    cms::CertificateSubject subject;
    subject.country = wanted.country();
    subject.organisation = wanted.organisation();
    subject.surname = wanted.surname();
    subject.given_name = wanted.given_name();
    subject.common_name = wanted.common_name();
    subject.emails.assign(wanted.email().begin(), wanted.email().end());
    subject.sign = key.sign;
    subject.decrypt = key.decrypt || key.derive;
    if (!subject.common_name.empty())
        return subject;
    if (wanted.kind() == protocol::MAILBOX)
        subject.common_name = wanted.email(0);
    else
        subject.common_name = wanted.given_name() +
                              (wanted.given_name().empty() || wanted.surname().empty() ? "" : " ") +
                              wanted.surname();
    // A name of its own choice is none that it would cut.
    if (subject.common_name.size() > max_common_name)
        subject.common_name.clear();
    return subject;
}

asio::awaitable<Answer> sign_once(Agent& agent, const Peer& peer, const ChosenKey& chosen,
                                  const cms::RequestSignature& signature, const cms::Bytes& info,
                                  Questions& questions) {
    const auto permit = agent.policy.require(peer, Operation::admin, chosen.identity.get());
    token::protocol::Request operation;
    auto& sign = *operation.mutable_sign();
    sign.set_scheme(token_scheme(signature.scheme));
    const auto input = cms::signature_input(signature.scheme, signature.digest, info);
    const bool signs_message = cms::signs_message(signature.scheme);
    if (!signs_message) {
        sign.set_hash(token_hash(signature.digest));
        sign.set_digest(input.data(), input.size());
    }
    if (signs_message || needs_message(*chosen.key, signature.scheme))
        sign.set_message(info.data(), info.size());
    RequestUse use(chosen, signature, input);
    auto answer = co_await agent.keys.run(permit, chosen.key, operation, &use, {.questions = &questions});
    if (answer.ok() && !use.verifies(answer))
        throw Error(
            protocol::TOKEN_FAILED,
            "the token's signature does not verify with the public key that has the ID of the private "
            "key: another key may share it",
            "see what `signet list` shows; mend the public key with the token's own tools");
    co_return answer;
}

bool is_absent(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const Error& error) {
        return error.status() == protocol::TOKEN_ABSENT;
    } catch (...) {
        return false;
    }
}

asio::awaitable<void> make_request(Agent& agent, const Peer& peer, const protocol::RequestCertificate& wanted,
                                   protocol::RequestCertificateReply& reply, AuditTrail& trail,
                                   Questions& questions) {
    const auto chosen = co_await find_key(agent, peer, wanted.key());
    if (!chosen.shown.sign)
        throw Error(
            protocol::TOKEN_CANNOT,
            "a request is signed with its key, and the key \"" + chosen.shown.label + "\" does not sign",
            "make a key with `signet token keygen --sign --decrypt`");
    const auto signature = cms::request_signature(*chosen.public_key);
    const auto info = cms::certification_request_info(subject_of(wanted, chosen.shown), *chosen.public_key);
    const auto hash = cms::digest(signature.digest, info);
    auto record = audit_entry(peer, "csr", chosen.identity.get(), chosen.token.get());
    record.digest_algorithm = cms::digest_name(signature.digest);
    record.digest = hex(cms::as_text(hash));
    trail.uses.assign(1, record);
    const auto answer = co_await sign_once(agent, peer, chosen, signature, info, questions);
    if (!answer.ok())
        refuse_failed(answer);
    const auto made = cms::certification_request(info, *chosen.public_key, cms::as_bytes(answer.signature));
    reply.set_certification_request(made.data(), made.size());
    record.detail = uri_of(*chosen.token, chosen.shown);
    co_await agent.audit->durable(agent.audit->submit(record));
    require_there(peer);
    ++agent.counters.signatures;
}

}  // namespace

asio::awaitable<void> handle_request_certificate(Agent& agent, const Peer& peer, protocol::Request& request,
                                                 protocol::Reply& reply, AuditTrail& trail) {
    std::exception_ptr failure;
    Questions questions;
    for (int use = 0; use < max_uses; ++use) {
        failure = nullptr;
        try {
            co_await make_request(agent, peer, request.request_certificate(),
                                  *reply.mutable_request_certificate(), trail, questions);
        } catch (...) {
            failure = std::current_exception();
        }
        if (!failure)
            co_return;
        if (!is_absent(failure))
            break;
    }
    std::rethrow_exception(failure);
}

}  // namespace signet::agent
