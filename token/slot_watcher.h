// The thread that tells the agent of tokens that come and go.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <set>
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
    /// time. `longest_wait` bounds each look_now.
    SlotWatcher(const CK_FUNCTION_LIST& functions, Anchors& anchors, const Channel& channel,
                std::chrono::milliseconds longest_wait);
    ~SlotWatcher();

    /// Waits for a look that begins after this call; what that finds is sent, and known to the anchors, when
    /// this returns. A look that takes too long is waited for in vain once, and then not until it is back.
    /// The caller has the token in `held` (Anchor::share or claim). For any thread.
    void look_now(SlotId held);

    SlotWatcher(const SlotWatcher&) = delete;
    SlotWatcher& operator=(const SlotWatcher&) = delete;

  private:
    void run();
    void tell(const SlotChanges& changes);

    const CK_FUNCTION_LIST& m_functions;
    Anchors& m_anchors;
    const Channel& m_channel;
    const std::chrono::milliseconds m_longest_wait;
    std::mutex m_mutex;
    std::condition_variable m_changed;
    /// Looks that were begun, and that are over; the first is the construction of the SlotWatch.
    std::uint64_t m_begun = 1;
    std::uint64_t m_over = 0;
    /// The last look that somebody waits for.
    std::uint64_t m_wanted = 1;
    /// Tokens that whoever waits has alone.
    std::multiset<SlotId> m_held;
    /// The look under way has been waited for, in vain.
    bool m_is_late = false;
    bool m_stops = false;
    std::thread m_thread;
};

}  // namespace signet::token
