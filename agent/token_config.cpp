#include "agent/token_config.h"

#include "agent/token_uri.h"

#include <variant>

namespace signet::agent {

namespace {

template <typename Token>
TokenConfig first_match(const Config& config, const Token& token) {
    for (const auto& candidate : config.tokens) {
        if (TokenUri(candidate.uri).matches(token))
            return candidate;
    }
    return {};
}

}  // namespace

TokenConfig token_config_for(const Config& config, const TokenState& token) {
    return first_match(config, token);
}

TokenConfig token_config_for(const Config& config, const pin::TokenDescription& token) {
    return first_match(config, token);
}

bool may_ask_person(const Config& config, const TokenState& token) {
    return token.has_flag(CKF_PROTECTED_AUTHENTICATION_PATH) ||
           std::holds_alternative<pin::PinFromPinentry>(token_config_for(config, token).pin);
}

}  // namespace signet::agent
