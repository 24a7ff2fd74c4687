// One login under way; shared by the two files of Logins.
#pragma once

#include "agent/login.h"
#include "agent/pin/dismissal.h"

#include <algorithm>
#include <exception>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace signet::agent {

/// A login or logout that others wait for.
struct Logins::UnderWay {
    UnderWay(asio::io_context& loop, Kind what) : changed(loop), kind(what) {}

    /// Whether the client of any request that wants its result is there.
    [[nodiscard]] bool wanted() const {
        return std::any_of(waiting.begin(), waiting.end(), [](const Peer* peer) { return !peer->gone; });
    }

    Broadcast changed;
    Kind kind;
    bool ended = false;
    /// Somebody logged in, and was not only found to be.
    bool logged_in = false;
    std::exception_ptr failure;
    /// Where the login is.
    std::shared_ptr<Host> host;
    /// Modules that lost the token, or became others, since the PIN was sent or found kept: it is not theirs.
    std::set<std::string> removed_from;
    /// Whose requests get its result. They live until it has ended.
    std::vector<const Peer*> waiting;
    pin::Dismissal dialogue;
};

struct Logins::Attempt {
    /// As the last scan saw it.
    std::shared_ptr<TokenState> token;
    std::shared_ptr<Host> host;
    pin::TokenId id;
    const Peer& peer;
    TokenConfig config;
    UnderWay& under_way;
    Host::Use use{host};
    /// No person has entered this PIN now.
    bool automatic = false;
    /// The module whose kept PIN it is.
    std::string kept_for{};

    /// Whether that PIN is not the token's any more: it was out.
    [[nodiscard]] bool has_lost_kept() const { return under_way.removed_from.contains(kept_for); }
};

/// For people: token "LABEL".
inline std::string quoted(const TokenState& token) {
    return "token \"" + token.label + "\"";
}

/// From a file or credential. Throws as pin::read_pin.
Secret stored_pin(const pin::PinSource& source);

/// What to tell a person whose PIN was wrong, as the end of a sentence; empty if the token does not say.
std::string tries_left(const TokenState& token);

/// Each throws an Error that says why a login of `token` is not tried: PIN_LOCKED, PIN_LOCKED (the last try,
/// where nobody is asked), PIN_UNAVAILABLE, PIN_UNAVAILABLE.
[[noreturn]] void refuse_locked(const TokenState& token);
[[noreturn]] void refuse_last_try(const TokenState& token);
[[noreturn]] void refuse_in_doubt(const TokenState& token);
[[noreturn]] void refuse_without_source(const TokenState& token);
/// Throws Error(PIN_INCORRECT): by the token, now or (`again`) before.
[[noreturn]] void refuse_stored_pin(const TokenState& token, bool again);

/// Dialogues of one login, at most.
inline constexpr int max_prompts = 3;

}  // namespace signet::agent
