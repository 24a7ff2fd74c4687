// The thread that tells the agent of tokens that come and go.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "token/anchor.h"
#include "token/channel.h"
#include "token/slot_watch.h"

namespace signet::token {

/// Looks a few times a second, from construction to destruction, and sends SlotsChanged. What the module does
/// in here may hang; so may destruction then.
class SlotWatcher {
  public:
    /// Has looked when it returns, so that what changes from now on is told; unless the module takes its
    /// time.
    SlotWatcher(const CK_FUNCTION_LIST& functions, Anchors& anchors, const Channel& channel);
    ~SlotWatcher();
    SlotWatcher(const SlotWatcher&) = delete;
    SlotWatcher& operator=(const SlotWatcher&) = delete;

  private:
    void run();
    void tell(const SlotChanges& changes);

    const CK_FUNCTION_LIST& m_functions;
    Anchors& m_anchors;
    const Channel& m_channel;
    std::mutex m_mutex;
    std::condition_variable m_changed;
    bool m_has_looked = false;
    bool m_stops = false;
    std::thread m_thread;
};

}  // namespace signet::token
