#include "agent/audit_entry.h"

namespace signet::agent {

AuditRecord audit_entry(const Peer& peer, const char* operation, const Identity* identity) {
    AuditRecord record;
    record.operation = operation;
    record.outcome = "done";
    record.peer_uid = peer.uid;
    record.peer_pid = peer.pid;
    record.peer_program = peer.program;
    if (identity != nullptr) {
        record.identity = identity->fingerprint;
        record.token = identity->token_uri;
    }
    return record;
}

AuditRecord audit_failure(const Peer& peer, const char* operation, const Identity* identity,
                          protocol::Status status, const std::string& reason) {
    auto record = audit_entry(peer, operation, identity);
    record.outcome = protocol::Status_Name(status);
    record.detail = reason;
    return record;
}

}  // namespace signet::agent
