// Whom to encrypt to: certificate files, and identities that the agent knows.
#pragma once

#include <string>
#include <vector>

#include "client/agent_connection.h"
#include "cms/certificate.h"

namespace signet::client {

/// The certificate for each of `names`, without duplicates. A name that is a file is read as one certificate,
/// PEM or DER; any other is an address, fingerprint, label or URI that the agent is asked for. Throws Error:
/// 4 if nobody or several match, or the certificate is not for encryption or not valid today; 8 if a file
/// holds no certificate; 3 if the agent is needed and not there; 2 if a name is empty, or no file and not
/// UTF-8.
[[nodiscard]] std::vector<cms::Certificate> find_recipients(AgentConnection& agent,
                                                            const std::vector<std::string>& names);

/// The same for addresses of a message, which somebody else may have written: a file of that name is never
/// read.
[[nodiscard]] std::vector<cms::Certificate> find_recipients_by_address(
    AgentConnection& agent, const std::vector<std::string>& addresses);

/// The certificates of the agent's identities that `name` matches (empty: all) and that somebody may encrypt
/// to today, without duplicates. Throws Error: 3 if the agent is not there.
[[nodiscard]] std::vector<cms::Certificate> usable_recipients(AgentConnection& agent,
                                                              const std::string& name);

/// The certificates in a PEM file, at least one. Throws Error: 9 if it cannot be read, 8 if there is none in
/// it.
[[nodiscard]] std::vector<cms::Certificate> read_certificates(const std::string& path);

}  // namespace signet::client
