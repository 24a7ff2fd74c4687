#include "agent/handlers.h"
#include "agent/token_description.h"
#include "agent/version.h"

#include <unistd.h>

namespace signet::agent {

asio::awaitable<void> handle_status(Agent& agent, const Peer&, protocol::Request&, protocol::Reply& reply,
                                    AuditTrail&) {
    auto& status = *reply.mutable_agent_status();
    status.set_version(version);
    status.set_pid(::getpid());
    status.set_uptime_seconds(static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - agent.started).count()));
    for (const auto& token : agent.hosts.catalogue().tokens())
        describe(*token, agent.keys.is_set_aside(*token), *status.add_tokens());
    std::size_t queued = 0;
    for (const auto& host : agent.hosts.all()) {
        auto& entry = *status.add_hosts();
        entry.set_module(host->config().name);
        entry.set_pid(host->pid());
        entry.set_state(std::string(host->state_name()));
        entry.set_restarts(host->restarts());
        entry.set_outstanding(static_cast<std::uint32_t>(host->outstanding()));
        entry.set_sessions(host->workers());
        entry.set_trouble(utf8_of(host->trouble()));
        queued += host->queued();
    }
    status.set_clients(static_cast<std::uint32_t>(agent.clients));
    status.set_queued(static_cast<std::uint32_t>(queued));
    status.set_signatures(agent.counters.signatures);
    status.set_unwrapped_keys(agent.counters.unwrapped_keys);
    status.set_refused(agent.counters.refused);
    status.set_failed(agent.counters.failed);
    co_return;
}

}  // namespace signet::agent
