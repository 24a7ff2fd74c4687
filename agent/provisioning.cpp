#include "agent/provisioning.h"

#include "agent/error.h"

namespace signet::agent {

namespace {

constexpr auto process_limit = std::chrono::seconds{30};
/// Logins that went away, and processes that ended, before it was sent.
constexpr int max_attempts = 3;

void set_place(token::protocol::Request& request, const TokenState& token) {
    const auto set = [&](auto& change) {
        change.set_slot(token.slot);
        change.set_serial(token.serial);
        change.set_label(token.label);
    };
    if (request.has_generate_key_pair())
        set(*request.mutable_generate_key_pair());
    else if (request.has_store_certificate())
        set(*request.mutable_store_certificate());
    else if (request.has_destroy())
        set(*request.mutable_destroy());
}

[[noreturn]] void refuse_unknown(const TokenState& token, const Answer& answer) {
    throw OutcomeUnknown(protocol::TOKEN_FAILED,
                         "token \"" + token.label + "\" did not say whether it has done it: " + answer.what,
                         "see what `signet list` shows before you try again");
}

bool is_gone(const Answer& answer) {
    return answer.fate == Fate::answered && answer.outcome == token::protocol::KEY_GONE;
}

}  // namespace

std::shared_ptr<TokenState> as_seen_now(const std::shared_ptr<TokenState>& token) {
    for (const auto& [slot, now] : token->host->tokens()) {
        if (now->id() == token->id())
            return now;
    }
    return token;
}

asio::awaitable<void> change_token(Agent& agent, const Peer& peer, std::shared_ptr<TokenState>& token,
                                   token::protocol::Request& request, Clock::duration limit,
                                   NameObjects name_objects) {
    const auto host = token->host;
    const Host::Use use(host);
    Answer answer;
    for (int attempt = 0; attempt < max_attempts; ++attempt) {
        // It looks for the token again, too.
        co_await agent.logins.ensure(token, peer);
        token = as_seen_now(token);
        require_there(peer);
        set_place(request, *token);
        if (name_objects)
            name_objects(*token, request);
        answer = co_await host->control(request, limit);
        const bool login_gone =
            answer.fate == Fate::answered && answer.outcome == token::protocol::NOT_LOGGED_IN;
        if (login_gone)
            token->logged_in = false;
        else if (is_gone(answer) && name_objects)
            co_await host->scan(token->slot);
        else if (answer.fate != Fate::not_sent)
            break;
        else
            co_await host->wait_ready(Clock::now() + process_limit);
    }
    if (answer.fate == Fate::lost || answer.fate == Fate::timed_out)
        refuse_unknown(*token, answer);
    if (answer.fate == Fate::answered && answer.outcome == token::protocol::DEVICE_FAILED)
        host->retire(*token, answer.what);
    if (is_gone(answer))
        throw Error(protocol::TOKEN_FAILED, "the token does not know what it shows: " + answer.what,
                    "see what `signet list` shows");
    if (!answer.ok()) {
        // Something may be there all the same.
        co_await host->scan(token->slot);
        refuse_failed(answer);
    }
    co_await host->scan(token->slot);
    token = as_seen_now(token);
}

}  // namespace signet::agent
