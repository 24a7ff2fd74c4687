// The audit records of requests.
#pragma once

#include "agent/audit_record.h"
#include "agent/identity.h"
#include "agent/peer.h"
#include "agent/protocol/signet.pb.h"

namespace signet::agent {

/// A record of a use of `identity`'s key, outcome "done", ready but for the digest. `identity` may be none.
AuditRecord audit_entry(const Peer& peer, const char* operation, const Identity* identity);

/// The same of a failure.
AuditRecord audit_failure(const Peer& peer, const char* operation, const Identity* identity,
                          protocol::Status status, const std::string& reason);

}  // namespace signet::agent
