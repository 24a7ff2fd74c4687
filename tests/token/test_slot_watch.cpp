#include <p11-kit/pkcs11.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <future>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/catch.h"
#include "token/slot_watch.h"
#include "token/slot_watcher.h"

using signet::token::Anchors;
using signet::token::SlotChanges;
using signet::token::SlotId;
using signet::token::SlotWatch;

namespace {

/// Slots of a module that is no module. A function list has no room for a pointer to it.
struct PlayedSlots {
    std::map<CK_SLOT_ID, std::string> tokens;
    std::vector<CK_SLOT_ID> events;
    bool has_events = true;
    bool always_event = false;
    /// Found by the next list of slots, with its event.
    bool arrives = false;
    /// Gone when the next event is asked for, which is that.
    bool departs = false;
    CK_RV slot_list = CKR_OK;
    CK_RV token_info = CKR_OK;
    int waits = 0;
};
PlayedSlots played;
std::atomic<bool> hangs = false;

CK_RV slot_list(CK_BBOOL, CK_SLOT_ID* ids, CK_ULONG* count) {
    hangs.wait(true);
    if (played.slot_list != CKR_OK)
        return played.slot_list;
    if (std::exchange(played.arrives, false)) {
        played.tokens[1] = "A";
        played.events = {1};
    }
    CK_ULONG found = 0;
    for (const auto& [slot, serial] : played.tokens) {
        if (ids != nullptr)
            ids[found] = slot;
        ++found;
    }
    *count = found;
    return CKR_OK;
}

CK_RV token_info(CK_SLOT_ID slot, CK_TOKEN_INFO* info) {
    if (played.token_info != CKR_OK)
        return played.token_info;
    const std::string& serial = played.tokens.at(slot);
    std::fill(std::begin(info->serialNumber), std::end(info->serialNumber), ' ');
    std::copy(serial.begin(), serial.end(), info->serialNumber);
    info->flags = CKF_TOKEN_INITIALIZED;
    return CKR_OK;
}

CK_RV wait_for_slot_event(CK_FLAGS flags, CK_SLOT_ID* slot, void*) {
    ++played.waits;
    if (!played.has_events)
        return CKR_FUNCTION_NOT_SUPPORTED;
    if (flags != CKF_DONT_BLOCK)
        return CKR_ARGUMENTS_BAD;
    if (played.always_event) {
        *slot = 1;
        return CKR_OK;
    }
    if (std::exchange(played.departs, false)) {
        played.tokens.erase(1);
        played.events = {1};
    }
    if (played.events.empty())
        return CKR_NO_EVENT;
    *slot = played.events.back();
    played.events.pop_back();
    return CKR_OK;
}

CK_RV open_session(CK_SLOT_ID, CK_FLAGS, void*, CK_NOTIFY, CK_SESSION_HANDLE* session) {
    *session = 1;
    return CKR_OK;
}

CK_RV close_session(CK_SESSION_HANDLE) {
    return CKR_OK;
}

CK_FUNCTION_LIST functions() {
    CK_FUNCTION_LIST list{};
    list.C_OpenSession = open_session;
    list.C_CloseSession = close_session;
    list.C_GetSlotList = slot_list;
    list.C_GetTokenInfo = token_info;
    list.C_WaitForSlotEvent = wait_for_slot_event;
    return list;
}

const std::vector<SlotId> none;
const std::vector<SlotId> first{SlotId{1}};

void check_changes(const SlotChanges& changes, const std::vector<SlotId>& emptied,
                   const std::vector<SlotId>& filled) {
    CHECK(changes.emptied == emptied);
    CHECK(changes.filled == filled);
}

}  // namespace

TEST_CASE("a token that comes, goes or moves is a change, once") {
    const bool has_events = GENERATE(true, false);
    played = {};
    played.has_events = has_events;
    const CK_FUNCTION_LIST list = functions();
    Anchors anchors(list);
    SlotWatch watch(list, anchors);
    check_changes(watch.look(), none, none);
    played.tokens[1] = "A";
    played.events = {1};
    check_changes(watch.look(), none, first);
    check_changes(watch.look(), none, none);
    played.tokens = {{7, "A"}};
    played.events = {1, 7};
    check_changes(watch.look(), first, {SlotId{7}});
    played.tokens.clear();
    played.events = {7};
    check_changes(watch.look(), {SlotId{7}}, none);
    check_changes(watch.look(), none, none);
}

TEST_CASE("what is there at first, and its events, are no change") {
    played = {};
    played.tokens[1] = "A";
    played.events = {1};
    const CK_FUNCTION_LIST list = functions();
    Anchors anchors(list);
    SlotWatch watch(list, anchors);
    check_changes(watch.look(), none, none);
}

