// One operation on a private key, carried through restarts, logins and replicas.
#pragma once

#include "agent/answer.h"
#include "agent/asio.h"
#include "agent/hosts.h"
#include "agent/identity.h"
#include "agent/login.h"
#include "agent/policy.h"

#include <cstdint>
#include <memory>

namespace signet::agent {

/// What a request does beside the token's work.
class KeyUse : public SendWatch {
  public:
    /// Looks at an OK answer before it counts: a faulty one is repeated like a failed device's.
    [[nodiscard]] virtual bool accepts(const Answer& answer) const = 0;
};

/// On the loop's thread only.
class KeyOperations {
  public:
    /// Times that one operation is sent, at most. It is repeated when its process was lost, the key or the
    /// login has gone, or the device failed; after its own deadline once.
    static constexpr int max_sends = 5;

    /// Both must outlive it.
    KeyOperations(Hosts& hosts, Logins& logins) : m_hosts(hosts), m_logins(logins) {}

    /// `request` has a Sign, Decrypt or Derive without slot and key. The answer is the token's, OK or not, or
    /// lost or timed out if no attempt got one. Before anything is sent it throws Error: PIN_*, TOKEN_ABSENT,
    /// TOKEN_CANNOT (mechanism or key usage), TOKEN_FAILED (no process), STOPPING (the client has gone).
    /// `use` may be null, and hears of every attempt that is sent; all must live until it returns. `sends`
    /// is how often it is sent, at most.
    asio::awaitable<Answer> run(Permit permit, std::shared_ptr<const Key> key,
                                token::protocol::Request& request, KeyUse* use, int sends = max_sends);

  private:
    struct Progress;

    const Location* pick(const Progress& progress) const;
    asio::awaitable<void> prepare(Progress& progress);
    bool repeat(Progress& progress, const Location& location, const Answer& answer);

    Hosts& m_hosts;
    Logins& m_logins;
};

/// Throws Error for an answer that is not OK, where that is not the input's fault.
[[noreturn]] void refuse_failed(const Answer& answer);

}  // namespace signet::agent
