// What the audit log is told of a request that fails.
#pragma once

#include "agent/audit_record.h"

#include <string>
#include <vector>

namespace signet::agent {

/// A handler fills it in as it learns; dispatch writes it, with the status, if the request fails.
struct AuditTrail {
    /// One record for each use of a key that comes to nothing. None: the request came to no key.
    std::vector<AuditRecord> uses;
    /// Why, if the client must not know; otherwise the client's reason is the log's. A use that has a detail
    /// of its own keeps that.
    std::string reason;
};

}  // namespace signet::agent
