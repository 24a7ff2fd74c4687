// What became of the questions for a PIN that a request brought about.
#pragma once

#include "agent/pin/token_id.h"
#include "agent/token_state.h"

#include <algorithm>
#include <exception>
#include <vector>

namespace signet::agent {

/// The operations of a request share it, so that nobody is asked again who has cancelled, or had no right
/// PIN. On the loop's thread only.
struct Questions {
    /// That a person does not want to: nobody is asked any more.
    bool cancelled = false;
    /// Tokens that did not open, for their PINs.
    std::vector<pin::TokenId> in_vain{};
    /// Why the first of them did not. Never null if one of the above is there.
    std::exception_ptr failure{};

    /// Whether a person who would be asked for the PIN of this token is not.
    [[nodiscard]] bool are_over(const TokenState& token) const {
        return cancelled || std::find(in_vain.begin(), in_vain.end(), token.id()) != in_vain.end();
    }
};

}  // namespace signet::agent
