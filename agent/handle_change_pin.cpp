#include "agent/audit_entry.h"
#include "agent/handlers.h"
#include "agent/token_selection.h"

namespace signet::agent {

asio::awaitable<void> handle_change_pin(Agent& agent, const Peer& peer, protocol::Request& request,
                                        protocol::Reply&, AuditTrail& trail) {
    auto& wanted = *request.mutable_change_pin();
    Logins::BroughtPins pins;
    if (wanted.has_old_pin())
        pins.authority = Secret::take(*wanted.mutable_old_pin());
    if (wanted.has_new_pin())
        pins.fresh = Secret::take(*wanted.mutable_new_pin());
    const auto token = co_await find_token(agent, wanted.token());
    const auto record = audit_entry(peer, "change-pin", nullptr, token.get());
    trail.uses.push_back(record);
    co_await agent.logins.change_pin(token, peer, std::move(pins));
    co_await agent.audit->durable(agent.audit->submit(record));
}

}  // namespace signet::agent
