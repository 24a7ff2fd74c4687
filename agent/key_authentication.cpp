#include "agent/key_progress.h"

#include "agent/bare_key.h"
#include "agent/error.h"
#include "agent/login_attempt.h"
#include "agent/token_config.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace signet::agent {

namespace {

/// Where the key is now: a scan may have seen its token anew, and the catalogue itself finds no key again
/// that has no certificate.
void follow_bare_key(const Catalogue& catalogue, std::shared_ptr<const Key>& key) {
    const auto& info = key->subject_public_key_info;
    if (catalogue.key(info))
        return;
    for (auto& bare : bare_keys(catalogue)) {
        if (bare.key && bare.key->subject_public_key_info == info) {
            key = std::move(bare.key);
            return;
        }
    }
}

}  // namespace

void KeyOperations::Progress::let_go_of_pin() {
    pin.reset();
    pin_for.reset();
    turn.reset();
}

bool KeyOperations::Progress::has_pin_for(const TokenState& token, const Logins& all_logins) const {
    return pin && is_same_place(*pin_for, token) && pin->forgotten == all_logins.forgotten(token.id());
}

asio::awaitable<void> KeyOperations::find_pin(Progress& progress, std::shared_ptr<TokenState> token,
                                              const KeyUse* use) {
    progress.failures_allowed = std::min(progress.failures_allowed, max_failures_with_pin);
    const auto begin = Clock::now();
    // What the token says to a PIN decides what the next operation sends.
    progress.pin.reset();
    progress.turn.reset();
    progress.turn.emplace(co_await m_logins.take_turn(token->id()));
    require_there(progress.permit.peer());
    if (use != nullptr && use->is_given_up())
        throw Error(protocol::STOPPING, "the rest of the request has failed");
    // While this waited for its turn, another operation of the request may have asked in vain.
    const bool asks = m_logins.would_ask(*token) || (progress.last_try && may_ask_person(*m_config, *token));
    if (asks && progress.questions.are_over(*token)) {
        progress.turn.reset();
        progress.pass_over(token);
        co_return;
    }
    try {
        progress.pin = co_await m_logins.context_pin(token, progress.permit.peer(), progress.last_try,
                                                     progress.pin_error);
        progress.pin_for = token;
        follow_bare_key(m_hosts.catalogue(), progress.key);
    } catch (const Error& error) {
        progress.turn.reset();
        note_failed_login(progress, token, error);
    }
    // A person may take their time; the operation's own time stands still meanwhile.
    progress.deadline += Clock::now() - begin;
}

/// Whether the operation is begun anew: with another PIN, or at another token.
asio::awaitable<bool> KeyOperations::judge_pin(Progress& progress, std::shared_ptr<TokenState> token,
                                               const Answer& answer) {
    try {
        const bool again = co_await judge_answer(progress, token, answer);
        co_return again;
    } catch (const Error& error) {
        note_failed_login(progress, token, error);
    }
    co_return true;
}

/// Throws Error (PIN_*) where there is no other PIN.
asio::awaitable<bool> KeyOperations::judge_answer(Progress& progress, std::shared_ptr<TokenState> token,
                                                  const Answer& answer) {
    ContextPin pin = std::move(*progress.pin);
    progress.pin.reset();
    const auto turn = std::exchange(progress.turn, std::nullopt);
    if (answer.fate != Fate::answered || answer.outcome == token::protocol::DEVICE_FAILED) {
        m_logins.context_pin_unanswered(*token, pin);
        co_return false;
    }
    switch (answer.outcome) {
        case token::protocol::INPUT_REFUSED:
            // The token has not seen it.
            if (answer.ckr == CKR_OK)
                co_return false;
            [[fallthrough]];
        case token::protocol::OK:
            m_logins.context_pin_taken(*token, std::move(pin));
            co_return false;
        case token::protocol::PIN_CANCELLED:
            throw Error(protocol::PIN_CANCELLED, "no PIN was entered at the PIN pad");
        case token::protocol::PIN_LOCKED:
            m_logins.context_pin_refused(*token, pin);
            refuse_locked(*token);
        case token::protocol::PIN_INCORRECT:
        case token::protocol::PIN_INVALID:
            m_logins.context_pin_refused(*token, pin);
            break;
        case token::protocol::PIN_LAST_TRY:
            if (std::exchange(progress.last_try, true))
                refuse_last_try(*token);
            co_await token->host->scan(token->slot);
            follow_bare_key(m_hosts.catalogue(), progress.key);
            co_return true;
        default:
            co_return false;
    }
    // The flags say what is left now.
    const auto host = token->host;
    co_await host->scan(token->slot);
    follow_bare_key(m_hosts.catalogue(), progress.key);
    const auto place = host->tokens().find(token->slot);
    const auto left = place == host->tokens().end() ? std::string() : tries_left(*place->second);
    if (!pin.pin)
        throw Error(protocol::PIN_INCORRECT, "the PIN was wrong" + left, "try again at the PIN pad");
    const bool may_ask = may_ask_person(*m_config, *token);
    const bool has_other = pin.confirmed || may_ask;
    if (!has_other || ++progress.wrong_pins >= max_prompts)
        throw Error(protocol::PIN_INCORRECT, quoted(*token) + " refused the PIN" + left,
                    may_ask ? "try again" : "put the right PIN where it is read from");
    progress.pin_error = "The token refused the PIN" + left + ".";
    co_return true;
}

}  // namespace signet::agent
