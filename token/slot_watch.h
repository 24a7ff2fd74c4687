// Tokens that come and go while a module runs.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "token/anchor.h"
#include "token/slot.h"

namespace signet::token {

/// Slots whose token has gone, and slots that have one now; in both, if it was out in between.
struct SlotChanges {
    std::vector<SlotId> emptied;
    std::vector<SlotId> filled;

    [[nodiscard]] bool any() const noexcept { return !emptied.empty() || !filled.empty(); }
};

/// Asks C_WaitForSlotEvent, without waiting (no module known to wait there leaves its other functions usable
/// meanwhile), and the list of slots; where there are no events, also who the tokens are, so that an exchange
/// between two looks shows: not asked of a token that somebody has alone. No session is used. One thread at a
/// time.
class SlotWatch {
  public:
    /// Looks at what is there now. Throws nothing: a module that fails shows no change.
    SlotWatch(const CK_FUNCTION_LIST& functions, Anchors& anchors);

    /// What has changed since the last look, or since the construction. The caller has `held` itself
    /// (Anchor::share or claim).
    SlotChanges look(const std::set<SlotId>& held = {});

  private:
    /// Serial number and label of each slot's token; empty where events tell of an exchange.
    using Tokens = std::map<SlotId, std::string>;

    std::set<SlotId> take_events();
    Tokens tokens(const std::set<SlotId>& held);
    std::string token_name(SlotId slot, bool is_held);
    /// Of slots with a token before and `now`, those with one of the `events`.
    void add_exchanged(const std::set<SlotId>& events, const Tokens& now, SlotChanges& changes);

    const CK_FUNCTION_LIST& m_functions;
    Anchors& m_anchors;
    bool m_has_events = true;
    /// Looks in a row that had events while nothing else changed.
    int m_baseless = 0;
    Tokens m_tokens;
};

}  // namespace signet::token
