// The audit records of requests.
#pragma once

#include "agent/audit_record.h"
#include "agent/identity.h"
#include "agent/peer.h"

namespace signet::agent {

/// A record of a use of `identity`'s key on `token`, outcome "done", ready but for the digest. Each may be
/// none.
AuditRecord audit_entry(const Peer& peer, const char* operation, const Identity* identity,
                        const TokenState* token);

}  // namespace signet::agent
