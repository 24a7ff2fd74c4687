#include "agent/audit_entry.h"
#include "agent/error.h"
#include "agent/handlers.h"
#include "agent/token_selection.h"
#include "agent/token_uri.h"

namespace signet::agent {

asio::awaitable<void> handle_initialise_token(Agent& agent, const Peer& peer, protocol::Request& request,
                                              protocol::Reply& reply, AuditTrail& trail) {
    auto& wanted = *request.mutable_initialise_token();
    Logins::BroughtPins pins;
    if (wanted.has_so_pin())
        pins.authority = Secret::take(*wanted.mutable_so_pin());
    if (wanted.has_pin())
        pins.fresh = Secret::take(*wanted.mutable_pin());
    const auto token = co_await find_token_to_initialise(agent, wanted.token());
    auto record = audit_entry(peer, "init", nullptr, token.get());
    trail.uses.push_back(record);
    if (token->is_initialised() && !wanted.force())
        throw Error(
            protocol::REFUSED,
            "token \"" + token->label + "\" is initialised already, and all that is on it would be destroyed",
            "say --force if that is what you want");
    const auto made = co_await agent.logins.initialise(token, peer, std::move(pins), wanted.label());
    record.detail = made == nullptr ? "as \"" + wanted.label() + "\"" : "as " + uri_of(*made);
    auto& done = *reply.mutable_initialise_token();
    if (made)
        done.set_uri(uri_of(*made));
    co_await agent.audit->durable(agent.audit->submit(record));
}

}  // namespace signet::agent
