#include "agent/audit_entry.h"
#include "agent/error.h"
#include "agent/handlers.h"
#include "agent/hex.h"
#include "agent/protocol/frame.h"
#include "cms/algorithms.h"
#include "cms/digest_stream.h"
#include "cms/signed_data_builder.h"

#include <algorithm>
#include <exception>

namespace signet::agent {

namespace {

/// Operations of one request under way at once: enough to keep every worker of several hosts busy.
constexpr std::size_t max_lanes = 32;
/// Room in a frame for everything but the signatures.
constexpr std::size_t reply_overhead = std::size_t{64} * 1024;

/// One who signs, for the whole request.
struct Signer {
    std::shared_ptr<const Identity> identity;
    Permit permit;
    cms::SignatureScheme scheme;
};

/// What is the same for all signatures of a request.
struct Task {
    Agent& agent;
    const Peer& peer;
    const protocol::Sign& request;
    std::vector<Signer> signers;
    cms::DigestAlgorithm digest_algorithm{};
    std::string content_type;
    std::int64_t signing_time = 0;
    /// Signatures of a digest stand together, in the order of the signers.
    std::vector<cms::Signature> signatures;
    /// Of the last record; those before it are durable when it is.
    AuditLog::Ticket ticket = 0;
    /// The first; it stops the rest.
    std::exception_ptr failure;
};

/// One faulty RSA signature gives the key away (Boneh, DeMillo, Lipton).
class RsaCheck final : public AnswerCheck {
  public:
    RsaCheck(const Identity& identity, cms::SignatureScheme scheme, cms::DigestAlgorithm algorithm,
             cms::BytesView hash)
        : m_identity(identity), m_scheme(scheme), m_algorithm(algorithm), m_hash(hash) {}
    [[nodiscard]] bool accepts(const Answer& answer) const override {
        return cms::signature_is_valid(*m_identity.certificate.public_key(), m_scheme, m_algorithm, m_hash,
                                       cms::as_bytes(answer.signature));
    }

  private:
    const Identity& m_identity;
    cms::SignatureScheme m_scheme;
    cms::DigestAlgorithm m_algorithm;
    cms::BytesView m_hash;
};

cms::DigestAlgorithm algorithm_of(protocol::DigestAlgorithm algorithm) {
    switch (algorithm) {
        case protocol::SHA384:
            return cms::DigestAlgorithm::sha384;
        case protocol::SHA512:
            return cms::DigestAlgorithm::sha512;
        default:
            return cms::DigestAlgorithm::sha256;
    }
}

token::protocol::Hash token_hash(cms::DigestAlgorithm algorithm) {
    switch (algorithm) {
        case cms::DigestAlgorithm::sha1:
            return token::protocol::HASH_SHA1;
        case cms::DigestAlgorithm::sha256:
            return token::protocol::HASH_SHA256;
        case cms::DigestAlgorithm::sha384:
            return token::protocol::HASH_SHA384;
        case cms::DigestAlgorithm::sha512:
            break;
    }
    return token::protocol::HASH_SHA512;
}

token::protocol::SignScheme token_scheme(cms::SignatureScheme scheme) {
    switch (scheme) {
        case cms::SignatureScheme::rsa_pkcs1:
            return token::protocol::RSA_PKCS1;
        case cms::SignatureScheme::rsa_pss:
            return token::protocol::RSA_PSS;
        case cms::SignatureScheme::ecdsa:
            break;
    }
    return token::protocol::ECDSA;
}

cms::IncludedCertificates included(protocol::CertificateSet set) {
    switch (set) {
        case protocol::SIGNER:
            return cms::IncludedCertificates::signer;
        case protocol::NONE:
            return cms::IncludedCertificates::none;
        default:
            return cms::IncludedCertificates::chain;
    }
}

cms::SignatureScheme scheme_for(const Key& key, protocol::RsaScheme rsa) {
    if (key.kind == cms::KeyKind::ec)
        return cms::SignatureScheme::ecdsa;
    return rsa == protocol::PSS ? cms::SignatureScheme::rsa_pss : cms::SignatureScheme::rsa_pkcs1;
}

void add_signer(Task& task, const std::string& text, std::int64_t now, protocol::SignReply& reply) {
    const auto& choice = task.agent.selector.signer(text, now);
    for (const auto& other : task.signers) {
        if (other.identity->key == choice.identity->key)
            throw Error(protocol::MALFORMED, "two of the signers are one key", "name each signer once");
    }
    for (const auto& warning : choice.warnings)
        reply.add_warning("skipped: " + warning);
    const auto permit = task.agent.policy.require(task.peer, Operation::sign, choice.identity.get());
    task.signers.push_back(
        {choice.identity, permit, scheme_for(*choice.identity->key, task.request.rsa_scheme())});
}

void add_signers(Task& task, std::int64_t now, protocol::SignReply& reply) {
    reply.clear_warning();
    task.signers.clear();
    if (task.request.identity().empty())
        add_signer(task, std::string(), now, reply);
    for (const auto& text : task.request.identity())
        add_signer(task, text, now, reply);
}

/// A token may have come since the last scan.
asio::awaitable<void> find_signers(Task& task, std::int64_t now, protocol::SignReply& reply) {
    bool found = true;
    try {
        add_signers(task, now, reply);
    } catch (const Error& error) {
        if (error.status() != protocol::NO_IDENTITY)
            throw;
        found = false;
    }
    if (found)
        co_return;
    co_await task.agent.hosts.refresh();
    add_signers(task, now, reply);
}

/// Known before anything is signed: a reply that does not fit would have spent signatures for nothing.
void check_reply_size(const Task& task, cms::IncludedCertificates certificates) {
    std::vector<const cms::SignerProfile*> profiles;
    std::size_t signature_size = 0;
    for (const auto& signer : task.signers) {
        profiles.push_back(&signer.identity->profile);
        signature_size = std::max(signature_size, signer.identity->key->signature_size);
    }
    const auto each = cms::signed_data_size_limit(profiles, signature_size, certificates);
    const auto count = static_cast<std::size_t>(task.request.digest_size());
    if (each > protocol::max_frame_size || count * each + reply_overhead > protocol::max_frame_size)
        throw Error(protocol::TOO_LARGE,
                    "the reply to " + std::to_string(count) + " digests would be above the size of a frame",
                    "send at most " + std::to_string((protocol::max_frame_size - reply_overhead) / each) +
                        " digests a request");
}

asio::awaitable<void> sign_one(Task& task, std::size_t index) {
    const auto& signer = task.signers[index % task.signers.size()];
    const auto& digest = task.request.digest(static_cast<int>(index / task.signers.size()));
    cms::AttributeValues values;
    values.digest_algorithm = task.digest_algorithm;
    values.scheme = signer.scheme;
    values.digest = cms::as_bytes(digest);
    values.content_type = task.content_type;
    values.signing_time = task.signing_time;
    auto attributes = cms::signed_attributes(signer.identity->profile, values);
    const auto hash = cms::digest(task.digest_algorithm, attributes);

    token::protocol::Request request;
    auto& operation = *request.mutable_sign();
    operation.set_scheme(token_scheme(signer.scheme));
    operation.set_hash(token_hash(task.digest_algorithm));
    operation.set_digest(hash.data(), hash.size());

    // The disk works while the token works.
    auto record = audit_entry(task.peer, "sign", signer.identity.get());
    record.digest_algorithm = cms::digest_name(task.digest_algorithm);
    record.digest = hex(digest);
    task.ticket = std::max(task.ticket, task.agent.audit->submit(record));

    const RsaCheck check(*signer.identity, signer.scheme, task.digest_algorithm, hash);
    const bool is_rsa = signer.scheme != cms::SignatureScheme::ecdsa;
    const auto answer =
        co_await task.agent.keys.run(signer.permit, signer.identity->key, request, is_rsa ? &check : nullptr);
    if (!answer.ok())
        refuse_failed(answer);
    const auto value = cms::as_bytes(answer.signature);
    task.signatures[index] = {&signer.identity->profile, task.digest_algorithm, signer.scheme,
                              std::move(attributes), cms::Bytes(value.begin(), value.end())};
}

/// Coroutines that share the signatures of a request.
struct Lanes {
    Lanes(Task& of, std::size_t count, Completion<bool> when_done)
        : task(of), running(count), done(std::move(when_done)) {}

