// The thread that tells the agent of tokens that come and go.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "token/anchor.h"
#include "token/channel.h"
#include "token/slot_watch.h"

namespace signet::token {

/// Looks a few times a second, from construction to destruction, and before each login, and sends
/// SlotsChanged. What the module does in here may hang; so may destruction then.
class SlotWatcher {
  public:
    /// Has looked when it returns, so that what changes from now on is told; unless the module takes its
    /// time.
    SlotWatcher(const CK_FUNCTION_LIST& functions, Anchors& anchors, const Channel& channel);
    ~SlotWatcher();

    /// Looks now, unless a look is under way that takes its time. What there was to tell is sent when it
    /// returns, and known to the anchors. The caller has the token in `held` (Anchor::share or claim). For
    /// any thread.
    void look_now(SlotId held);

    SlotWatcher(const SlotWatcher&) = delete;
    SlotWatcher& operator=(const SlotWatcher&) = delete;

  private:
    void run();
    void look(std::unique_lock<std::mutex>& lock, std::optional<SlotId> held);
    void end_look();
    void tell(const SlotChanges& changes);

    const CK_FUNCTION_LIST& m_functions;
    Anchors& m_anchors;
    const Channel& m_channel;
    std::mutex m_mutex;
    std::condition_variable m_changed;
    /// Used by who set m_looking.
    std::optional<SlotWatch> m_watch;
    bool m_looking = true;
    /// The look under way has been waited for, in vain.
    bool m_is_late = false;
    bool m_stops = false;
    std::thread m_thread;
};

}  // namespace signet::token
