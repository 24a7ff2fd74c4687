#include "agent/login_attempt.h"

#include "agent/error.h"
#include "agent/spawn.h"
#include "agent/token_config.h"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace signet::agent {

namespace {

constexpr auto expire_again = std::chrono::seconds{1};

bool is_about_module(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const Error& error) {
        return error.status() == protocol::TOKEN_FAILED || error.status() == protocol::TOKEN_ABSENT;
    } catch (...) {
        return false;
    }
}

}  // namespace

Logins::Logins(asio::io_context& loop, const std::shared_ptr<const Config>& config, const Hosts& hosts)
    : m_loop(loop), m_config(config), m_hosts(hosts), m_turns(loop), m_expiry(loop) {}

asio::awaitable<std::shared_ptr<Logins::UnderWay>> Logins::begin(const pin::TokenId& id, Kind kind) {
    for (auto other = m_under_way.find(id); other != m_under_way.end(); other = m_under_way.find(id)) {
        const auto held = other->second;
        co_await held->changed.wait_until(Clock::time_point::max());
    }
    auto mine = std::make_shared<UnderWay>(m_loop, kind);
    m_under_way[id] = mine;
    co_return mine;
}

void Logins::finish(const pin::TokenId& id, const std::exception_ptr& failure) {
    const auto place = m_under_way.find(id);
    const auto ended = place->second;
    m_under_way.erase(place);
    ended->ended = true;
    ended->failure = failure;
    ended->changed.notify_all();
    if (ended->logged_in && !failure)
        share(id, *ended);
}

asio::awaitable<void> Logins::ensure(std::shared_ptr<TokenState> token, const Peer& peer) {
    const auto id = token->id();
    for (auto other = m_under_way.find(id); other != m_under_way.end(); other = m_under_way.find(id)) {
        const auto held = other->second;
        held->waiting.push_back(&peer);
        while (!held->ended)
            co_await held->changed.wait_until(Clock::time_point::max());
        // Neither is a login.
        if (held->kind == Kind::logout || held->kind == Kind::context)
            continue;
        if (!held->failure)
            co_return;
        // That somebody brought a wrong PIN says nothing of the PIN source. Nor does a dialogue that was
        // closed before this request came, or a login that may ask nobody; and what ails one module is no
        // matter of another that shows the same token.
        const bool is_ours = held->kind == Kind::by_source && !held->dialogue.dismissed() &&
                             (held->host == token->host || !is_about_module(held->failure));
        if (is_ours)
            std::rethrow_exception(held->failure);
    }
    co_await one_at_a_time(token, peer, nullptr);
}

asio::awaitable<void> Logins::unlock(std::shared_ptr<TokenState> token, const Peer& peer, Secret pin) {
    co_await one_at_a_time(token, peer, &pin);
}

asio::awaitable<void> Logins::one_at_a_time(std::shared_ptr<TokenState> token, const Peer& peer,
                                            const Secret* brought) {
    const auto id = token->id();
    const auto under_way = co_await begin(id, brought == nullptr ? Kind::by_source : Kind::by_brought_pin);
    under_way->waiting.push_back(&peer);
    under_way->host = token->host;
    std::exception_ptr failure;
    try {
        co_await log_in(token, peer, brought, *under_way);
    } catch (...) {
        failure = std::current_exception();
    }
    finish(id, failure);
    if (failure)
        std::rethrow_exception(failure);
}

asio::awaitable<void> Logins::log_in(std::shared_ptr<TokenState> token, const Peer& peer,
                                     const Secret* brought, UnderWay& under_way) {
    Attempt attempt{token, token->host, token->id(), peer, token_config_for(*m_config, *token), under_way};
    co_await look_again(attempt);
    const auto& seen = *attempt.token;
    if (brought == nullptr && !seen.needs_login())
        co_return;
    if (seen.has_flag(CKF_USER_PIN_LOCKED))
        refuse_locked(seen);
    if (seen.has_flag(CKF_PROTECTED_AUTHENTICATION_PATH))
        co_await by_pin_pad(attempt);
    else if (brought != nullptr)
        co_await by_brought_pin(attempt, *brought);
    else
        co_await by_source(attempt);
}

