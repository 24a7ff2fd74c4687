// Content in, SignedData out: hashed here, signed by the agent.
#pragma once

#include <string>
#include <vector>

#include "client/agent_connection.h"
#include "client/signing_options.h"
#include "cms/bytes.h"

namespace signet::client {

struct SignedContent {
    /// DER.
    cms::Bytes signed_data;
    std::vector<std::string> warnings;
};

/// Detached SignedData of `content`. Throws Error.
[[nodiscard]] SignedContent sign_detached(AgentConnection& agent, const SigningOptions& options,
                                          cms::BytesView content);
/// SignedData with `content` inside. Throws Error.
[[nodiscard]] SignedContent sign_attached(AgentConnection& agent, const SigningOptions& options,
                                          cms::BytesView content);
/// `detached`, which the agent made for `content`, with `content` inside. Throws Error(9).
[[nodiscard]] cms::Bytes attach(cms::BytesView detached, cms::BytesView content);

}  // namespace signet::client
