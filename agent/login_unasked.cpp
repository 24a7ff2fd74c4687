#include "agent/login_attempt.h"

#include "agent/error.h"
#include "agent/spawn.h"
#include "agent/token_config.h"

#include <spdlog/spdlog.h>

#include <utility>
#include <variant>

namespace signet::agent {

namespace {

/// Also after a login: it may not last, and requests that follow one would come back from it again and again.
constexpr auto leave_alone = std::chrono::minutes{1};

bool is_stored(const pin::PinSource& source) {
    return std::holds_alternative<pin::PinFromFile>(source) ||
           std::holds_alternative<pin::PinFromCredential>(source);
}

}  // namespace

bool Logins::open_unasked(const std::shared_ptr<TokenState>& token, Pauses pauses,
                          std::function<void(bool opened)> ended) {
    const auto id = token->id();
    const auto now = Clock::now();
    std::erase_if(m_left_alone, [now](const auto& entry) { return entry.second <= now; });
    if (m_stopping || m_under_way.contains(id))
        return false;
    const bool first = m_left_alone.emplace(std::pair(id, token->module), now + leave_alone).second;
    if ((!first && pauses == Pauses::here) || !opens_unasked(*token))
        return false;
    // From here on others wait for it.
    const auto under_way = std::make_shared<UnderWay>(m_loop, Kind::unasked);
    m_under_way[id] = under_way;
    spawn(m_loop, log_in_unasked(token, under_way),
          [this, token, ended = std::move(ended)](const std::exception_ptr& failure) {
              finish(token->id(), failure);
              if (failure)
                  tell_unopened(*token, failure);
              ended(!failure);
          });
    return true;
}

bool Logins::would_ask(const TokenState& token) const {
    // The last try is a person's.
    constexpr auto in_person = CKF_PROTECTED_AUTHENTICATION_PATH | CKF_USER_PIN_FINAL_TRY;
    return may_ask_person(*m_config, token) &&
           (token.has_flag(in_person) || !m_kept.has(token.id(), token.module, Clock::now()));
}

bool Logins::opens_unasked(const TokenState& token) const {
    constexpr auto needs_person =
        CKF_PROTECTED_AUTHENTICATION_PATH | CKF_USER_PIN_LOCKED | CKF_USER_PIN_FINAL_TRY;
    if (token.has_flag(needs_person))
        return false;
    const auto config = token_config_for(*m_config, token);
    // Such a login is for the requests that asked for it, and ends with them.
    if (config.pin_cache && config.pin_cache->count() == 0)
        return false;
    return is_stored(config.pin) || m_kept.has(token.id(), token.module, Clock::now());
}

asio::awaitable<void> Logins::log_in_unasked(std::shared_ptr<TokenState> token,
                                             std::shared_ptr<UnderWay> under_way) {
    const Peer nobody;
    Attempt attempt{token, token->host, token->id(), nobody, token_config_for(*m_config, *token), *under_way};
    co_await look_again(attempt);
    if (!attempt.token->needs_login())
        co_return;
    const auto kept = m_kept.get(attempt.id, attempt.token->module, Clock::now());
    // It may have changed; and what is kept may be a login at a PIN pad.
    if (!opens_unasked(*attempt.token) || (!kept && !is_stored(attempt.config.pin)))
        throw Error(protocol::PIN_UNAVAILABLE, quoted(*attempt.token) + " needs a person to open it");
    attempt.automatic = true;
    if (!kept) {
        co_await by_stored_pin(attempt, stored_pin(attempt.config.pin));
        co_return;
    }
    attempt.kept_for = attempt.token->module;
    const bool done = co_await try_pin(attempt, *kept, true);
    if (!done && attempt.has_lost_kept())
        throw Error(protocol::PIN_UNAVAILABLE, quoted(*attempt.token) + " was out, and its PIN went with it");
    if (!done)
        throw Error(protocol::PIN_INCORRECT, quoted(*attempt.token) + " refused the PIN that was kept");
}

void Logins::tell_unopened(const TokenState& token, const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const std::exception& error) {
        spdlog::warn("{} takes no share of the requests for its keys: {}", quoted(token), error.what());
    }
}

}  // namespace signet::agent
