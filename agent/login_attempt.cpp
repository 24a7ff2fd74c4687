#include "agent/login_attempt.h"

#include "agent/error.h"
#include "agent/pin/pin_entry.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <variant>

namespace signet::agent {

namespace {

constexpr auto restart_limit = std::chrono::seconds{30};
constexpr int max_sends = 3;

[[noreturn]] void refuse_absent(const TokenState& token) {
    throw Error(protocol::TOKEN_ABSENT, quoted(token) + " is not there", "insert it");
}

/// A name that others chose, so that it cannot pass for our own words: without line ends, and short.
std::string foreign(std::string text) {
    constexpr std::size_t longest = 200;
    if (text.size() > longest) {
        text.resize(longest);
        text += "...";
    }
    std::replace_if(
        text.begin(), text.end(), [](unsigned char c) { return c < ' '; }, '?');
    return text;
}

}  // namespace

void refuse_last_try(const TokenState& token) {
    throw Error(protocol::PIN_LOCKED,
                "one PIN try of " + quoted(token) + " is left, which nothing automatic spends",
                "run `signet unlock --pin-stdin` with the right PIN");
}

void refuse_in_doubt(const TokenState& token) {
    throw Error(protocol::PIN_UNAVAILABLE,
                "signet-token ended during the last login to " + quoted(token) +
                    "; its PIN is not sent again by itself",
                "run `signet unlock --pin-stdin`");
}

void refuse_stored_pin(const TokenState& token, bool again) {
    throw Error(protocol::PIN_INCORRECT,
                quoted(token) + (again ? " has refused the PIN of its PIN source; it is not tried again"
                                       : " refused the PIN of its PIN source" + tries_left(token)),
                "put the right PIN there");
}

void refuse_without_source(const TokenState& token) {
    throw Error(protocol::PIN_UNAVAILABLE, quoted(token) + " is locked, and its PIN source is none",
                "run `signet unlock --pin-stdin`");
}

std::string tries_left(const TokenState& token) {
    if (token.has_flag(CKF_USER_PIN_LOCKED))
        return "; it is locked now";
    if (token.has_flag(CKF_USER_PIN_FINAL_TRY))
        return "; one try is left";
    if (token.has_flag(CKF_USER_PIN_COUNT_LOW))
        return "; few tries are left";
    return {};
}

void refuse_locked(const TokenState& token) {
    throw Error(protocol::PIN_LOCKED, "the PIN of " + quoted(token) + " is locked",
                "unblock it with the token's own tools (PUK, SO PIN)");
}

Secret stored_pin(const pin::PinSource& source) {
    const auto* file = std::get_if<pin::PinFromFile>(&source);
    return file != nullptr ? pin::read_pin(*file) : pin::read_pin(std::get<pin::PinFromCredential>(source));
}

asio::awaitable<void> Logins::look_again(Attempt& attempt) {
    const auto deadline = Clock::now() + restart_limit;
    bool ready = false;
    do {
        ready = co_await attempt.host->wait_ready(deadline);
        if (ready)
            co_await attempt.host->scan(attempt.token->slot);
        for (const auto& [slot, token] : attempt.host->tokens()) {
            if (token->current && token->id() == attempt.id) {
                attempt.token = token;
                co_return;
            }
        }
        // The process may have ended while the scan waited for its turn.
    } while (ready && !attempt.host->is_ready());
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
        keep(attempt, std::nullopt);
        co_await succeed(attempt);
        co_return;
    }
    if (answer.fate == Fate::answered && answer.outcome == token::protocol::PIN_LOCKED)
        refuse_locked(*attempt.token);
    if (answer.fate == Fate::answered && answer.outcome == token::protocol::PIN_INCORRECT) {
        co_await look_again(attempt);
        throw Error(protocol::PIN_INCORRECT, "the PIN was wrong" + tries_left(*attempt.token),
                    "try again at the PIN pad");
    }
    if (answer.fate == Fate::answered && answer.outcome == token::protocol::PIN_CANCELLED)
        throw Error(protocol::PIN_CANCELLED, "no PIN was entered at the PIN pad");
    if (answer.fate == Fate::answered && answer.outcome == token::protocol::TOKEN_ABSENT)
        refuse_absent(*attempt.token);
    throw Error(protocol::TOKEN_FAILED, "the login to " + quoted(*attempt.token) + " failed: " + answer.what);
}

