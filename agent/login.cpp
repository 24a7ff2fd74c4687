#include "agent/login.h"

#include "agent/error.h"
#include "agent/pin/pin_entry.h"
#include "agent/token_uri.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <variant>

namespace signet::agent {

namespace {

constexpr auto pin_pad_limit = std::chrono::minutes{2};
constexpr auto restart_limit = std::chrono::seconds{30};
constexpr int max_sends = 3;
constexpr int max_prompts = 3;
constexpr auto expire_again = std::chrono::seconds{1};

std::string quoted(const TokenState& token) {
    return "token \"" + token.label + "\"";
}

TokenConfig config_of(const Config& config, const TokenState& token) {
    for (const auto& candidate : config.tokens) {
        if (TokenUri(candidate.uri).matches(token))
            return candidate;
    }
    return {};
}

[[noreturn]] void refuse_locked(const TokenState& token) {
    throw Error(protocol::PIN_LOCKED, "the PIN of " + quoted(token) + " is locked",
                "unblock it with the token's own tools (PUK, SO PIN)");
}

[[noreturn]] void refuse_last_try(const TokenState& token) {
    throw Error(protocol::PIN_LOCKED, "one PIN try of " + quoted(token) + " is left, which nothing automatic spends",
                "run `signet unlock --pin-stdin` with the right PIN");
}

}  // namespace

/// A login or logout that others wait for.
struct Logins::UnderWay {
    explicit UnderWay(asio::io_context& loop) : changed(loop) {}
    Broadcast changed;
    bool ended = false;
    std::exception_ptr failure;
};

struct Logins::Attempt {
    std::shared_ptr<TokenState> token;
    std::shared_ptr<Host> host;
    pin::TokenId id;
    const Peer& peer;
    TokenConfig config;
    bool verify = false;
};

Logins::Logins(asio::io_context& loop, const std::shared_ptr<const Config>& config, const Hosts& hosts)
    : m_loop(loop), m_config(config), m_hosts(hosts), m_expiry(loop) {}

asio::awaitable<std::shared_ptr<Logins::UnderWay>> Logins::begin(const pin::TokenId& id) {
    for (auto other = m_under_way.find(id); other != m_under_way.end(); other = m_under_way.find(id)) {
        const auto held = other->second;
        co_await held->changed.wait_until(Clock::time_point::max());
    }
    auto mine = std::make_shared<UnderWay>(m_loop);
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
}

asio::awaitable<void> Logins::ensure(std::shared_ptr<TokenState> token, const Peer& peer) {
    const auto other = m_under_way.find(token->id());
    if (other == m_under_way.end()) {
        co_await one_at_a_time(token, peer, nullptr);
        co_return;
    }
    const auto held = other->second;
    while (!held->ended)
        co_await held->changed.wait_until(Clock::time_point::max());
    if (held->failure)
        std::rethrow_exception(held->failure);
}

asio::awaitable<void> Logins::unlock(std::shared_ptr<TokenState> token, const Peer& peer, Secret pin) {
    co_await one_at_a_time(token, peer, &pin);
}

asio::awaitable<void> Logins::one_at_a_time(std::shared_ptr<TokenState> token, const Peer& peer,
                                            const Secret* brought) {
    const auto id = token->id();
    co_await begin(id);
    std::exception_ptr failure;
    try {
        co_await log_in(token, peer, brought);
    } catch (...) {
        failure = std::current_exception();
    }
    finish(id, failure);
    if (failure)
        std::rethrow_exception(failure);
}

asio::awaitable<void> Logins::log_in(std::shared_ptr<TokenState> token, const Peer& peer, const Secret* brought) {
    Attempt attempt{token, token->host, token->id(), peer, config_of(*m_config, *token), brought != nullptr};
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

asio::awaitable<void> Logins::look_again(Attempt& attempt) {
    const bool ready = co_await attempt.host->wait_ready(Clock::now() + restart_limit);
    if (ready)
        co_await attempt.host->scan(attempt.token->slot);
    for (const auto& [slot, token] : attempt.host->tokens()) {
        if (token->current && token->id() == attempt.id) {
            attempt.token = token;
            co_return;
        }
    }
    if (!attempt.host->is_ready())
        throw Error(protocol::TOKEN_FAILED,
                    "module " + attempt.host->config().name + " is not there: " + attempt.host->trouble(),
                    "see the log of signet-agent");
    throw Error(protocol::TOKEN_ABSENT, "token \"" + attempt.id.label + "\" is not there", "insert it");
}

asio::awaitable<void> Logins::by_pin_pad(Attempt& attempt) {
    spdlog::info("{} waits for its PIN pad", quoted(*attempt.token));
    const auto answer = co_await send(attempt, nullptr, false);
    if (answer.ok()) {
        co_await succeed(attempt);
        co_return;
    }
    if (answer.fate == Fate::answered && answer.outcome == token::protocol::PIN_LOCKED)
        refuse_locked(*attempt.token);
    if (answer.fate == Fate::answered && answer.outcome == token::protocol::PIN_INCORRECT)
        throw Error(protocol::PIN_INCORRECT, "the PIN was wrong", "try again at the PIN pad");
    if (answer.fate == Fate::answered && answer.outcome == token::protocol::PIN_CANCELLED)
        throw Error(protocol::PIN_CANCELLED, "no PIN was entered at the PIN pad");
    throw Error(protocol::TOKEN_FAILED, "the login to " + quoted(*attempt.token) + " failed: " + answer.what);
}

asio::awaitable<void> Logins::by_brought_pin(Attempt& attempt, const Secret& pin) {
    const auto kept = m_kept.get(attempt.id, Clock::now());
    if (attempt.token->logged_in && kept && equal(*kept, pin))
        co_return;
    if (m_refused.is_refused(attempt.id, pin))
        throw Error(protocol::PIN_INCORRECT,
                    quoted(*attempt.token) + " has refused this PIN before; it was not tried again",
                    "enter the right PIN");
    const bool done = co_await try_pin(attempt, pin, false);
    if (!done)
        throw Error(protocol::PIN_INCORRECT, quoted(*attempt.token) + " refused the PIN", "enter the right PIN");
}

asio::awaitable<void> Logins::by_source(Attempt& attempt) {
    const bool last_try = attempt.token->has_flag(CKF_USER_PIN_FINAL_TRY);
    const auto kept = m_kept.get(attempt.id, Clock::now());
    if (kept && !last_try) {
        const bool done = co_await try_pin(attempt, *kept, true);
        if (done)
            co_return;
        co_await look_again(attempt);
    }
    const auto& source = attempt.config.pin;
    if (std::holds_alternative<pin::PinFromPinentry>(source)) {
        co_await by_pinentry(attempt);
        co_return;
    }
    if (attempt.token->has_flag(CKF_USER_PIN_LOCKED))
        refuse_locked(*attempt.token);
    if (std::holds_alternative<pin::PinNone>(source))
        throw Error(protocol::PIN_UNAVAILABLE, quoted(*attempt.token) + " is locked, and its PIN source is none",
                    "run `signet unlock --pin-stdin`");
    if (attempt.token->has_flag(CKF_USER_PIN_FINAL_TRY))
        refuse_last_try(*attempt.token);
    const auto* file = std::get_if<pin::PinFromFile>(&source);
    auto pin = file != nullptr ? pin::read_pin(*file) : pin::read_pin(std::get<pin::PinFromCredential>(source));
    co_await by_stored_pin(attempt, std::move(pin));
}

asio::awaitable<void> Logins::by_stored_pin(Attempt& attempt, Secret pin) {
    if (m_refused.is_refused(attempt.id, pin))
        throw Error(protocol::PIN_INCORRECT,
                    quoted(*attempt.token) + " has refused the PIN of its PIN source; it is not tried again",
                    "put the right PIN there");
    if (m_in_doubt.is_refused(attempt.id, pin))
        throw Error(protocol::PIN_UNAVAILABLE,
                    "signet-token ended during the last login to " + quoted(*attempt.token) +
                        "; its PIN is not sent again by itself",
                    "run `signet unlock --pin-stdin`");
    const bool done = co_await try_pin(attempt, pin, false);
    if (!done)
        throw Error(protocol::PIN_INCORRECT, quoted(*attempt.token) + " refused the PIN of its PIN source",
                    "put the right PIN there");
}

asio::awaitable<void> Logins::by_pinentry(Attempt& attempt) {
    pin::PinPrompt prompt;
    prompt.title = "Signet";
    prompt.prompt = "PIN:";
    prompt.program = m_config->pinentry;
    prompt.place = attempt.peer.place;
    for (int asked = 0; asked < max_prompts; ++asked) {
        if (attempt.token->has_flag(CKF_USER_PIN_LOCKED))
            refuse_locked(*attempt.token);
        prompt.description = "Please enter the PIN of " + quoted(*attempt.token) + " (serial number " +
                             attempt.token->serial + "), asked for by " +
                             (attempt.peer.program.empty() ? "a program" : attempt.peer.program) + " (process " +
                             std::to_string(attempt.peer.pid) + ").";
        if (attempt.token->has_flag(CKF_USER_PIN_FINAL_TRY))
            prompt.description += "\nThis is the last try: a wrong PIN locks the token.";
        const auto pin = co_await pin::ask_pin(prompt);
        if (m_refused.is_refused(attempt.id, pin)) {
            prompt.error = "The token has refused this PIN before; it was not tried again.";
            continue;
        }
        // The person took their time; the token may have gone or changed.
        co_await look_again(attempt);
        const bool done = co_await try_pin(attempt, pin, false);
        if (done)
            co_return;
        prompt.error = "The token refused the PIN.";
        co_await look_again(attempt);
    }
    throw Error(protocol::PIN_INCORRECT, "no right PIN was entered for " + quoted(*attempt.token),
                "run `signet unlock`");
}

asio::awaitable<bool> Logins::try_pin(Attempt& attempt, const Secret& pin, bool confirmed) {
    const auto answer = co_await send(attempt, &pin, confirmed);
    if (answer.ok()) {
        keep(attempt, pin);
        co_await succeed(attempt);
        co_return true;
    }
    if (answer.fate == Fate::answered) {
        switch (answer.outcome) {
            case token::protocol::PIN_INCORRECT:
            case token::protocol::PIN_INVALID:
                spdlog::warn("{} refused a PIN", quoted(*attempt.token));
                m_refused.remember(attempt.id, pin);
                m_kept.drop(attempt.id);
                attempt.token->logged_in = false;
                co_return false;
            case token::protocol::PIN_LOCKED:
                m_kept.drop(attempt.id);
                attempt.token->logged_in = false;
                refuse_locked(*attempt.token);
            case token::protocol::TOKEN_ABSENT:
                throw Error(protocol::TOKEN_ABSENT, quoted(*attempt.token) + " is not there", "insert it");
            default:
                break;
        }
    }
    if (!confirmed && answer.fate != Fate::not_sent)
        m_in_doubt.remember(attempt.id, pin);
    throw Error(protocol::TOKEN_FAILED, "the login to " + quoted(*attempt.token) + " failed: " + answer.what,
                "try again; see the log of signet-agent");
}

asio::awaitable<Answer> Logins::send(Attempt& attempt, const Secret* pin, bool may_repeat) {
    Answer answer;
    for (int sent = 0; sent < max_sends; ++sent) {
        if (sent > 0 || !attempt.host->is_ready())
            co_await look_again(attempt);
        token::protocol::Request request;
        auto& login = *request.mutable_login();
        login.set_slot(attempt.token->slot);
        login.set_verify(attempt.verify);
        Clock::duration limit = pin_pad_limit;
        if (pin != nullptr) {
            login.set_pin(pin->data(), pin->size());
            limit = attempt.host->config().operation_timeout;
        }
        answer = co_await attempt.host->control(request, limit);
        wipe(*login.mutable_pin());
        const bool device_failed =
            answer.fate == Fate::answered && answer.outcome == token::protocol::DEVICE_FAILED;
        if (device_failed)
            attempt.host->retire(*attempt.token, "the device failed at a login: " + answer.what);
        const bool unanswered = answer.fate == Fate::lost || answer.fate == Fate::timed_out || device_failed;
        if (answer.fate != Fate::not_sent && !(unanswered && may_repeat))
            break;
    }
    co_return answer;
}

asio::awaitable<void> Logins::succeed(Attempt& attempt) {
    spdlog::info("{} is logged in", quoted(*attempt.token));
    attempt.token->logged_in = true;
    // Private keys often show only now.
    co_await attempt.host->scan(attempt.token->slot);
}

asio::awaitable<void> Logins::lock(std::shared_ptr<TokenState> token) {
    const auto id = token->id();
    co_await begin(id);
    std::exception_ptr failure;
    try {
        co_await log_out(token);
    } catch (...) {
        failure = std::current_exception();
    }
    finish(id, nullptr);
    if (failure)
        std::rethrow_exception(failure);
}

asio::awaitable<void> Logins::log_out(std::shared_ptr<TokenState> token) {
    m_kept.drop(token->id());
    const auto host = token->host;
    token->logged_in = false;
    token::protocol::Request request;
    request.mutable_logout()->set_slot(token->slot);
    const auto answer = co_await host->control(request, host->config().operation_timeout);
    // Without a process, or without the token, there is no login either.
    const bool gone = answer.fate != Fate::answered || answer.outcome == token::protocol::TOKEN_ABSENT ||
                      answer.outcome == token::protocol::NOT_LOGGED_IN;
    if (!answer.ok() && !gone)
        throw Error(protocol::TOKEN_FAILED, "the logout from " + quoted(*token) + " failed: " + answer.what,
                    "remove the token");
    co_await host->scan(token->slot);
}

asio::awaitable<void> Logins::log_out_quietly(std::shared_ptr<TokenState> token) {
    try {
        co_await lock(token);
    } catch (const std::exception& error) {
        spdlog::warn("{}", error.what());
    }
}

void Logins::keep(const Attempt& attempt, const Secret& pin) {
    m_refused.forget(attempt.id);
    m_in_doubt.forget(attempt.id);
    const auto& lifetime = attempt.config.pin_cache;
    const auto now = Clock::now();
    m_kept.put(attempt.id, pin.clone(), lifetime, now);
    if (!lifetime)
        return;
    if (lifetime->count() == 0)
        m_asks_each_time = true;
    else
        expire_at(std::min(m_expiry.expiry() > now ? m_expiry.expiry() : Clock::time_point::max(), now + *lifetime));
}

void Logins::expire_at(Clock::time_point when) {
    m_expiry.expires_at(when);
    m_expiry.async_wait([this](const boost::system::error_code& cancelled) {
        if (!cancelled)
            expire();
    });
}

void Logins::expire() {
    const auto now = Clock::now();
    auto next = m_kept.drop_expired(now);
    m_asks_each_time = false;
    for (const auto& token : m_hosts.catalogue().tokens()) {
        const bool by_pin = token->current && token->logged_in && token->has_flag(CKF_LOGIN_REQUIRED) &&
                            !token->has_flag(CKF_PROTECTED_AUTHENTICATION_PATH);
        if (!by_pin || m_under_way.contains(token->id()) || m_kept.get(token->id(), now))
            continue;
        if (token->host->outstanding() + token->host->queued() == 0) {
            asio::co_spawn(m_loop, log_out_quietly(token), asio::detached);
        } else {
            // Each end of a request looks again; the timer is for requests that never end.
            m_asks_each_time = true;
            next = std::min(next.value_or(Clock::time_point::max()), now + expire_again);
        }
    }
    if (next)
        expire_at(*next);
}

void Logins::stop() noexcept {
    m_kept.drop_all();
    m_expiry.cancel();
}

}  // namespace signet::agent