asio::awaitable<void> Logins::lock(pin::TokenId id) {
    co_await begin(id, Kind::logout);
    std::exception_ptr failure;
    try {
        co_await log_out_everywhere(id);
    } catch (...) {
        failure = std::current_exception();
    }
    finish(id, nullptr);
    if (failure)
        std::rethrow_exception(failure);
}

asio::awaitable<void> Logins::log_out_everywhere(pin::TokenId id) {
    note_forgotten(id);
    m_kept.drop(id);
    m_closing.erase(id);
    m_sharers.erase(id);
    // Several modules may show the same token. The catalogue is rebuilt meanwhile.
    auto tokens = m_hosts.catalogue().tokens();
    for (const auto& host : m_hosts.leaving()) {
        for (const auto& [slot, token] : host->tokens())
            tokens.push_back(token);
    }
    std::exception_ptr failure;
    for (const auto& token : tokens) {
        if (token->id() != id)
            continue;
        try {
            co_await log_out(token);
        } catch (...) {
            failure = std::current_exception();
        }
    }
    for (const auto& host : m_hosts.all()) {
        const auto& shown = host->tokens();
        const bool shows = std::any_of(shown.begin(), shown.end(),
                                       [&id](const auto& entry) { return entry.second->id() == id; });
        if (!shows)
            host->disbelieve(id);
    }
    if (failure)
        std::rethrow_exception(failure);
}

asio::awaitable<void> Logins::log_out(std::shared_ptr<TokenState> token) {
    const auto host = token->host;
    token->logged_in = false;
    token::protocol::Request request;
    request.mutable_logout()->set_slot(token->slot);
    const auto answer = co_await host->control(request, host->config().operation_timeout);
    // Without a process, or without the token, there is no login either.
    const bool gone = answer.fate != Fate::answered || answer.outcome == token::protocol::TOKEN_ABSENT ||
                      answer.outcome == token::protocol::NOT_LOGGED_IN;
    if (!answer.ok() && !gone) {
        const auto why = "the logout from " + quoted(*token) + " failed: " + answer.what;
        // It may have been scanned meanwhile.
        for (const auto& [slot, now] : host->tokens()) {
            if (now->id() == token->id())
                host->retire(*now, why);
        }
        throw Error(protocol::TOKEN_FAILED, why, "remove the token");
    }
    co_await host->scan(token->slot);
}

asio::awaitable<void> Logins::log_out_expired(pin::TokenId id) {
    if (m_under_way.contains(id)) {
        m_asks_each_time = true;
        co_return;
    }
    try {
        co_await lock(id);
    } catch (const std::exception& error) {
        spdlog::warn("{}", error.what());
    }
}

std::vector<pin::TokenId> Logins::remembered() const {
    auto tokens = m_kept.tokens();
    for (const auto& [id, under_way] : m_under_way)
        tokens.push_back(id);
    return tokens;
}

void Logins::removed(const pin::TokenId& id, const std::string& module) {
    note_forgotten(id);
    m_kept.drop(id, module);
    if (const auto login = m_under_way.find(id); login != m_under_way.end())
        login->second->removed_from.insert(module);
}

void Logins::keep(const Attempt& attempt, std::optional<Secret> pin) {
    // What was refused stays refused: that another PIN is right makes none of those right.
    if (pin && m_in_doubt.is_refused(attempt.id, *pin))
        m_in_doubt.forget(attempt.id);
    // The login has its time all the same.
    if (attempt.under_way.removed_from.contains(attempt.token->module))
        pin.reset();
    keep(*attempt.token, std::move(pin), attempt.config.pin_cache);
}

