#include "agent/audit_entry.h"
#include "agent/broadcast.h"
#include "agent/error.h"
#include "agent/handlers.h"
#include "agent/spawn.h"
#include "agent/token_selection.h"
#include "agent/token_uri.h"

#include <exception>
#include <memory>
#include <optional>
#include <set>

namespace signet::agent {

namespace {

/// Tokens of which something is remembered, there or not. `name` as above.
std::vector<pin::TokenId> remembered_as(const Agent& agent, const std::string& name) {
    auto ids = agent.logins.remembered();
    if (is_token_uri(name)) {
        const TokenUri uri(name);
        std::erase_if(ids, [&](const auto& id) { return !uri.matches(id); });
    } else if (!name.empty()) {
        std::erase_if(ids, [&](const auto& id) { return id.label != name && id.serial != name; });
    }
    return ids;
}

/// Throws Error(TOKEN_ABSENT) if no token is called so, and none that is called so is remembered.
asio::awaitable<std::set<pin::TokenId>> tokens_to_lock(Agent& agent, const std::string& name) {
    const auto remembered = remembered_as(agent, name);
    // At once: what follows may take its time.
    if (name.empty())
        agent.logins.forget_all();
    auto tokens = tokens_named(agent, name);
    if (tokens.empty() && remembered.empty() && !name.empty())
        tokens = co_await find_tokens(agent, name);
    std::set<pin::TokenId> ids(remembered.begin(), remembered.end());
    for (const auto& token : tokens)
        ids.insert(token->id());
    co_return ids;
}

/// The tokens that a Lock is about, each on its own.
struct Locking {
    Locking(asio::io_context& loop, std::size_t count) : changed(loop), left(count) {}

    void end(const pin::TokenId& id, const std::exception_ptr& failed) {
        if (failed)
            failure = failed;
        (failed ? open : locked).push_back(id);
        --left;
        changed.notify_all();
    }

    Broadcast changed;
    std::size_t left;
    std::vector<pin::TokenId> locked;
    std::vector<pin::TokenId> open;
    std::exception_ptr failure;
};

/// Of a lock; names the token as all records do, if it is there.
AuditRecord lock_entry(const Agent& agent, const Peer& peer, const pin::TokenId& id) {
    for (const auto& token : agent.hosts.catalogue().tokens()) {
        if (token->id() == id)
            return audit_entry(peer, "lock", nullptr, token.get());
    }
    auto record = audit_entry(peer, "lock", nullptr, nullptr);
    record.token = uri_of(id);
    return record;
}

/// A lock that found nothing open is one, too.
asio::awaitable<void> record_locked(Agent& agent, const Peer& peer, const Locking& locking) {
    std::optional<AuditLog::Ticket> last;
    for (const auto& id : locking.locked)
        last = agent.audit->submit(lock_entry(agent, peer, id));
    if (!last && !locking.failure)
        last = agent.audit->submit(audit_entry(peer, "lock", nullptr, nullptr));
    if (last)
        co_await agent.audit->durable(*last);
}

}  // namespace

asio::awaitable<void> handle_unlock(Agent& agent, const Peer& peer, protocol::Request& request,
                                    protocol::Reply&, AuditTrail& trail) {
    auto& unlock = *request.mutable_unlock();
    std::optional<Secret> pin;
    if (unlock.has_pin())
        pin = Secret::take(*unlock.mutable_pin());
    const auto token = co_await find_token(agent, unlock.token());
    auto record = audit_entry(peer, "unlock", nullptr, token.get());
    trail.uses.push_back(record);
    if (pin)
        co_await agent.logins.unlock(token, peer, std::move(*pin));
    else
        co_await agent.logins.ensure(token, peer);
    co_await agent.audit->durable(agent.audit->submit(record));
}

asio::awaitable<void> handle_lock(Agent& agent, const Peer& peer, protocol::Request& request,
                                  protocol::Reply&, AuditTrail& trail) {
    const auto ids = co_await tokens_to_lock(agent, request.lock().token());
    const auto locking = std::make_shared<Locking>(agent.loop, ids.size());
    // All at the same time: one that hangs, or waits for a person, leaves no other open.
    for (const auto& id : ids) {
        spawn(agent.loop, agent.logins.lock(id),
              [locking, id](const std::exception_ptr& failure) { locking->end(id, failure); });
    }
    while (locking->left > 0)
        co_await locking->changed.wait_until(Clock::time_point::max());

    std::exception_ptr unrecorded;
    try {
        co_await record_locked(agent, peer, *locking);
    } catch (...) {
        unrecorded = std::current_exception();
    }
    for (const auto& id : locking->open)
        trail.uses.push_back(lock_entry(agent, peer, id));
    // That a token may be open is what the person must know first.
    if (locking->failure)
        std::rethrow_exception(locking->failure);
    if (unrecorded)
        std::rethrow_exception(unrecorded);
}

}  // namespace signet::agent
