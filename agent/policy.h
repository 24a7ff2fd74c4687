// The one gate on every path that uses a key.
#pragma once

#include "agent/identity.h"
#include "agent/peer.h"

#include <string>

namespace signet::agent {

enum class Operation { sign, unwrap, admin };

/// "sign", "unwrap", "admin": as the configuration and the audit log write it.
const char* operation_name(Operation operation) noexcept;

struct Decision {
    bool allowed = false;
    /// Why not.
    std::string why;
};

/// Proof that the gate was passed. Only Policy makes one, and KeyOperations takes nothing else: a path to a
/// key that forgets the gate does not compile.
class Permit {
  public:
    [[nodiscard]] const Peer& peer() const noexcept { return *m_peer; }
    [[nodiscard]] Operation operation() const noexcept { return m_operation; }

  private:
    friend class Policy;
    Permit(const Peer& peer, Operation operation) : m_peer(&peer), m_operation(operation) {}
    const Peer* m_peer;
    Operation m_operation;
};

/// Today: the agent's own uid may do everything, and nobody else anything.
class Policy {
  public:
    /// `identity` is none for an operation on no key (admin).
    [[nodiscard]] Decision check(const Peer& peer, Operation operation, const Identity* identity) const;

    /// The same as a permit, which must not outlive `peer`. Throws Error(REFUSED).
    [[nodiscard]] Permit require(const Peer& peer, Operation operation, const Identity* identity) const;
};

}  // namespace signet::agent
