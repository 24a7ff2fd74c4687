// What signet-token gives up before it loads third-party code.
#pragma once

namespace signet::token {

/// Ends with the agent (PR_SET_PDEATHSIG), leaves no core file and lets no other process of the user look in,
/// closes every descriptor above `last_descriptor`, and ignores the signals that a terminal or a service
/// manager sends to the whole group: the agent finishes what is in flight, and signet-token ends when the
/// agent closes the channel. Throws std::system_error.
void confine(int last_descriptor);

}  // namespace signet::token
