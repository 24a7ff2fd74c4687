// One thread that serves requests.
#pragma once

#include "token/anchor.h"
#include "token/mailbox.h"
#include "token/module.h"
#include "token/slot_watcher.h"
#include "token/worker_sessions.h"

namespace signet::token {

/// Takes a request, does it, answers, until the agent is gone. Workers share the channel, the module and the
/// anchors; which of them gets a datagram is the kernel's choice: there is no queue and no lock between them.
/// The main path (Sign) waits for nobody but who has the token alone, and writes no log.
class Worker {
  public:
    /// All must outlive it.
    Worker(const Module& module, Anchors& anchors, SlotWatcher& watcher, const Channel& channel);

    /// Returns at the end of the channel.
    void run();

  private:
    void answer();
    void act();
    void scan();
    void log_in();
    void log_out();
    void sign();
    void decrypt();
    void derive();
    /// Calls `action(session, login)`: with a login for the operation if there is an authentication, and the
    /// token alone then. Throws what it throws.
    template <typename Action>
    void use_key(SlotId slot, protocol::Authentication* authentication, Action&& action);
    /// Right before a PIN goes to the token in `slot`, which the caller has (Anchor::share or claim). Throws
    /// SLOT_CHANGED if it was out since a scan told `removals`.
    void require_stayed(SlotId slot, std::uint64_t removals);
    void initialise();
    void generate();
    void store();
    void set_pin();
    void destroy();

    const CK_FUNCTION_LIST& m_functions;
    SlotWatcher& m_watcher;
    WorkerSessions m_sessions;
    Mailbox m_mailbox;
    protocol::Request m_request;
    protocol::Reply m_reply;
};

}  // namespace signet::token