asio::awaitable<void> Logins::by_brought_pin(Attempt& attempt, const Secret& pin) {
    if (m_refused.is_refused(attempt.id, pin))
        throw Error(protocol::PIN_INCORRECT,
                    quoted(*attempt.token) + " has refused this PIN before; it was not tried again",
                    "enter the right PIN");
    const bool done = co_await try_pin(attempt, pin, false);
    if (!done) {
        co_await look_again(attempt);
        throw Error(protocol::PIN_INCORRECT,
                    quoted(*attempt.token) + " refused the PIN" + tries_left(*attempt.token),
                    "enter the right PIN");
    }
}

asio::awaitable<void> Logins::by_source(Attempt& attempt) {
    const bool last_try = attempt.token->has_flag(CKF_USER_PIN_FINAL_TRY);
    attempt.under_way.removed_from.clear();
    const auto kept = m_kept.get(attempt.id, attempt.token->module, Clock::now());
    if (kept && !last_try) {
        attempt.automatic = true;
        attempt.kept_for = attempt.token->module;
        const bool done = co_await try_pin(attempt, *kept, true);
        if (done)
            co_return;
        co_await look_again(attempt);
    }
    attempt.automatic = false;
    const auto& source = attempt.config.pin;
    if (std::holds_alternative<pin::PinFromPinentry>(source)) {
        co_await by_pinentry(attempt);
        co_return;
    }
    if (attempt.token->has_flag(CKF_USER_PIN_LOCKED))
        refuse_locked(*attempt.token);
    if (std::holds_alternative<pin::PinNone>(source))
        refuse_without_source(*attempt.token);
    if (attempt.token->has_flag(CKF_USER_PIN_FINAL_TRY))
        refuse_last_try(*attempt.token);
    co_await by_stored_pin(attempt, stored_pin(source));
}

asio::awaitable<void> Logins::by_stored_pin(Attempt& attempt, Secret pin) {
    attempt.automatic = true;
    if (m_refused.is_refused(attempt.id, pin))
        refuse_stored_pin(*attempt.token, true);
    if (m_in_doubt.is_refused(attempt.id, pin))
        refuse_in_doubt(*attempt.token);
    const bool done = co_await try_pin(attempt, pin, false);
    if (!done) {
        co_await look_again(attempt);
        refuse_stored_pin(*attempt.token, false);
    }
}