TEST_CASE("a token that was out between two looks was out") {
    played = {};
    played.tokens[1] = "A";
    const CK_FUNCTION_LIST list = functions();
    SECTION("by its event, although it is the same token") {
        Anchors anchors(list);
        SlotWatch watch(list, anchors);
        played.events = {1};
        check_changes(watch.look(), first, first);
        check_changes(watch.look(), none, none);
    }
    SECTION("by another token's name, where there are no events") {
        played.has_events = false;
        Anchors anchors(list);
        SlotWatch watch(list, anchors);
        played.tokens[1] = "B";
        check_changes(watch.look(), first, first);
        check_changes(watch.look(), none, none);
    }
    SECTION("beside a change of another slot") {
        Anchors anchors(list);
        SlotWatch watch(list, anchors);
        played.tokens[2] = "B";
        played.events = {1, 2};
        check_changes(watch.look(), first, {SlotId{2}, SlotId{1}});
    }
}

TEST_CASE("a token that the list of slots finds came, and was not out as well") {
    played = {};
    const CK_FUNCTION_LIST list = functions();
    Anchors anchors(list);
    SECTION("while it is watched") {
        SlotWatch watch(list, anchors);
        played.arrives = true;
        check_changes(watch.look(), none, first);
        check_changes(watch.look(), none, none);
    }
    SECTION("as the watch begins") {
        played.arrives = true;
        SlotWatch watch(list, anchors);
        check_changes(watch.look(), none, none);
    }
}

TEST_CASE("a token that goes after the list of slots went, and is not there as another") {
    played = {};
    played.tokens[1] = "A";
    const CK_FUNCTION_LIST list = functions();
    Anchors anchors(list);
    SlotWatch watch(list, anchors);
    played.departs = true;
    check_changes(watch.look(), first, none);
    check_changes(watch.look(), none, none);
}

TEST_CASE("a look that the module fails of is made up for by the next") {
    played = {};
    played.tokens[1] = "A";
    const CK_FUNCTION_LIST list = functions();
    Anchors anchors(list);
    SlotWatch watch(list, anchors);
    played.events = {1};
    played.slot_list = CKR_DEVICE_ERROR;
    check_changes(watch.look(), none, none);
    played.slot_list = CKR_OK;
    check_changes(watch.look(), first, first);
}

TEST_CASE("a token that does not tell its name now is still the same") {
    played = {};
    played.has_events = false;
    played.tokens[1] = "A";
    const CK_FUNCTION_LIST list = functions();
    Anchors anchors(list);
    SlotWatch watch(list, anchors);
    played.token_info = CKR_DEVICE_ERROR;
    check_changes(watch.look(), none, none);
    played.token_info = CKR_OK;
    check_changes(watch.look(), none, none);
    played.tokens[1] = "B";
    check_changes(watch.look(), first, first);
}

TEST_CASE("of a token that somebody has alone, the name is asked for them, and for nobody else") {
    played = {};
    played.has_events = false;
    played.tokens = {{1, "A"}, {2, "A"}};
    const CK_FUNCTION_LIST list = functions();
    Anchors anchors(list);
    SlotWatch watch(list, anchors);
    const auto alone = anchors.at(SlotId{1}).claim();
    played.tokens[1] = "B";
    const auto look_for_another = [&](const std::set<SlotId>& held) {
        return std::async(std::launch::async, [&] { return watch.look(held); }).get();
    };
    check_changes(look_for_another({}), none, none);
    check_changes(look_for_another({SlotId{2}}), none, none);
    check_changes(watch.look({SlotId{1}}), first, first);
    check_changes(watch.look({SlotId{1}}), none, none);
}

TEST_CASE("a module that has an event at each look is believed for a few, and has each told once") {
    played = {};
    played.tokens[1] = "A";
    const CK_FUNCTION_LIST list = functions();
    Anchors anchors(list);
    SlotWatch watch(list, anchors);
    played.always_event = true;
    int told = 0;
    for (int looks = 0; looks < 100; ++looks) {
        const int before = played.waits;
        told += watch.look().any() ? 1 : 0;
        CHECK(played.waits - before <= 4);
    }
    CHECK(told > 0);
    CHECK(told < 20);
    played.tokens.clear();
    check_changes(watch.look(), first, none);
}

TEST_CASE("a module that hangs as it is looked at holds nobody up for longer than agreed") {
    played = {};
    const CK_FUNCTION_LIST list = functions();
    Anchors anchors(list);
    std::array<int, 2> ends{};
    REQUIRE(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) == 0);
    {
        const signet::token::Channel channel(ends[0]);
        signet::token::SlotWatcher watcher(list, anchors, channel, std::chrono::milliseconds(50));
        // When this is over, nobody looks: the next look is for the next who asks.
        watcher.look_now(SlotId{1});
        hangs = true;
        const auto looks = std::async(std::launch::async, [&watcher] {
            for (int i = 0; i < 3; ++i)
                watcher.look_now(SlotId{1});
        });
        CHECK(looks.wait_for(std::chrono::seconds(30)) == std::future_status::ready);
        hangs = false;
        hangs.notify_all();
    }
    for (const int end : ends)
        close(end);
}

TEST_CASE("a module without events is asked for them once") {
    played = {};
    played.has_events = false;
    const CK_FUNCTION_LIST list = functions();
    Anchors anchors(list);
    SlotWatch watch(list, anchors);
    watch.look();
    watch.look();
    CHECK(played.waits == 1);
}
