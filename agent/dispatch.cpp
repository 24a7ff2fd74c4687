#include "agent/dispatch.h"

#include "agent/audit_entry.h"
#include "agent/error.h"
#include "agent/handlers.h"
#include "agent/request_checks.h"
#include "agent/token_description.h"
#include "cms/error.h"

#include <spdlog/spdlog.h>

#include <optional>

namespace signet::agent {

namespace {

using protocol::Reply;
using protocol::Request;

/// Bytes of `why` and of `advice`, at most.
constexpr std::size_t max_reason = 2048;

asio::awaitable<void> refuse_second_hello(Agent&, const Peer&, Request&, Reply&, AuditTrail&) {
    throw Error(protocol::MALFORMED, "hello was said already", "mend the client");
    co_return;
}

constexpr Row hello_row{"hello", Needs::nothing, check_hello, refuse_second_hello, Recorded::nothing};
constexpr Row list_row{"list", Needs::nothing, check_list, handle_list, Recorded::nothing};
constexpr Row status_row{"status", Needs::nothing, check_status, handle_status, Recorded::nothing};
constexpr Row unlock_row{"unlock", Needs::admin, check_unlock, handle_unlock, Recorded::or_refused};
constexpr Row lock_row{"lock", Needs::admin, check_lock, handle_lock, Recorded::always};
constexpr Row sign_row{"sign", Needs::key, check_sign, handle_sign, Recorded::or_refused};
constexpr Row unwrap_row{"unwrap", Needs::key, check_unwrap, handle_unwrap, Recorded::or_refused};

constexpr Row generate_key_row{"keygen", Needs::admin_and_login, check_generate_key, handle_generate_key,
                               Recorded::or_refused};

constexpr Row request_certificate_row{"csr", Needs::admin_and_login, check_request_certificate,
                                      handle_request_certificate, Recorded::or_refused};

constexpr Row import_certificates_row{"import", Needs::admin_and_login, check_import_certificates,
                                      handle_import_certificates, Recorded::or_refused};

constexpr Row initialise_token_row{"init", Needs::admin, check_initialise_token, handle_initialise_token,
                                   Recorded::or_refused};
constexpr Row change_pin_row{"change-pin", Needs::admin, check_change_pin, handle_change_pin,
                             Recorded::or_refused};
constexpr Row delete_key_row{"delete", Needs::admin_and_login, check_delete_key, handle_delete_key,
                             Recorded::or_refused};

/// One line of UTF-8, bounded.
std::string line(std::string_view text) {
    if (text.size() <= max_reason)
        return utf8_of(text);
    return utf8_of(text.substr(0, max_reason)) + "...";
}

void fail(Reply& reply, protocol::Status status, const std::string& why, const std::string& advice) {
    reply.clear_body();
    reply.set_status(status);
    reply.set_why(line(why));
    reply.set_advice(line(advice));
}

void count(Counters& counters, protocol::Status status) {
    switch (status) {
        case protocol::REFUSED:
        case protocol::NO_IDENTITY:
        case protocol::AMBIGUOUS_IDENTITY:
        case protocol::NO_RECIPIENT:
        case protocol::PIN_INCORRECT:
        case protocol::PIN_LOCKED:
        case protocol::PIN_CANCELLED:
        case protocol::PIN_UNAVAILABLE:
            ++counters.refused;
            break;
        default:
            ++counters.failed;
    }
}

asio::awaitable<void> record_failure(Agent& agent, const Peer& peer, const Row& row, AuditTrail& trail,
                                     const Reply& reply) {
    if (row.recorded == Recorded::nothing)
        co_return;
    if (trail.uses.empty())
        trail.uses.push_back(audit_entry(peer, row.name, nullptr, nullptr));
    for (auto& use : trail.uses) {
        use.outcome = protocol::Status_Name(reply.status());
        if (use.detail.empty())
            use.detail = trail.reason.empty() ? reply.why() : trail.reason;
    }
    try {
        AuditLog::Ticket last = 0;
        for (const auto& use : trail.uses)
            last = agent.audit->submit(use, AuditLog::Write::when_awaited);
        co_await agent.audit->durable(last);
    } catch (const std::exception& error) {
        // While the log fails, so does each request.
        if (agent.audit_backlog.keep(trail.uses))
            spdlog::error("a failure could not be recorded: {}", error.what());
    }
}

}  // namespace

const Row* row_of(Request::BodyCase body) noexcept {
    // No default: a message type without a row does not compile.
    switch (body) {
        case Request::kHello:
            return &hello_row;
        case Request::kList:
            return &list_row;
        case Request::kStatus:
            return &status_row;
        case Request::kUnlock:
            return &unlock_row;
        case Request::kLock:
            return &lock_row;
        case Request::kSign:
            return &sign_row;
        case Request::kUnwrap:
            return &unwrap_row;
        case Request::kGenerateKey:
            return &generate_key_row;
        case Request::kRequestCertificate:
            return &request_certificate_row;
        case Request::kImportCertificates:
            return &import_certificates_row;
        case Request::kInitialiseToken:
            return &initialise_token_row;
        case Request::kChangePin:
            return &change_pin_row;
        case Request::kDeleteKey:
            return &delete_key_row;
        case Request::BODY_NOT_SET:
            return nullptr;
    }
    return nullptr;
}

asio::awaitable<void> serve(Agent& agent, const Peer& peer, Request& request, Reply& reply) {
    reply.set_id(request.id());
    const Row* row = row_of(request.body_case());
    if (row == nullptr) {
        fail(reply, protocol::UNKNOWN_TYPE, "this agent does not know such a request", "update signet-agent");
        ++agent.counters.failed;
        co_return;
    }
    AuditTrail trail;
    std::exception_ptr failure;
    std::optional<Logins::RequestId> use;
    if (row->needs == Needs::key || row->needs == Needs::admin_and_login)
        use = agent.logins.request_begins(peer);
    try {
        if (agent.stopping)
            throw Error(protocol::STOPPING, "the agent is stopping", "try again when it runs");
        row->check(request);
        if (row->recorded == Recorded::or_refused && agent.audit->failed())
            throw Error(protocol::AUDIT_FAILED, "the audit log cannot be written",
                        "mend what the log of signet-agent says, then send it SIGHUP");
        if (row->needs == Needs::admin || row->needs == Needs::admin_and_login)
            static_cast<void>(agent.policy.require(peer, Operation::admin, nullptr));
        co_await row->handle(agent, peer, request, reply, trail);
    } catch (...) {
        failure = std::current_exception();
    }
    if (use)
        agent.logins.request_ended(*use);
    if (!failure)
        co_return;
    set_failure(reply, failure);
    count(agent.counters, reply.status());
    co_await record_failure(agent, peer, *row, trail, reply);
}

void set_failure(Reply& reply, const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const Error& error) {
        fail(reply, error.status(), error.what(), error.advice());
    } catch (const cms::Error& error) {
        const bool input =
            error.code() == cms::ErrorCode::malformed || error.code() == cms::ErrorCode::unsupported;
        fail(reply, input ? protocol::MALFORMED : protocol::INTERNAL, error.what(), "");
    } catch (const std::exception& error) {
        spdlog::error("a request failed: {}", error.what());
        fail(reply, protocol::INTERNAL, error.what(), "see the log of signet-agent");
    }
}

}  // namespace signet::agent
