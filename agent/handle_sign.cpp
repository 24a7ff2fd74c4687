#include "agent/audit_entry.h"
#include "agent/error.h"
#include "agent/handlers.h"
#include "agent/hex.h"
#include "agent/key_ability.h"
#include "agent/requested_attributes.h"
#include "agent/signers.h"
#include "agent/spawn.h"
#include "agent/token_algorithms.h"
#include "cms/algorithms.h"
#include "cms/content_types.h"
#include "cms/signed_data_builder.h"

#include <algorithm>
#include <exception>
#include <optional>

namespace signet::agent {

namespace {

/// Operations of one request under way at once: enough to keep every worker of several hosts busy.
constexpr std::size_t max_lanes = 32;

/// What is the same for all signatures of a request.
struct Task {
    Agent& agent;
    const Peer& peer;
    const protocol::Sign& request;
    std::vector<Signer> signers{};
    cms::DigestAlgorithm digest_algorithm{};
    std::string content_type{};
    std::int64_t signing_time = 0;
    /// None as long as nobody knows who signs.
    std::optional<RequestedAttributes> attributes{};
    /// Signatures of a digest stand together, in the order of the signers.
    std::vector<cms::Signature> signatures{};
    /// The first record of each; 0 before it is begun.
    std::vector<AuditLog::Ticket> begun{};
    /// Of every record: one may be lost although a later one, in a log opened anew, is not.
    std::vector<AuditLog::Ticket> tickets{};
    /// The first; it stops the rest.
    std::exception_ptr failure{};
    /// Which signature's it was, of several.
    std::optional<std::size_t> failed{};
    Questions questions{};

    [[nodiscard]] const Signer& signer(std::size_t index) const { return signers[index % signers.size()]; }
    [[nodiscard]] const std::string& digest(std::size_t index) const {
        return request.digest(static_cast<int>(index / signers.size()));
    }
};

const char* operation_of(const Task& task) noexcept {
    return task.request.countersign() ? "countersign" : "sign";
}

AuditRecord record_of(const Task& task, std::size_t index, const TokenState* token) {
    auto record = audit_entry(task.peer, operation_of(task), task.signer(index).identity.get(), token);
    record.digest_algorithm = cms::digest_name(task.digest_algorithm);
    record.digest = hex(task.digest(index));
    if (task.attributes)
        record.attributes = task.attributes->summary();
    return record;
}

/// One signature: recorded while the token works, checked when it has.
class SignatureUse final : public KeyUse {
  public:
    SignatureUse(Task& task, std::size_t index, cms::BytesView input)
        : m_task(task), m_index(index), m_input(input) {}

    void sent() noexcept override {
        try {
            // A fresh process may have it again; another token is another record.
            if (m_recorded && is_same_place(*token(), *m_recorded))
                return;
            m_recorded = token();
            auto record = record_of(m_task, m_index, m_recorded.get());
            record.outcome = "begun";
            record.begun = m_task.begun[m_index];
            // Alone, it is on disk when the token has signed. Among others, one write for several signatures
            // leaves the processors to the token.
            const bool alone = m_task.agent.hosts.outstanding() <= 1;
            const auto ticket = m_task.agent.audit->submit(
                record, alone ? AuditLog::Write::now : AuditLog::Write::when_awaited);
            m_task.tickets.push_back(ticket);
            if (m_task.begun[m_index] == 0)
                m_task.begun[m_index] = ticket;
        } catch (...) {
            m_failure = std::current_exception();
        }
    }

    [[nodiscard]] bool accepts(const Answer& answer) const override {
        // One faulty RSA signature gives the key away (Boneh, DeMillo, Lipton), and so does one of EdDSA,
        // which takes the same nonce for the same message. With ECDSA a handle may have come to name another
        // key, or the token may give garbage: what does not verify helps nobody.
        const auto& signer = m_task.signer(m_index);
        return cms::signature_is_valid(*signer.identity->certificate.public_key(), signer.scheme,
                                       m_task.digest_algorithm, m_input, cms::as_bytes(answer.signature));
    }

    [[nodiscard]] bool is_given_up() const override { return m_task.failure != nullptr; }

    /// Throws what the audit log threw: then nothing may leave.
    void check_recorded() const {
        if (m_failure)
            std::rethrow_exception(m_failure);
    }

