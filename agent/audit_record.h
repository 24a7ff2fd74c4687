// What the audit log says about one use of a key, one unlock or one refusal.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace signet::agent {

/// Texts are UTF-8; what is not gets escaped, what is too long is cut (see AuditLog). An empty text and a pid
/// or uid of -1, or a `begun` of 0, are left out of the line. Never holds a PIN, a key or content.
struct AuditRecord {
    /// "sign", "unwrap", "unlock", "lock", ...
    std::string operation;
    /// "done"; "begun" if the digest has gone to the token, after which the signature may leave; or the name
    /// of the status that the client gets.
    std::string outcome;
    uid_t peer_uid = static_cast<uid_t>(-1);
    pid_t peer_pid = -1;
    /// Path of the peer's program.
    std::string peer_program;
    /// SHA-256 of the certificate, lower-case hex.
    std::string identity;
    /// pkcs11: URI
    std::string token;
    /// The module's name in the configuration.
    std::string module;
    /// "sha256", ...
    std::string digest_algorithm;
    /// Of the content, lower-case hex.
    std::string digest;
    /// What the signer says besides, of a signature: "receipt to alice@example.org, label 1.2.3", ...
    std::string attributes;
    /// Sequence number of the first record, with outcome "begun" or "done", of the same signature or key.
    std::uint64_t begun = 0;
    /// The true reason of a failure, and anything else for the person who reads the log.
    std::string detail;
};

}  // namespace signet::agent
