#include "agent/login_attempt.h"

#include "agent/error.h"
#include "agent/key_operations.h"
#include "agent/pin/pin_entry.h"
#include "agent/token_config.h"

#include <spdlog/spdlog.h>

#include <set>

namespace signet::agent {

namespace {

constexpr auto initialise_limit = std::chrono::minutes{2};
constexpr auto new_process_limit = std::chrono::seconds{30};
constexpr int max_entries = 3;

void put(std::string& field, const Secret& pin) {
    // The setter that protobuf generates would leave a copy behind that nobody wipes.
    field.assign(pin.reveal());
}

[[noreturn]] void refuse_pin(const std::string& why, const char* advice) {
    throw Error(protocol::PIN_INCORRECT, why, advice);
}

bool has_pin_pad(const TokenState& token) {
    return token.has_flag(CKF_PROTECTED_AUTHENTICATION_PATH);
}

bool has_ended(const Answer& answer) {
    return answer.fate == Fate::lost || answer.fate == Fate::timed_out;
}

bool is(const Answer& answer, token::protocol::Outcome outcome) {
    return answer.fate == Fate::answered && answer.outcome == outcome;
}

/// As tries_left(), of the SO PIN.
std::string so_tries_left(const TokenState& token) {
    if (token.has_flag(CKF_SO_PIN_LOCKED))
        return "; it is locked now";
    if (token.has_flag(CKF_SO_PIN_FINAL_TRY))
        return "; one try is left";
    if (token.has_flag(CKF_SO_PIN_COUNT_LOW))
        return "; few tries are left";
    return {};
}

std::string so_warning(const TokenState& token) {
    if (token.has_flag(CKF_SO_PIN_FINAL_TRY))
        return "This is the last try: a wrong SO PIN locks the token for ever.\n";
    if (token.has_flag(CKF_SO_PIN_COUNT_LOW))
        return "Few tries are left: too many wrong SO PINs lock the token for ever.\n";
    return {};
}

[[noreturn]] void refuse_locked_so(const TokenState& token) {
    throw Error(protocol::PIN_LOCKED, "the SO PIN of " + quoted(token) + " is locked",
                "unblock it with the token's own tools");
}

[[noreturn]] void refuse_cancelled() {
    throw Error(protocol::PIN_CANCELLED, "no PIN was entered at the PIN pad", "try again");
}

}  // namespace

asio::awaitable<Secret> Logins::ask_once(Attempt& attempt, std::string what) {
    pin::PinPrompt prompt;
    prompt.title = "Signet";
    prompt.prompt = "PIN:";
    prompt.program = m_config->pinentry;
    prompt.place = attempt.peer.place;
    prompt.description = std::move(what);
    try {
        co_return co_await ask_person(attempt, prompt);
    } catch (const Error& error) {
        if (error.status() != protocol::PIN_UNAVAILABLE)
            throw;
        // No other source has a new PIN, or the right to destroy what is on a token.
        throw Error(error.status(), error.what(),
                    "mend that, or give the PINs with --pin-stdin (and --so-pin-stdin)");
    }
}

asio::awaitable<Secret> Logins::ask_new(Attempt& attempt, std::string what) {
    std::string remark;
    for (int entry = 0; entry < max_entries; ++entry) {
        auto question = remark;
        question += "Please enter ";
        question += what;
        question += ".";
        auto first = co_await ask_once(attempt, std::move(question));
        const auto second = co_await ask_once(attempt, "Please enter " + what + " once more.");
        if (equal(first, second))
            co_return first;
        remark = "The two were not the same.\n";
    }
    throw Error(protocol::PIN_CANCELLED, "the new PIN was not entered twice the same", "try again");
}

asio::awaitable<std::shared_ptr<TokenState>> Logins::initialise(std::shared_ptr<TokenState> token,
                                                                const Peer& peer, BroughtPins pins,
                                                                const std::string& label) {
    const auto id = token->id();
    const auto turn = co_await m_turns.take(id);
    // To those who wait it is no login.
    const auto under_way = co_await begin(id, Kind::logout);
    under_way->waiting.push_back(&peer);
    under_way->host = token->host;
    std::shared_ptr<TokenState> made;
    std::exception_ptr failure;
    try {
        Attempt attempt{token, token->host, id, peer, token_config_for(*m_config, *token), *under_way};
        made = co_await initialise_alone(attempt, pins, label);
    } catch (...) {
        failure = std::current_exception();
    }
    finish(id, nullptr);
    if (failure)
        std::rethrow_exception(failure);
    co_return made;
}

asio::awaitable<void> Logins::find_so_pin(Attempt& attempt, BroughtPins& pins) {
    const auto& token = *attempt.token;
    if (!pins.authority && token.is_initialised()) {
        pins.authority = co_await ask_once(
            attempt, so_warning(token) + "All that is on the token will be destroyed. Please " +
                         "enter the SO PIN (of its administrator).");
    } else if (!pins.authority) {
        pins.authority = co_await ask_new(attempt, "a new SO PIN (of the token's administrator)");
    }
    if (token.is_initialised() && m_refused_so.is_refused(attempt.id, *pins.authority))
        refuse_pin(quoted(token) + " has refused this SO PIN before; it was not tried again",
                   "enter the right SO PIN");
}

asio::awaitable<std::shared_ptr<TokenState>> Logins::initialise_alone(Attempt& attempt, BroughtPins& pins,
                                                                      const std::string& label) {
    const auto token = attempt.token;
    // Others may be called so already.
    std::set<pin::TokenId> others;
    for (const auto& [slot, other] : attempt.host->tokens()) {
        if (other->is_initialised() && other->id() != attempt.id)
            others.insert(other->id());
    }
    token::protocol::Request request;
    auto& wanted = *request.mutable_initialise_token();
    wanted.set_slot(token->slot);
    wanted.set_serial(token->serial);
    wanted.set_label(token->label);
    wanted.set_new_label(label);
    const bool by_pad = has_pin_pad(*token);
    if (token->is_initialised() && token->has_flag(CKF_SO_PIN_LOCKED))
        refuse_locked_so(*token);
    if (by_pad) {
        spdlog::info("{} waits for its PIN pad", quoted(*token));
    } else {
        co_await find_so_pin(attempt, pins);
        if (!pins.fresh)
            pins.fresh = co_await ask_new(attempt, "a new PIN for the token");
        put(*wanted.mutable_so_pin(), *pins.authority);
        put(*wanted.mutable_pin(), *pins.fresh);
    }
    require_there(attempt.peer);
    // A scan may have seen another token there while a person was asked.
    if (!token->current)
        throw Error(protocol::TOKEN_ABSENT, "the token was looked at anew meanwhile", "try again");
    const auto host = attempt.host;
    const auto answer = co_await host->control(request, initialise_limit);
    wipe(*wanted.mutable_so_pin());
    wipe(*wanted.mutable_pin());
    if (is(answer, token::protocol::PIN_INCORRECT)) {
        if (!by_pad)
            m_refused_so.remember(attempt.id, *pins.authority);
        // The flags say what is left now, and nobody is logged in any more.
        if (token->is_initialised())
            co_await look_again(attempt);
        refuse_pin(quoted(*token) + " refused the SO PIN" + so_tries_left(*attempt.token),
                   by_pad ? "try again at the PIN pad" : "enter the right SO PIN");
    }
    if (is(answer, token::protocol::PIN_LOCKED) || is(answer, token::protocol::PIN_CANCELLED)) {
        if (token->is_initialised())
            co_await look_again(attempt);
        if (is(answer, token::protocol::PIN_CANCELLED))
            refuse_cancelled();
        refuse_locked_so(*token);
    }
    if (answer.fate == Fate::not_sent || is(answer, token::protocol::TOKEN_ABSENT))
        throw Error(protocol::TOKEN_ABSENT,
                    "the token is not there" + (answer.what.empty() ? "" : ": " + answer.what), "try again");
    if (is(answer, token::protocol::PIN_INVALID))
        refuse_pin("the token does not take it: " + answer.what, "choose another");
    // Whatever came of it, its sessions are closed and its old PINs may have gone.
    note_forgotten(attempt.id);
    m_kept.drop(attempt.id);
    host->start_anew();
    co_await host->wait_ready(Clock::now() + new_process_limit);
    if (has_ended(answer))
        throw Error(protocol::TOKEN_FAILED, "the token did not say whether it is initialised: " + answer.what,
                    "see what `signet list` shows before you try again");
    if (is(answer, token::protocol::DEVICE_FAILED))
        throw Error(protocol::TOKEN_FAILED, "the token failed: " + answer.what,
                    "see what `signet list` shows before you try again");
    if (!answer.ok())
        refuse_failed(answer);
    // It may have the serial number and label that it had before.
    for (const auto& [slot, now] : host->tokens()) {
        if (now->label != label || others.contains(now->id()))
            continue;
        for (auto* refused : {&m_refused, &m_refused_so, &m_in_doubt})
            refused->forget(now->id());
        co_return now;
    }
    co_return nullptr;
}

asio::awaitable<void> Logins::change_pin(std::shared_ptr<TokenState> token, const Peer& peer,
                                         BroughtPins pins) {
    const auto id = token->id();
    const auto turn = co_await m_turns.take(id);
    const auto under_way = co_await begin(id, Kind::logout);
    under_way->waiting.push_back(&peer);
    under_way->host = token->host;
    std::exception_ptr failure;
    try {
        Attempt attempt{token, token->host, id, peer, token_config_for(*m_config, *token), *under_way};
        co_await look_again(attempt);
        co_await change_pin_alone(attempt, pins);
    } catch (...) {
        failure = std::current_exception();
    }
    finish(id, nullptr);
    if (failure)
        std::rethrow_exception(failure);
}

asio::awaitable<Answer> Logins::send_change(Attempt& attempt, const BroughtPins& pins) {
    const auto& token = *attempt.token;
    const bool by_pad = has_pin_pad(token);
    token::protocol::Request request;
    auto& change = *request.mutable_set_pin();
    change.set_slot(token.slot);
    change.set_serial(token.serial);
    change.set_label(token.label);
    if (!by_pad) {
        put(*change.mutable_old_pin(), *pins.authority);
        put(*change.mutable_new_pin(), *pins.fresh);
    }
    const auto limit = by_pad ? Clock::duration(initialise_limit) : attempt.host->config().operation_timeout;
    auto answer = co_await attempt.host->control(request, limit);
    wipe(*change.mutable_old_pin());
    wipe(*change.mutable_new_pin());
    co_return answer;
}

asio::awaitable<void> Logins::change_pin_alone(Attempt& attempt, BroughtPins& pins) {
    if (attempt.token->has_flag(CKF_USER_PIN_LOCKED))
        refuse_locked(*attempt.token);
    const bool by_pad = has_pin_pad(*attempt.token);
    if (!by_pad && !pins.authority)
        pins.authority = co_await ask_once(attempt, description(attempt));
    if (!by_pad && m_refused.is_refused(attempt.id, *pins.authority))
        refuse_pin(quoted(*attempt.token) + " has refused this PIN before; it was not tried again",
                   "enter the right PIN");
    if (!by_pad && !pins.fresh)
        pins.fresh = co_await ask_new(attempt, "the new PIN for token \"" + attempt.id.label + "\"");
    if (!by_pad && equal(*pins.authority, *pins.fresh))
        refuse_pin("the new PIN is the old one", "choose another");
    // A person may have taken their time.
    co_await look_again(attempt);
    const auto token = attempt.token;
    if (token->has_flag(CKF_USER_PIN_LOCKED))
        refuse_locked(*token);
    require_there(attempt.peer);
    if (by_pad)
        spdlog::info("{} waits for its PIN pad", quoted(*token));
    // An operation that has it must not send it after the change.
    note_forgotten(attempt.id);
    auto answer = co_await send_change(attempt, pins);
    // Nothing was sent to the token then; a change needs no login.
    if (is(answer, token::protocol::NOT_LOGGED_IN))
        answer = co_await send_change(attempt, pins);
    if (is(answer, token::protocol::PIN_INCORRECT)) {
        if (!by_pad)
            refuse(attempt.id, *pins.authority);
        co_await look_again(attempt);
        refuse_pin(quoted(*token) + " refused the old PIN" + tries_left(*attempt.token),
                   by_pad ? "try again at the PIN pad" : "enter the right PIN");
    }
    if (is(answer, token::protocol::PIN_CANCELLED))
        refuse_cancelled();
    if (is(answer, token::protocol::PIN_INVALID))
        refuse_pin(quoted(*token) + " does not take the new PIN: " + answer.what,
                   "choose a PIN of another length, or with other characters");
    if (answer.fate == Fate::not_sent)
        throw Error(protocol::TOKEN_FAILED, "the token's module is not ready: " + answer.what, "try again");
    // Which PIN is right is not known, or it is the new one.
    note_forgotten(attempt.id);
    m_kept.drop(attempt.id);
    if (is(answer, token::protocol::PIN_LOCKED))
        refuse_locked(*token);
    if (has_ended(answer)) {
        if (!by_pad)
            m_in_doubt.remember(attempt.id, *pins.authority);
        throw Error(protocol::TOKEN_FAILED,
                    quoted(*token) + " did not say whether its PIN was changed: " + answer.what,
                    "find out with `signet unlock --pin-stdin`");
    }
    if (!answer.ok())
        refuse_failed(answer);
    if (!by_pad) {
        m_refused.forget(attempt.id, *pins.fresh);
        m_refused.remember(attempt.id, *pins.authority);
    }
    if (token->logged_in)
        keep(attempt, by_pad ? std::nullopt : std::optional<Secret>(pins.fresh->clone()));
    co_await attempt.host->scan(token->slot);
}

}  // namespace signet::agent