  private:
    Task& m_task;
    std::size_t m_index;
    cms::BytesView m_input;
    /// The token of the last record.
    std::shared_ptr<const TokenState> m_recorded;
    std::exception_ptr m_failure;
};

cms::DigestAlgorithm algorithm_of(protocol::DigestAlgorithm algorithm) {
    switch (algorithm) {
        case protocol::SHA384:
            return cms::DigestAlgorithm::sha384;
        case protocol::SHA512:
            return cms::DigestAlgorithm::sha512;
        case protocol::SHAKE256:
            return cms::DigestAlgorithm::shake256;
        default:
            return cms::DigestAlgorithm::sha256;
    }
}

protocol::DigestAlgorithm wire_digest(cms::DigestAlgorithm algorithm) {
    switch (algorithm) {
        case cms::DigestAlgorithm::sha384:
            return protocol::SHA384;
        case cms::DigestAlgorithm::sha512:
            return protocol::SHA512;
        case cms::DigestAlgorithm::shake256:
            return protocol::SHAKE256;
        case cms::DigestAlgorithm::sha1:
        case cms::DigestAlgorithm::md5:
        case cms::DigestAlgorithm::sha224:
        case cms::DigestAlgorithm::sha256:
            break;
    }
    return protocol::SHA256;
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

asio::awaitable<void> sign_one(Task& task, std::size_t index) {
    const auto& signer = task.signer(index);
    cms::AttributeValues values;
    values.digest_algorithm = task.digest_algorithm;
    values.scheme = signer.scheme;
    values.digest = cms::as_bytes(task.digest(index));
    values.content_type = task.content_type;
    values.signing_time = task.signing_time;
    values.is_countersignature = task.request.countersign();
    values.further = task.attributes->of_digest(index / task.signers.size());
    auto attributes = cms::signed_attributes(signer.identity->profile, values);
    const auto input = cms::signature_input(signer.scheme, task.digest_algorithm, attributes);

    token::protocol::Request request;
    auto& operation = *request.mutable_sign();
    operation.set_scheme(token_scheme(signer.scheme));
    if (cms::signs_message(signer.scheme)) {
        operation.set_message(input.data(), input.size());
    } else {
        operation.set_hash(token_hash(task.digest_algorithm));
        operation.set_digest(input.data(), input.size());
        if (needs_message(*signer.identity->key, signer.scheme))
            operation.set_message(attributes.data(), attributes.size());
    }

    SignatureUse use(task, index, input);
    const auto answer =
        co_await task.agent.keys.run(signer.permit, signer.identity->key, request, &use,
                                     {.waits = task.request.wait(), .questions = &task.questions});
    if (!answer.ok())
        refuse_failed(answer);
    use.check_recorded();
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
    std::size_t mine = 0;
    try {
        while (!task.failure && lanes->next < task.signatures.size()) {
            mine = lanes->next++;
            co_await sign_one(task, mine);
        }
    } catch (...) {
        if (!task.failure) {
            task.failure = std::current_exception();
            task.failed = mine;
        }
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
            spawn(loop, run_lane(lanes));
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

asio::awaitable<void> make_signatures(Task& task, protocol::SignReply& reply) {
    const auto& sign = task.request;
    co_await find_signers(task.agent, task.peer, sign, task.signing_time, task.signers, reply);
    if (sign.digest_size() == 0) {
        reply.set_digest_algorithm(wire_digest(digest_for(task.signers)));
        co_return;
    }
    check_digest(task.signers, task.digest_algorithm);
    const auto certificates = included(sign.certificates());
    task.attributes.emplace(sign, *task.signers.front().identity, task.signing_time);
    check_reply_size(task.signers, sign.digest_size(), certificates, task.attributes->size());

    task.signatures.resize(static_cast<std::size_t>(sign.digest_size()) * task.signers.size());
    task.begun.resize(task.signatures.size());
    if (task.signatures.size() == 1)
        co_await sign_one(task, 0);
    else
        co_await sign_all(task);
    const auto made = task.signatures.size();
    assemble(task, certificates, reply);
    for (const auto ticket : task.tickets)
        co_await task.agent.audit->durable(ticket);
    require_there(task.peer);
    task.agent.counters.signatures += made;
}

/// What was begun and does not leave: all of a request that fails. If nothing was, one record says of the
/// request what is the same for all of it.
std::vector<AuditRecord> withheld(const Task& task) {
    std::vector<AuditRecord> records;
    for (std::size_t i = 0; i < task.begun.size(); ++i) {
        if (task.begun[i] == 0)
            continue;
        records.push_back(record_of(task, i, nullptr));
        records.back().begun = task.begun[i];
        if (task.failed && *task.failed != i)
            records.back().detail = "another signature of the request failed";
    }
    if (!records.empty())
        return records;
    const bool one_signer = task.signers.size() == 1 && task.request.identity_size() <= 1;
    auto record = audit_entry(task.peer, operation_of(task),
                              one_signer ? task.signers.front().identity.get() : nullptr, nullptr);
    if (task.request.digest_size() == 1) {
        record.digest_algorithm = cms::digest_name(task.digest_algorithm);
        record.digest = hex(task.request.digest(0));
    }
    records.push_back(std::move(record));
    return records;
}

}  // namespace

asio::awaitable<void> handle_sign(Agent& agent, const Peer& peer, protocol::Request& request,
                                  protocol::Reply& reply, AuditTrail& trail) {
    Task task{agent, peer, request.sign()};
    task.digest_algorithm = algorithm_of(task.request.digest_algorithm());
    task.content_type = task.request.content_type().empty() ? cms::id_data : task.request.content_type();
    task.signing_time = now_in_seconds();
    try {
        co_await make_signatures(task, *reply.mutable_sign());
    } catch (...) {
        trail.uses = withheld(task);
        throw;
    }
}

}  // namespace signet::agent
