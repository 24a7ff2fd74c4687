// What the handlers of requests work with.
#pragma once

#include "agent/asio.h"
#include "agent/audit_backlog.h"
#include "agent/audit_log.h"
#include "agent/config.h"
#include "agent/hosts.h"
#include "agent/key_operations.h"
#include "agent/login.h"
#include "agent/policy.h"
#include "agent/selector.h"
#include "secret/secret.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace signet::agent {

/// Since the start.
struct Counters {
    std::uint64_t signatures = 0;
    std::uint64_t unwrapped_keys = 0;
    /// Requests that got a status other than DONE by policy, identity or PIN, and those that failed
    /// otherwise.
    std::uint64_t refused = 0;
    std::uint64_t failed = 0;
    /// Connections of others than the agent's own uid.
    std::uint64_t strangers = 0;
};

/// One a process. On the loop's thread only.
struct Agent {
    /// Opens the audit log. Throws Error(AUDIT_FAILED), or Error(INTERNAL) without randomness.
    Agent(asio::io_context& on, std::shared_ptr<const Config> configuration, std::string token_program);
    Agent(const Agent&) = delete;
    Agent& operator=(const Agent&) = delete;
    Agent(Agent&&) = delete;
    Agent& operator=(Agent&&) = delete;
    ~Agent();

    asio::io_context& loop;
    /// Exchanged as a whole by SIGHUP.
    std::shared_ptr<const Config> config;
    Hosts hosts;
    Selector selector;
    Policy policy;
    Logins logins;
    KeyOperations keys;
    std::unique_ptr<AuditLog> audit;
    AuditBacklog audit_backlog;
    /// Of this process: what implicit rejection derives its keys from.
    Secret rejection_secret;
    Counters counters;
    std::size_t clients = 0;
    /// Of requests that are unanswered.
    std::size_t unanswered_bytes = 0;
    Clock::time_point started = Clock::now();
    bool stopping = false;
};

/// Seconds since the epoch.
std::int64_t now_in_seconds() noexcept;

}  // namespace signet::agent
