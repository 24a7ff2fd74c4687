// The sender among the recipients, so that they can read what they sent.
#pragma once

#include <string>
#include <vector>

#include "client/agent_connection.h"
#include "cms/certificate.h"

namespace signet::client {

/// Adds the sender's own certificate to `recipients`, unless one of theirs is there already: that in
/// signet/self.pem in $XDG_CONFIG_HOME (else ~/.config), where there is such a file; else the one of the
/// agent's identities that somebody may encrypt to today and that `address` matches (empty: all; if it
/// matches none, all). Returns why it was not added, for a person; empty if it was. The agent is asked
/// without waiting for anybody, and none is needed. Throws Error: as find_recipients, for self.pem alone.
[[nodiscard]] std::string add_own_certificate(AgentConnection& agent,
                                              std::vector<cms::Certificate>& recipients,
                                              const std::string& address = {});

}  // namespace signet::client
