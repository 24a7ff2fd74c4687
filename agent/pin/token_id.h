// Which token a PIN belongs to.
#pragma once

#include <compare>
#include <string>

namespace signet::agent::pin {

/// Serial number and label of CK_TOKEN_INFO, without padding. A token that was initialised anew has another
/// label or serial number, or takes its old PINs: nothing else is known that stays with a token.
struct TokenId {
    std::string serial;
    std::string label;

    // clang-tidy 14 takes the zero that it compares with for a null pointer.
    // NOLINTNEXTLINE(modernize-use-nullptr)
    friend auto operator<=>(const TokenId&, const TokenId&) = default;
};

/// The same with what else tells tokens apart in a URI; compared by TokenId alone.
struct TokenDescription : TokenId {
    std::string manufacturer{};
    std::string model{};
};

}  // namespace signet::agent::pin
