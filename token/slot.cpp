#include "token/slot.h"

#include <span>

#include "token/error.h"
#include "token/protocol/datagram.h"
#include "token/text.h"

namespace signet::token {

namespace {

using protocol::max_mechanisms;
using protocol::max_slots;

template <std::size_t size>
std::string field(const unsigned char (&bytes)[size]) {
    return padded_text(characters(std::span(bytes)));
}

}  // namespace

std::vector<SlotId> occupied_slots(const CK_FUNCTION_LIST& functions) {
    // A null list first: that is when modules look for new readers. A reader that comes between the two calls
    // makes the second fail.
    for (int attempt = 0; attempt < 3; ++attempt) {
        CK_ULONG count = 0;
        check("C_GetSlotList", functions.C_GetSlotList(CK_TRUE, nullptr, &count));
        if (count > max_slots)
            throw TokenError(protocol::DEVICE_FAILED, "the module reports an absurd number of slots");
        std::vector<CK_SLOT_ID> ids(count + 1);
        count = ids.size();
        const CK_RV value = functions.C_GetSlotList(CK_TRUE, ids.data(), &count);
        if (value == CKR_BUFFER_TOO_SMALL)
            continue;
        check("C_GetSlotList", value);
        if (count > ids.size())
            throw TokenError(protocol::DEVICE_FAILED, "the module reports an absurd number of slots");
        std::vector<SlotId> slots;
        slots.reserve(count);
        for (const CK_SLOT_ID id : std::span(ids).first(count))
            slots.push_back(SlotId{id});
        return slots;
    }
    throw TokenError("C_GetSlotList", Ckr::buffer_too_small);
}

TokenInfo token_in(const CK_FUNCTION_LIST& functions, SlotId slot) {
    TokenInfo info = any_token_in(functions, slot);
    if ((info.flags & CKF_TOKEN_INITIALIZED) == 0)
        throw TokenError(protocol::TOKEN_ABSENT, "the token is not initialised");
    return info;
}

TokenInfo any_token_in(const CK_FUNCTION_LIST& functions, SlotId slot) {
    CK_TOKEN_INFO raw{};
    check("C_GetTokenInfo", functions.C_GetTokenInfo(static_cast<CK_SLOT_ID>(slot), &raw));
    TokenInfo info;
    info.label = field(raw.label);
    info.manufacturer = field(raw.manufacturerID);
    info.model = field(raw.model);
    info.serial = field(raw.serialNumber);
    info.flags = raw.flags;
    if (raw.ulMinPinLen <= raw.ulMaxPinLen && raw.ulMaxPinLen != CK_UNAVAILABLE_INFORMATION) {
        info.min_pin_size = raw.ulMinPinLen;
        info.max_pin_size = raw.ulMaxPinLen;
    }
    if (raw.ulMaxSessionCount != CK_EFFECTIVELY_INFINITE &&
        raw.ulMaxSessionCount != CK_UNAVAILABLE_INFORMATION)
        info.session_limit = raw.ulMaxSessionCount;
    return info;
}

std::vector<CK_MECHANISM_TYPE> mechanisms_of(const CK_FUNCTION_LIST& functions, SlotId slot) {
    const auto id = static_cast<CK_SLOT_ID>(slot);
    CK_ULONG count = 0;
    if (functions.C_GetMechanismList(id, nullptr, &count) != CKR_OK || count > max_mechanisms)
        return {};
    // One more than is asked for: p11-kit's client, as it takes out what it does not know, reads that far.
    std::vector<CK_MECHANISM_TYPE> mechanisms(count + 1);
    if (functions.C_GetMechanismList(id, mechanisms.data(), &count) != CKR_OK || count > mechanisms.size())
        return {};
    mechanisms.resize(count);
    return mechanisms;
}

}  // namespace signet::token