    Task& task;
    std::size_t running;
    Completion<bool> done;
    std::size_t next = 0;
};

asio::awaitable<void> run_lane(std::shared_ptr<Lanes> lanes) {
    auto& task = lanes->task;
    try {
        while (!task.failure && lanes->next < task.signatures.size())
            co_await sign_one(task, lanes->next++);
    } catch (...) {
        if (!task.failure)
            task.failure = std::current_exception();
    }
    if (--lanes->running == 0)
        lanes->done.deliver(true);
}

asio::awaitable<void> sign_all(Task& task) {
    auto& loop = task.agent.loop;
    auto start = [&](Completion<bool> done) {
        const auto count = std::min(task.signatures.size(), max_lanes);
        const auto lanes = std::make_shared<Lanes>(task, count, std::move(done));
        for (std::size_t i = 0; i < count; ++i)
            asio::co_spawn(loop, run_lane(lanes), asio::detached);
    };
    co_await wait_for<bool>(loop, start);
    if (task.failure)
        std::rethrow_exception(task.failure);
}

void assemble(Task& task, cms::IncludedCertificates certificates, protocol::SignReply& reply) {
    const auto signers = static_cast<std::ptrdiff_t>(task.signers.size());
    for (auto first = task.signatures.begin(); first != task.signatures.end(); first += signers) {
        const std::vector<cms::Signature> together(std::make_move_iterator(first),
                                                   std::make_move_iterator(first + signers));
        const auto signed_data = cms::detached_signed_data(together, task.content_type, certificates);
        reply.add_signed_data(signed_data.data(), signed_data.size());
    }
}

}  // namespace

asio::awaitable<void> handle_sign(Agent& agent, const Peer& peer, protocol::Request& request,
                                  protocol::Reply& reply) {
    const auto& sign = request.sign();
    Task task{agent, peer, sign, {}, algorithm_of(sign.digest_algorithm()), sign.content_type(),
              now_in_seconds(), {}, 0, {}};
    if (task.content_type.empty())
        task.content_type = "1.2.840.113549.1.7.1";
    auto& result = *reply.mutable_sign();
    co_await find_signers(task, task.signing_time, result);
    const auto certificates = included(sign.certificates());
    check_reply_size(task, certificates);

    task.signatures.resize(static_cast<std::size_t>(sign.digest_size()) * task.signers.size());
    if (task.signatures.size() == 1)
        co_await sign_one(task, 0);
    else
        co_await sign_all(task);
    const auto made = task.signatures.size();
    assemble(task, certificates, result);
    co_await agent.audit->durable(task.ticket);
    agent.counters.signatures += made;
}

}  // namespace signet::agent
