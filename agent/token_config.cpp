#include "agent/token_config.h"

#include "agent/token_uri.h"

#include <variant>

namespace signet::agent {

TokenConfig token_config_for(const Config& config, const TokenState& token) {
    for (const auto& candidate : config.tokens) {
        if (TokenUri(candidate.uri).matches(token))
            return candidate;
    }
    return {};
}

bool may_ask_person(const Config& config, const TokenState& token) {
    return token.has_flag(CKF_PROTECTED_AUTHENTICATION_PATH) ||
           std::holds_alternative<pin::PinFromPinentry>(token_config_for(config, token).pin);
}

}  // namespace signet::agent
