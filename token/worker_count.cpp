#include "token/worker_count.h"

#include <algorithm>

#include "token/error.h"
#include "token/slot.h"

namespace signet::token {

unsigned worker_count(const CK_FUNCTION_LIST& functions, unsigned wanted) {
    const CK_ULONG bounded = std::min(wanted, max_workers);
    CK_ULONG limit = 0;
    for (const SlotId slot : occupied_slots(functions)) {
        try {
            limit = std::max(limit, token_in(functions, slot).session_limit.value_or(bounded));
        } catch (const TokenError&) {
            // No token that can be used now, so none that sets a limit.
            continue;
        }
    }
    return static_cast<unsigned>(limit == 0 ? bounded : std::min(bounded, limit));
}

}  // namespace signet::token
