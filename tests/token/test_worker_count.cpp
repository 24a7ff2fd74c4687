#include "token/worker_count.h"

#include <map>

#include "tests/catch.h"
#include "token/error.h"

namespace {

/// The tokens of a made-up module, by slot: their session limit.
std::map<CK_SLOT_ID, CK_ULONG> session_limits;

CK_RV get_slot_list(CK_BBOOL /*present*/, CK_SLOT_ID* slots, CK_ULONG* count) {
    CK_ULONG i = 0;
    if (slots != nullptr) {
        for (const auto& [slot, limit] : session_limits)
            slots[i++] = slot;
    }
    *count = session_limits.size();
    return CKR_OK;
}

CK_RV get_token_info(CK_SLOT_ID slot, CK_TOKEN_INFO* info) {
    *info = {};
    info->flags = slot == 99 ? 0 : CKF_TOKEN_INITIALIZED;
    info->ulMaxSessionCount = session_limits.at(slot);
    return CKR_OK;
}

unsigned workers(std::map<CK_SLOT_ID, CK_ULONG> limits, unsigned wanted) {
    session_limits = std::move(limits);
    CK_FUNCTION_LIST functions{};
    functions.C_GetSlotList = get_slot_list;
    functions.C_GetTokenInfo = get_token_info;
    return signet::token::worker_count(functions, wanted);
}

}  // namespace

TEST_CASE("There are never more workers than a token allows sessions") {
    CHECK(workers({{1, 3}}, 8) == 3);
    CHECK(workers({{1, 16}}, 8) == 8);
    CHECK(workers({{1, 1}, {2, 3}}, 8) == 3);
}

TEST_CASE("No number is no limit") {
    CHECK(workers({{1, CK_UNAVAILABLE_INFORMATION}}, 8) == 8);
    CHECK(workers({{1, CK_EFFECTIVELY_INFINITE}}, 8) == 8);
    CHECK(workers({{1, 1}, {2, CK_EFFECTIVELY_INFINITE}}, 8) == 8);
    CHECK(workers({}, 8) == 8);
    CHECK(workers({{99, 2}}, 8) == 8);
    CHECK(workers({}, 4'000'000'000U) == signet::token::max_workers);
}