void Logins::keep(const TokenState& token, std::optional<Secret> pin, pin::PinLifetime lifetime) {
    const auto now = Clock::now();
    m_kept.put({token.id(), token.manufacturer, token.model}, token.module, std::move(pin), lifetime, now);
    restart_by_use();
    if (!lifetime)
        return;
    if (lifetime->count() == 0)
        m_asks_each_time = true;
    else
        expire_at(std::min(m_expiry.expiry() > now ? m_expiry.expiry() : Clock::time_point::max(),
                           now + *lifetime));
}

void Logins::restart_by_use() {
    m_kept.restart_by_use([this](const pin::TokenDescription& token) {
        const auto config = token_config_for(*m_config, token);
        return config.pin_cache_from_use ? config.pin_cache : pin::PinLifetime{};
    });
}

void Logins::expire_at(Clock::time_point when) {
    m_expiry.expires_at(when);
    m_expiry.async_wait([this](const boost::system::error_code& cancelled) {
        if (!cancelled)
            expire();
    });
}

Logins::RequestId Logins::request_begins(const Peer& peer) {
    m_requests.emplace(++m_last_request, peer.id);
    return m_last_request;
}

void Logins::request_ended(RequestId request) {
    m_requests.erase(request);
    for (auto& [token, requests] : m_sharers)
        requests.erase(request);
    std::erase_if(m_sharers, [](const auto& entry) { return entry.second.empty(); });
    if (m_asks_each_time)
        expire();
}

void Logins::share(const pin::TokenId& id, const UnderWay& login) {
    auto& sharers = m_sharers[id];
    for (const auto& [request, client] : m_requests) {
        if (std::any_of(login.waiting.begin(), login.waiting.end(),
                        [client = client](const Peer* peer) { return peer->id == client; }))
            sharers.insert(request);
    }
    if (sharers.empty())
        m_sharers.erase(id);
}

void Logins::expire() {
    const auto now = Clock::now();
    auto next = m_kept.drop_expired(now);
    // What a login under way leaves open may be for one request only.
    m_asks_each_time = !m_under_way.empty();
    for (const auto& token : m_hosts.catalogue().tokens()) {
        const bool open = token->current && token->logged_in && token->has_flag(CKF_LOGIN_REQUIRED);
        const bool over =
            (open && !m_kept.has(token->id(), token->module, now)) || m_closing.contains(token->id());
        if (!over)
            continue;
        if (m_sharers.contains(token->id())) {
            // The end of the last of them looks again.
            m_asks_each_time = true;
        } else if (m_under_way.contains(token->id())) {
            // It is for those who wait for it, and it ends one way or the other.
            next = std::min(next.value_or(Clock::time_point::max()), now + expire_again);
        } else if (token->host->outstanding() + token->host->queued() == 0) {
            spawn(m_loop, log_out_expired(token->id()));
        } else {
            // A client that keeps the token busy would keep its login.
            m_closing.insert(token->id());
            token->host->disbelieve(token->id());
            token->logged_in = false;
            // Each end of a request looks again; the timer is for requests that never end.
            m_asks_each_time = true;
            next = std::min(next.value_or(Clock::time_point::max()), now + expire_again);
        }
    }
    if (next)
        expire_at(*next);
}

void Logins::reconfigured() {
    const auto lifetime = [this](const pin::TokenDescription& token) {
        return token_config_for(*m_config, token).pin_cache;
    };
    m_kept.limit(lifetime, Clock::now());
    restart_by_use();
    m_left_alone.clear();
    expire();
}

void Logins::client_gone() {
    for (const auto& [id, under_way] : m_under_way) {
        if (!under_way->wanted())
            under_way->dialogue.dismiss();
    }
}

void Logins::stop_asking() {
    m_stopping = true;
    for (const auto& [id, under_way] : m_under_way)
        under_way->dialogue.dismiss();
}

void Logins::stop() {
    stop_asking();
    m_kept.drop_all();
    m_expiry.cancel();
}

}  // namespace signet::agent
