// One login under way; shared by the two files of Logins.
#pragma once

#include "agent/login.h"

#include <memory>
#include <string>

namespace signet::agent {

struct Logins::Attempt {
    /// As the last scan saw it.
    std::shared_ptr<TokenState> token;
    std::shared_ptr<Host> host;
    pin::TokenId id;
    const Peer& peer;
    TokenConfig config;
    /// That the token is logged in proves nothing: a person brought the PIN, or the token was away.
    bool verify = false;
    /// No person has entered this PIN now.
    bool automatic = false;
};

/// For people: token "LABEL".
inline std::string quoted(const TokenState& token) {
    return "token \"" + token.label + "\"";
}

/// Throws Error(PIN_LOCKED).
[[noreturn]] void refuse_locked(const TokenState& token);

}  // namespace signet::agent