std::string Logins::description(const Attempt& attempt) {
    const auto& token = *attempt.token;
    std::string text;
    if (token.has_flag(CKF_USER_PIN_FINAL_TRY))
        text = "This is the last try: a wrong PIN locks the token.\n";
    else if (token.has_flag(CKF_USER_PIN_COUNT_LOW))
        text = "Few tries are left: too many wrong PINs lock the token.\n";
    if (attempt.under_way.kind == Kind::context)
        text += "Its key asks for the PIN at each use.\n";
    text += "Please enter the PIN of token \"" + foreign(token.label) + "\" (serial number " +
            foreign(token.serial) + "), asked for by " +
            (attempt.peer.program.empty() ? "a program" : foreign(attempt.peer.program)) + " (process " +
            std::to_string(attempt.peer.pid) + ").";
    return text;
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
        prompt.description = description(attempt);
        const auto pin = co_await ask_person(attempt, prompt);
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

asio::awaitable<Secret> Logins::ask_person(Attempt& attempt, const pin::PinPrompt& prompt) {
    auto& under_way = attempt.under_way;
    if (m_stopping || !under_way.wanted())
        under_way.dialogue.dismiss();
    Secret pin;
    try {
        pin = co_await pin::ask_pin(m_loop, prompt, under_way.dialogue);
    } catch (const Error&) {
        if (!under_way.dialogue.dismissed())
            throw;
    }
    if (m_stopping)
        throw Error(protocol::STOPPING, "the agent is stopping", "try again when it runs");
    if (under_way.dialogue.dismissed())
        throw Error(protocol::STOPPING, "the client has gone");
    co_return pin;
}

asio::awaitable<bool> Logins::try_pin(Attempt& attempt, const Secret& pin, bool confirmed) {
    const auto answer = co_await send(attempt, &pin, confirmed);
    if (answer.ok()) {
        // What is kept has its time already; what was dropped meanwhile is not kept again.
        if (!confirmed)
            keep(attempt, pin.clone());
        else if (!m_kept.has(attempt.id, attempt.token->module, Clock::now()))
            keep(attempt, std::nullopt);
        co_await succeed(attempt);
        co_return true;
    }
    if (answer.fate == Fate::answered) {
        switch (answer.outcome) {
            case token::protocol::PIN_INCORRECT:
            case token::protocol::PIN_INVALID:
                spdlog::warn("{} refused a PIN", quoted(*attempt.token));
                refuse(attempt.id, pin);
                attempt.token->logged_in = false;
                co_return false;
            case token::protocol::PIN_LOCKED:
                m_kept.drop(attempt.id);
                attempt.token->logged_in = false;
                refuse_locked(*attempt.token);
            case token::protocol::TOKEN_ABSENT:
                refuse_absent(*attempt.token);
            default:
                break;
        }
    }
    // The PIN source is asked for it anew.
    if (confirmed && answer.fate == Fate::not_sent && attempt.has_lost_kept())
        co_return false;
    if (!confirmed && answer.fate != Fate::not_sent)
        m_in_doubt.remember(attempt.id, pin);
    throw Error(protocol::TOKEN_FAILED, "the login to " + quoted(*attempt.token) + " failed: " + answer.what,
                "try again; see the log of signet-agent");
}

void Logins::refuse(const pin::TokenId& id, const Secret& pin) {
    // A slip of somebody's fingers does not cost the others the right one.
    m_kept.drop(id, pin);
    m_refused.remember(id, pin);
}

asio::awaitable<Answer> Logins::send(Attempt& attempt, const Secret* pin, bool may_repeat) {
    Answer answer;
    for (int sent = 0; sent < max_sends; ++sent) {
        if (sent > 0 || !attempt.host->is_ready())
            co_await look_again(attempt);
        // Nobody waits for what a person would have to answer for.
        if (attempt.under_way.kind == Kind::by_brought_pin)
            require_there(attempt.peer);
        if (may_repeat && (attempt.token->module != attempt.kept_for || attempt.has_lost_kept())) {
            answer.what = "its module is another one now";
            break;
        }
        attempt.under_way.removed_from.erase(attempt.token->module);
        // The login before may have cost a try although nobody answered it.
        if (attempt.token->has_flag(CKF_USER_PIN_LOCKED))
            refuse_locked(*attempt.token);
        if (attempt.automatic && attempt.token->has_flag(CKF_USER_PIN_FINAL_TRY))
            refuse_last_try(*attempt.token);
        token::protocol::Request request;
        auto& login = *request.mutable_login();
        login.set_slot(attempt.token->slot);
        login.set_serial(attempt.token->serial);
        login.set_label(attempt.token->label);
        login.set_removals(attempt.token->removals);
        Clock::duration limit = pin_pad_limit;
        if (pin != nullptr) {
            // The setter that protobuf generates would leave a copy behind that nobody wipes.
            login.mutable_pin()->assign(pin->reveal());
            limit = attempt.host->config().operation_timeout;
        }
        answer = co_await attempt.host->control(request, limit);
        wipe(*login.mutable_pin());
        attempt.host->heed_removal(*attempt.token, answer);
        const bool device_failed =
            answer.fate == Fate::answered && answer.outcome == token::protocol::DEVICE_FAILED;
        if (device_failed)
            attempt.host->retire(*attempt.token, "the device failed at a login: " + answer.what);
        const bool unanswered = answer.fate == Fate::lost || answer.fate == Fate::timed_out || device_failed;
        if (answer.fate == Fate::answered && !device_failed)
            m_unanswered.erase(attempt.id);
        const bool repeat = unanswered && may_repeat && !is_unanswered_too_often(*attempt.token, *pin);
        if (answer.fate != Fate::not_sent && !repeat)
            break;
    }
    co_return answer;
}

bool Logins::is_unanswered_too_often(const TokenState& token, const Secret& pin) {
    const auto id = token.id();
    if (++m_unanswered[id] < max_sends)
        return false;
    // It may have been changed elsewhere: each may have cost a try.
    spdlog::warn("{} did not answer to its PIN {} times; it is not sent again by itself", quoted(token),
                 max_sends);
    m_unanswered.erase(id);
    m_kept.drop(id, pin);
    m_in_doubt.remember(id, pin);
    return true;
}

asio::awaitable<void> Logins::succeed(Attempt& attempt) {
    attempt.under_way.logged_in = true;
    m_closing.erase(attempt.id);
    if (attempt.under_way.kind != Kind::unasked)
        m_left_alone.erase({attempt.id, attempt.token->module});
    spdlog::info("{} is logged in", quoted(*attempt.token));
    attempt.host->believe(attempt.id);
    // Private keys often show only now: the scan's token is the one that is logged in, and till then others
    // wait.
    co_await attempt.host->scan(attempt.token->slot);
}

}  // namespace signet::agent
