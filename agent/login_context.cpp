#include "agent/login_attempt.h"

#include "agent/error.h"
#include "agent/pin/pin_entry.h"
#include "agent/token_config.h"

#include <exception>
#include <variant>

namespace signet::agent {

asio::awaitable<ContextPin> Logins::context_pin(std::shared_ptr<TokenState> token, const Peer& peer,
                                                bool last_try, const std::string& error) {
    const auto id = token->id();
    const auto config = token_config_for(*m_config, *token);
    // A login or a change under way may find out which PIN is right.
    for (auto other = m_under_way.find(id); other != m_under_way.end(); other = m_under_way.find(id)) {
        const auto held = other->second;
        co_await held->changed.wait_until(Clock::time_point::max());
    }
    const auto forgotten = this->forgotten(id);
    if (token->has_flag(CKF_PROTECTED_AUTHENTICATION_PATH))
        co_return ContextPin{{}, true, false, forgotten};
    auto kept = m_kept.get(id, token->module, Clock::now());
    if (kept && !last_try)
        co_return ContextPin{kept->clone(), false, true, forgotten};
    if (!std::holds_alternative<pin::PinFromPinentry>(config.pin)) {
        if (last_try)
            refuse_last_try(*token);
        if (std::holds_alternative<pin::PinNone>(config.pin))
            refuse_without_source(*token);
        auto pin = stored_pin(config.pin);
        if (m_refused.is_refused(id, pin))
            refuse_stored_pin(*token, true);
        if (m_in_doubt.is_refused(id, pin))
            refuse_in_doubt(*token);
        co_return ContextPin{std::move(pin), false, false, forgotten};
    }
    const auto under_way = co_await begin(id, Kind::context);
    under_way->waiting.push_back(&peer);
    under_way->host = token->host;
    ContextPin pin;
    std::exception_ptr failure;
    try {
        Attempt attempt{token, token->host, id, peer, config, *under_way};
        pin = co_await ask_context_pin(attempt, error);
    } catch (...) {
        failure = std::current_exception();
    }
    finish(id, failure);
    if (failure)
        std::rethrow_exception(failure);
    co_return pin;
}

std::uint64_t Logins::forgotten(const pin::TokenId& id) const {
    const auto place = m_forgotten.find(id);
    return m_forgotten_all + (place == m_forgotten.end() ? 0 : place->second);
}

void Logins::note_forgotten(const pin::TokenId& id) {
    constexpr std::size_t most = 1024;
    if (m_forgotten.size() >= most) {
        // Above any count of one that goes.
        for (const auto& [other, count] : m_forgotten)
            m_forgotten_all += count;
        m_forgotten.clear();
    }
    ++m_forgotten[id];
}

asio::awaitable<ContextPin> Logins::ask_context_pin(Attempt& attempt, const std::string& error) {
    pin::PinPrompt prompt;
    prompt.title = "Signet";
    prompt.prompt = "PIN:";
    prompt.program = m_config->pinentry;
    prompt.place = attempt.peer.place;
    prompt.error = error;
    co_await look_again(attempt);
    for (int asked = 0; asked < max_prompts; ++asked) {
        if (attempt.token->has_flag(CKF_USER_PIN_LOCKED))
            refuse_locked(*attempt.token);
        prompt.description = description(attempt);
        auto pin = co_await ask_person(attempt, prompt);
        if (!m_refused.is_refused(attempt.id, pin))
            co_return ContextPin{std::move(pin), attempt.token->has_flag(CKF_USER_PIN_FINAL_TRY), false,
                                 forgotten(attempt.id)};
        prompt.error = "The token has refused this PIN before; it was not tried again.";
    }
    throw Error(protocol::PIN_INCORRECT, "no right PIN was entered for " + quoted(*attempt.token),
                "try again");
}

void Logins::context_pin_taken(const TokenState& token, ContextPin pin) {
    const auto id = token.id();
    m_unanswered.erase(id);
    if (pin.confirmed || !pin.pin)
        return;
    if (m_in_doubt.is_refused(id, *pin.pin))
        m_in_doubt.forget(id);
    // Neither if the token went meanwhile, or was locked.
    if (token.current && pin.forgotten == forgotten(id))
        keep(token, std::move(pin.pin), token_config_for(*m_config, token).pin_cache);
}

void Logins::context_pin_refused(const TokenState& token, const ContextPin& pin) {
    m_unanswered.erase(token.id());
    if (pin.pin)
        refuse(token.id(), *pin.pin);
}

void Logins::context_pin_unanswered(const TokenState& token, const ContextPin& pin) {
    if (!pin.pin)
        return;
    if (!pin.confirmed)
        m_in_doubt.remember(token.id(), *pin.pin);
    else
        is_unanswered_too_often(token, *pin.pin);
}

}  // namespace signet::agent
