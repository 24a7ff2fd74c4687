// What the configuration says of a token.
#pragma once

#include "agent/config.h"
#include "agent/token_state.h"

namespace signet::agent {

/// The first [[token]] that matches; the defaults if none does. Each throws Error(MALFORMED) for a URI of a
/// [[token]] that is none, which a configuration that was checked does not have.
[[nodiscard]] TokenConfig token_config_for(const Config& config, const TokenState& token);
[[nodiscard]] TokenConfig token_config_for(const Config& config, const pin::TokenDescription& token);

/// Whether a person may be asked when the token is logged in to by its PIN source.
[[nodiscard]] bool may_ask_person(const Config& config, const TokenState& token);

}  // namespace signet::agent
