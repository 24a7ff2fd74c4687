// The one table of requests: what each needs, how it is checked, and who answers it.
#pragma once

#include "agent/agent.h"
#include "agent/audit_trail.h"
#include "agent/peer.h"
#include "agent/protocol/signet.pb.h"

#include <exception>

namespace signet::agent {

/// What must hold before a handler runs.
enum class Needs {
    nothing,
    /// Policy allows `admin`.
    admin,
    /// The same, and a login perhaps: it stays until the request has ended.
    admin_and_login,
    /// A key: the handler gets a Permit for the identity, as KeyOperations demands.
    key,
};

/// What the audit log is told of it.
enum class Recorded {
    nothing,
    /// That it was done, and that it failed.
    always,
    /// The same; while the log cannot be written it is refused, and uses no key and no PIN.
    or_refused,
};

struct Row {
    const char* name;
    Needs needs;
    /// Sizes, counts, enumerations. Throws Error(MALFORMED), Error(TOO_LARGE) or Error(REFUSED).
    void (*check)(const protocol::Request& request);
    /// Fills `reply`, or throws; meanwhile `trail`, for that case. All arguments live until it returns.
    asio::awaitable<void> (*handle)(Agent& agent, const Peer& peer, protocol::Request& request,
                                    protocol::Reply& reply, AuditTrail& trail);
    Recorded recorded;
};

/// None only for BODY_NOT_SET: a body that this version does not know.
const Row* row_of(protocol::Request::BodyCase body) noexcept;

/// Answers one request: finds the row, checks, handles; a failure becomes a status. Throws nothing but what
/// the loop cannot survive (no memory for the reply).
asio::awaitable<void> serve(Agent& agent, const Peer& peer, protocol::Request& request,
                            protocol::Reply& reply);

/// The one place where exceptions become a status.
void set_failure(protocol::Reply& reply, const std::exception_ptr& failure);

}  // namespace signet::agent
