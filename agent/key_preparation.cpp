#include "agent/key_progress.h"

#include "agent/error.h"
#include "agent/key_ability.h"
#include "agent/token_wait.h"

#include <algorithm>
#include <exception>
#include <utility>

namespace signet::agent {

namespace {

/// In a row; each is a wait for a host or a login, or a search.
constexpr int max_preparations = 32;
/// What a fresh process of a module needs till it is ready, mostly; a person is asked meanwhile if it is
/// more.
constexpr auto restart_time = std::chrono::seconds{2};

/// Whether the next place may do better: the login failed of this token, and of nothing else.
bool is_about_login(protocol::Status status) {
    switch (status) {
        case protocol::PIN_INCORRECT:
        case protocol::PIN_LOCKED:
        case protocol::PIN_CANCELLED:
        case protocol::PIN_UNAVAILABLE:
        case protocol::TOKEN_ABSENT:
        case protocol::TOKEN_FAILED:
            return true;
        default:
            return false;
    }
}

std::string name_of_token(const Key& key) {
    if (key.locations.empty())
        return "the token with this key";
    return "token \"" + key.locations.front().token->label + "\"";
}

template <typename Predicate>
std::vector<std::shared_ptr<Host>> hosts_of(const Key& key, const Predicate& wanted) {
    std::vector<std::shared_ptr<Host>> hosts;
    for (const auto& location : key.locations) {
        if (wanted(*location.token->host))
            hosts.push_back(location.token->host);
    }
    return hosts;
}

/// Waits for one of the hosts of `key` that are `coming`, or one that shows the key meanwhile. Throws
/// `login_failure`, or Error without one, if there is none before `deadline`.
asio::awaitable<void> wait_for_host(Hosts& hosts, std::shared_ptr<const Key> key,
                                    std::vector<std::shared_ptr<Host>> coming, Clock::time_point deadline,
                                    std::exception_ptr login_failure) {
    // Those that are ready now cannot do it.
    const auto ready_now = hosts_of(*key, [](const Host& host) { return host.is_ready(); });
    const auto that_may_come = [&hosts, key, ready_now] {
        const auto now = hosts.catalogue().key(key->subject_public_key_info);
        return hosts_of(now ? *now : *key, [&ready_now](const Host& host) {
            return std::none_of(ready_now.begin(), ready_now.end(),
                                [&host](const auto& other) { return other.get() == &host; });
        });
    };
    if (co_await hosts.wait_any_ready(that_may_come, deadline))
        co_return;
    if (login_failure)
        std::rethrow_exception(login_failure);
    throw Error(
        protocol::TOKEN_FAILED,
        "module " + coming.front()->config().name + " does not get ready: " + coming.front()->trouble(),
        "see the log of signet-agent");
}

}  // namespace

asio::awaitable<void> KeyOperations::prepare(Progress& progress) {
    const auto key = progress.key;
    if (++progress.preparations > max_preparations || out_of_time(progress))
        throw Error(protocol::TOKEN_FAILED, "the token does not get ready", "see `signet status`");

    std::string why;
    bool may_come = key->locations.empty();
    std::shared_ptr<TokenState> closed;
    Rank closed_rank;
    bool closed_asks = false;
    bool passes_over = false;
    for (const auto& location : key->locations) {
        const auto token = location.token;
        const auto hindrance = obstacle(location, progress.request);
        if (!hindrance.empty()) {
            why = hindrance;
            continue;
        }
        if (progress.is_unable(*token)) {
            why = progress.inability->what;
            continue;
        }
        if (!token->current || !token->host->is_ready()) {
            may_come = true;
            continue;
        }
        const bool uses_pin = token->needs_login() || (location.key && location.key->always_authenticate);
        if (uses_pin && is_passed_over(progress, *token)) {
            passes_over = true;
            continue;
        }
        if (token->needs_login()) {
            if (progress.login_failed(*token))
                continue;
            const bool asks = m_logins.would_ask(*token);
            const auto place_rank = rank(progress, *token, asks);
            if (!closed || place_rank < closed_rank) {
                closed = token;
                closed_rank = place_rank;
                closed_asks = asks;
            }
            continue;
        }
        if (is_barred(progress, location))
            continue;
        if (!std::exchange(progress.rescanned, true)) {
            // The key may have been made, or shown, since the last scan.
            co_await token->host->scan(token->slot);
            co_return;
        }
        why = "token \"" + token->label + "\" shows no private key for this certificate";
    }
    const bool may_ask = progress.asks_for_another ||
                         (!progress.inability && !(closed && progress.moves_from_another(*closed)));
    if (closed && (may_ask || !closed_asks)) {
        if (closed_asks) {
            const bool waited = co_await await_unasked(progress);
            if (waited)
                co_return;
        }
        co_await log_in(progress, closed);
        co_return;
    }
    if (passes_over && !progress.login_failure)
        progress.login_failure = progress.questions.failure;
    const bool declined = passes_over && progress.questions.cancelled;
    if (progress.login_failure && (declined || !may_come))
        std::rethrow_exception(progress.login_failure);
    if (!may_come) {
        // The last scan may have been told nonsense.
        if (std::exchange(progress.searched, true))
            throw Error(protocol::TOKEN_CANNOT, why, "see `signet list`");
        co_await m_hosts.refresh();
        co_return;
    }

    auto coming = hosts_of(*key, [](const Host& host) { return !host.is_ready() && host.goes_on(); });
    if (!coming.empty()) {
        co_await wait_for_host(m_hosts, key, std::move(coming), progress.deadline, progress.login_failure);
        co_return;
    }
    // Every host is well, but none has the token where it was: it may have come back elsewhere.
    if (!std::exchange(progress.searched, true)) {
        co_await m_hosts.refresh();
        co_return;
    }
    if (progress.login_failure)
        std::rethrow_exception(progress.login_failure);
    if (!progress.waits)
        throw Error(protocol::TOKEN_ABSENT, name_of_token(*key) + " is not there",
                    "insert it, or wait for it with --wait");
    const auto begin = Clock::now();
    co_await wait_for_token(m_hosts, progress.permit.peer());
    progress.preparations = 0;
    progress.deadline += Clock::now() - begin;
}

/// Before a person is asked: a module that ended a moment ago may be there again soon, with a token that asks
/// nobody. False if there is none, or this has been done.
asio::awaitable<bool> KeyOperations::await_unasked(Progress& progress) {
    if (progress.awaited || progress.is_last_attempt())
        co_return false;
    std::vector<std::shared_ptr<Host>> coming;
    for (const auto& location : progress.key->locations) {
        const auto& token = *location.token;
        if (!token.host->is_ready() && token.host->goes_on() && !progress.is_unable(token) &&
            !progress.login_failed(token) && obstacle(location, progress.request).empty() &&
            !m_logins.would_ask(token))
            coming.push_back(token.host);
    }
    if (coming.empty())
        co_return false;
    progress.awaited = true;
    const auto that_come = [coming] { return coming; };
    co_await m_hosts.wait_any_ready(that_come, Clock::now() + restart_time);
    co_return true;
}

asio::awaitable<void> KeyOperations::log_in(Progress& progress, std::shared_ptr<TokenState> token) {
    if (progress.logins >= max_logins)
        throw Error(protocol::TOKEN_FAILED,
                    "token \"" + token->label + "\" was logged in to, and shows no login",
                    "see the log of signet-agent");
    const auto begin = Clock::now();
    try {
        co_await m_logins.ensure(token, progress.permit.peer());
        ++progress.logins;
    } catch (const Error& error) {
        note_failed_login(progress, token, error);
    }
    // A person may take their time; the operation's own time stands still meanwhile.
    progress.deadline += Clock::now() - begin;
}

/// Whether it would need a person who is not asked any more.
bool KeyOperations::is_passed_over(const Progress& progress, const TokenState& token) const {
    return progress.questions.are_over(token) && m_logins.would_ask(token);
}

/// To be called where `error` is caught; throws it again if it is about something else.
void KeyOperations::note_failed_login(Progress& progress, const std::shared_ptr<TokenState>& token,
                                      const Error& error) {
    const auto status = error.status();
    if (!is_about_login(status))
        throw;
    const bool by_module = status == protocol::TOKEN_ABSENT || status == protocol::TOKEN_FAILED;
    progress.failed_logins.push_back({token, !by_module});
    if (!progress.login_failure)
        progress.login_failure = std::current_exception();
    if (by_module)
        return;
    auto& questions = progress.questions;
    questions.cancelled = questions.cancelled || status == protocol::PIN_CANCELLED;
    questions.in_vain.push_back(token->id());
    if (!questions.failure)
        questions.failure = std::current_exception();
}

/// Whether the operation goes on; not if a token cannot do it, and no other one can be used.
asio::awaitable<bool> KeyOperations::prepare_another(Progress& progress) {
    try {
        co_await prepare(progress);
    } catch (const Error& error) {
        const auto status = error.status();
        const bool about_token = is_about_login(status) || status == protocol::TOKEN_CANNOT;
        const bool by_person = status == protocol::PIN_CANCELLED && progress.asks_for_another;
        if (!progress.inability || !about_token || by_person)
            throw;
        co_return false;
    }
    co_return true;
}

}  // namespace signet::agent
