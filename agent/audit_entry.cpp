#include "agent/audit_entry.h"

#include "agent/token_uri.h"

namespace signet::agent {

AuditRecord audit_entry(const Peer& peer, const char* operation, const Identity* identity,
                        const TokenState* token) {
    AuditRecord record;
    record.operation = operation;
    record.outcome = "done";
    record.peer_uid = peer.uid;
    record.peer_pid = peer.pid;
    record.peer_program = peer.program;
    if (identity != nullptr)
        record.identity = identity->fingerprint;
    if (token != nullptr) {
        // The URI is there already for the token that most operations go to.
        const bool is_first = identity != nullptr && identity->places.front().token.get() == token;
        record.token = is_first ? identity->token_uri : uri_of(*token);
        record.module = token->module;
    }
    return record;
}

}  // namespace signet::agent
