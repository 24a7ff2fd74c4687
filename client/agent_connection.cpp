#include "client/agent_connection.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <map>
#include <optional>
#include <thread>
#include <utility>

#include "agent/protocol/frame.h"
#include "client/request_field.h"
#include "client/sign_batches.h"

namespace signet::client {

namespace protocol = agent::protocol;

namespace {

/// Bytes of recipient infos in one Unwrap; the rest of the frame is for the other fields.
constexpr std::size_t max_recipient_bytes = protocol::max_frame_size - std::size_t{64} * 1024;

/// Between one time that a token is asked for and the next.
constexpr std::chrono::seconds look_again{1};

Error broken(const std::string& what_failed, const std::string& why) {
    return {ExitStatus::other, what_failed, "the agent breaks the protocol: " + why,
            "make sure that signet and signet-agent are of the same version"};
}

Error as_error(const protocol::Reply& reply, const std::string& what_failed) {
    return {protocol::exit_status(reply.status()), what_failed,
            reply.why().empty() ? "the agent does not say why (status " + std::to_string(reply.status()) + ")"
                                : reply.why(),
            reply.advice()};
}

/// What a Sign asks for is what a person wrote, but for the digests.
Error as_signing_error(const protocol::Reply& reply, const std::string& what_failed) {
    Error error = as_error(reply, what_failed);
    if (reply.status() != protocol::MALFORMED)
        return error;
    return {ExitStatus::usage, error.what_failed(), error.why(), error.advice()};
}

protocol::DigestAlgorithm wire_digest(cms::DigestAlgorithm algorithm, const std::string& what_failed) {
    switch (algorithm) {
        case cms::DigestAlgorithm::sha256:
            return protocol::SHA256;
        case cms::DigestAlgorithm::sha384:
            return protocol::SHA384;
        case cms::DigestAlgorithm::sha512:
            return protocol::SHA512;
        case cms::DigestAlgorithm::shake256:
            return protocol::SHAKE256;
        case cms::DigestAlgorithm::sha1:
        case cms::DigestAlgorithm::md5:
        case cms::DigestAlgorithm::sha224:
            break;
    }
    throw Error(ExitStatus::usage, what_failed, "this hash does not sign", "use sha256, sha384 or sha512");
}

std::optional<cms::DigestAlgorithm> digest_on_wire(protocol::DigestAlgorithm algorithm) {
    switch (algorithm) {
        case protocol::SHA256:
            return cms::DigestAlgorithm::sha256;
        case protocol::SHA384:
            return cms::DigestAlgorithm::sha384;
        case protocol::SHA512:
            return cms::DigestAlgorithm::sha512;
        case protocol::SHAKE256:
            return cms::DigestAlgorithm::shake256;
        default:
            return std::nullopt;
    }
}

void add_new(std::vector<std::string>& warnings, const std::string& warning) {
    if (std::find(warnings.begin(), warnings.end(), warning) == warnings.end())
        warnings.push_back(warning);
}

cms::Bytes to_bytes(const std::string& text) {
    return {text.begin(), text.end()};
}

/// Puts the signatures of `batch` to their places. Throws Error if there are none.
void take_signatures(const protocol::Reply& reply, const Batch& batch, SignResult& result) {
    const std::string what_failed = "cannot sign";
    if (reply.status() != protocol::DONE)
        throw as_signing_error(reply, what_failed);
    if (static_cast<std::size_t>(reply.sign().signed_data_size()) != batch.count)
        throw broken(what_failed, "not one signature for each digest");
    for (std::size_t i = 0; i < batch.count; ++i)
        result.signed_data[batch.first + i] = to_bytes(reply.sign().signed_data(static_cast<int>(i)));
    for (const std::string& warning : reply.sign().warning())
        add_new(result.warnings, warning);
}

/// How many recipient infos from `first` on fit into one request.
std::size_t unwrap_batch(const std::vector<cms::Bytes>& infos, std::size_t first) {
    std::size_t bytes = 0;
    std::size_t count = 0;
    while (first + count < infos.size() && count < protocol::max_recipient_infos) {
        // Its tag and length in the message come on top.
        bytes += infos[first + count].size() + 8;
        if (bytes > max_recipient_bytes)
            break;
        ++count;
    }
    return count;
}

}  // namespace

std::string default_socket_path() {
    const char* socket = std::getenv("SIGNET_SOCKET");
    if (socket != nullptr && *socket != '\0')
        return socket;
    const char* runtime = std::getenv("XDG_RUNTIME_DIR");
    if (runtime != nullptr && *runtime != '\0')
        return std::string(runtime) + "/signet/agent.sock";
    return "/run/signet/agent.sock";
}

AgentConnection::AgentConnection(std::string socket_path, Deadlines deadlines)
    : m_channel(socket_path.empty() ? default_socket_path() : std::move(socket_path), deadlines) {}

protocol::Reply AgentConnection::ask(protocol::Request& request, const std::string& what_failed,
                                     Attendance attendance) {
    protocol::Reply reply = m_channel.exchange(request, what_failed, attendance);
    if (reply.status() != protocol::DONE)
        throw as_error(reply, what_failed);
    return reply;
}

protocol::ListReply AgentConnection::list(const std::string& identity, bool certificates) {
    const std::string what_failed = "cannot list identities";
    protocol::ListReply all;
    std::uint32_t offset = 0;
    do {
        protocol::Request request;
        request.mutable_list()->set_identity(checked_name(identity, what_failed));
        request.mutable_list()->set_certificates(certificates);
        request.mutable_list()->set_offset(offset);
        protocol::Reply reply = ask(request, what_failed, Attendance::nobody);
        protocol::ListReply& page = *reply.mutable_list();
        if (page.next_offset() != 0 && page.next_offset() <= offset)
            throw broken(what_failed, "its list has no end");
        if (offset == 0) {
            all.mutable_tokens()->Swap(page.mutable_tokens());
            all.mutable_notes()->Swap(page.mutable_notes());
        }
        all.mutable_identities()->MergeFrom(page.identities());
        all.mutable_keys()->MergeFrom(page.keys());
        all.mutable_certificates()->MergeFrom(page.certificates());
        offset = page.next_offset();
    } while (offset != 0);
    return all;
}

protocol::StatusReply AgentConnection::status() {
    protocol::Request request;
    request.mutable_status();
    return std::move(*ask(request, "cannot ask for the status", Attendance::nobody).mutable_agent_status());
}

void AgentConnection::unlock(const std::string& token, const std::optional<Secret>& pin) {
    const std::string what_failed = "cannot unlock";
    protocol::Request request;
    protocol::Unlock& unlock = *request.mutable_unlock();
    unlock.set_token(checked_name(token, what_failed));
    if (!pin) {
        ask(request, what_failed);
        return;
    }
    const WipedField wiped(unlock.mutable_pin());
    unlock.mutable_pin()->assign(pin->reveal());
    ask(request, what_failed);
}

void AgentConnection::lock(const std::string& token) {
    const std::string what_failed = "cannot lock";
    protocol::Request request;
    request.mutable_lock()->set_token(checked_name(token, what_failed));
    ask(request, what_failed);
}

cms::DigestAlgorithm AgentConnection::digest_algorithm(const std::vector<std::string>& identities,
                                                       bool wait) {
    const std::string what_failed = "cannot sign";
    protocol::Request request;
    for (const std::string& identity : identities)
        request.mutable_sign()->add_identity(checked_name(identity, what_failed));
    request.mutable_sign()->set_wait(wait);
    const protocol::Reply reply =
        m_channel.exchange(request, what_failed, wait ? Attendance::token : Attendance::nobody);
    if (reply.status() != protocol::DONE)
        throw as_signing_error(reply, what_failed);
    const auto algorithm = digest_on_wire(reply.sign().digest_algorithm());
    if (!algorithm)
        throw broken(what_failed, "no digest algorithm that is known");
    return *algorithm;
}

SignResult AgentConnection::sign(const SignRequest& request) {
    const std::string what_failed = "cannot sign";
    protocol::Request message;
    protocol::Sign& sign = *message.mutable_sign();
    for (const std::string& identity : request.identities)
        sign.add_identity(checked_name(identity, what_failed));
    sign.set_digest_algorithm(wire_digest(request.digest_algorithm, what_failed));
    sign.set_rsa_scheme(request.rsa_pss ? protocol::PSS : protocol::PKCS1_V1_5);
    sign.set_content_type(checked_name(request.content_type, what_failed));
    sign.set_certificates(request.certificates);
    sign.set_wait(request.wait);
    sign.set_countersign(request.countersign);
    if (request.attributes.ByteSizeLong() != 0)
        *sign.mutable_attributes() = request.attributes;
    const Attendance attendance = request.wait ? Attendance::token : Attendance::person;

    SignResult result;
    result.signed_data.resize(request.digests.size());
    SignBatches batches(request.digests.size(), sign_batch);
    std::map<std::uint64_t, Batch> under_way;
    while (!batches.empty() || !under_way.empty()) {
        while (!batches.empty() && under_way.size() < sign_window) {
            const Batch batch = batches.take();
            sign.clear_digest();
            for (std::size_t i = batch.first; i < batch.first + batch.count; ++i)
                sign.add_digest(request.digests[i].data(), request.digests[i].size());
            under_way.emplace(m_channel.send(message, what_failed), batch);
        }
        const protocol::Reply reply = m_channel.receive(what_failed, attendance);
        const auto answered = under_way.find(reply.id());
        const Batch batch = answered == under_way.end() ? Batch() : answered->second;
        if (reply.status() == protocol::TOO_LARGE && batch.count > 1) {
            batches.halve(batch);
        } else {
            try {
                take_signatures(reply, batch, result);
            } catch (...) {
                // All or none: what else is under way need not be signed.
                m_channel.close();
                throw;
            }
        }
        under_way.erase(answered);
    }
    return result;
}

UnwrappedKey AgentConnection::unwrap(const std::vector<cms::Bytes>& recipient_infos,
                                     const cms::Bytes& content_encryption_algorithm,
                                     const std::string& identity, bool wait) {
    const std::string what_failed = "cannot decrypt";
    if (recipient_infos.empty())
        throw Error(ExitStatus::malformed, what_failed, "the message is for nobody");
    protocol::Request message;
    protocol::Unwrap& unwrap = *message.mutable_unwrap();
    unwrap.set_identity(checked_name(identity, what_failed));
    unwrap.set_content_encryption_algorithm(content_encryption_algorithm.data(),
                                            content_encryption_algorithm.size());

    // With several batches the right one may be any: then the waiting is done here.
    const bool agent_waits = wait && unwrap_batch(recipient_infos, 0) == recipient_infos.size();
    unwrap.set_wait(agent_waits);
    std::optional<Error> absent;
    for (std::size_t first = 0;;) {
        const std::size_t count = unwrap_batch(recipient_infos, first);
        if (count == 0)
            throw Error(ExitStatus::malformed, what_failed, "a recipient info is larger than a frame");
        unwrap.clear_recipient_info();
        for (std::size_t i = first; i < first + count; ++i)
            unwrap.add_recipient_info(recipient_infos[i].data(), recipient_infos[i].size());

        protocol::Reply reply =
            m_channel.exchange(message, what_failed, agent_waits ? Attendance::token : Attendance::person);
        const WipedField wiped(reply.mutable_unwrap()->mutable_key());
        const bool is_absent = reply.status() == protocol::TOKEN_ABSENT;
        if (is_absent)
            absent = as_error(reply, what_failed);
        if (is_absent || reply.status() == protocol::NO_RECIPIENT) {
            first += count;
            if (first < recipient_infos.size())
                continue;
            if (wait && !agent_waits) {
                std::this_thread::sleep_for(look_again);
                first = 0;
                continue;
            }
            if (absent)
                throw Error(*absent);
        }
        if (reply.status() != protocol::DONE)
            throw as_error(reply, what_failed);
        protocol::UnwrapReply& answer = *reply.mutable_unwrap();
        if (answer.key().empty() || answer.recipient() >= count)
            throw broken(what_failed, "an unwrapped key that belongs to no recipient");
        return {Secret::take(*answer.mutable_key()), first + answer.recipient(), answer.identity()};
    }
}

}  // namespace signet::client
