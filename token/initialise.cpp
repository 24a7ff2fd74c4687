#include "token/initialise.h"

#include <algorithm>
#include <array>

#include "token/error.h"
#include "token/log.h"
#include "token/pin.h"
#include "token/session.h"

namespace signet::token {

namespace {

void check_size(const Pin& pin, const TokenInfo& token, const char* why) {
    const bool is_told = token.max_pin_size != 0 && pin.data() != nullptr;
    if (is_told && (pin.size() < token.min_pin_size || pin.size() > token.max_pin_size))
        throw TokenError(protocol::PIN_INVALID, why);
}

void check_request(const protocol::InitialiseToken& request, const TokenInfo& there) {
    if (there.serial != request.serial() || there.label != request.label())
        throw TokenError(protocol::TOKEN_ABSENT, "another token is in the slot");
    if (request.new_label().empty() || request.new_label().size() > max_token_label)
        throw TokenError(protocol::BAD_REQUEST, "a token without a label, or with too long a one");
    const bool has_pad = (there.flags & CKF_PROTECTED_AUTHENTICATION_PATH) != 0;
    if (!has_pad && (!request.has_so_pin() || !request.has_pin()))
        throw TokenError(protocol::BAD_REQUEST, "no PINs for a token without a PIN pad");
}

void init_token(const CK_FUNCTION_LIST& functions, SlotId slot, const Pin& so_pin, const std::string& label) {
    std::array<unsigned char, max_token_label> padded{};
    padded.fill(' ');
    std::copy(label.begin(), label.end(), padded.begin());
    // It fails while any session is open.
    functions.C_CloseAllSessions(static_cast<CK_SLOT_ID>(slot));
    const Ckr answer{
        functions.C_InitToken(static_cast<CK_SLOT_ID>(slot), so_pin.data(), so_pin.size(), padded.data())};
    // A card that was pulled meanwhile may be erased: that is not one that was not there.
    if (outcome_of(answer, CallKind::ordinary) == protocol::TOKEN_ABSENT)
        throw TokenError(protocol::DEVICE_FAILED, "it went while it was initialised");
    check("C_InitToken", static_cast<CK_RV>(answer));
}

/// What went wrong once all that was on the token is gone: no answer of a call alone may look as if nothing
/// had been done.
const char* half_done(protocol::Outcome outcome) noexcept {
    switch (outcome) {
        case protocol::PIN_INVALID:
            return "it is initialised, but does not take such a PIN, and has none";
        case protocol::PIN_INCORRECT:
        case protocol::PIN_LOCKED:
            return "it is initialised, but refused the SO PIN then, and has no PIN";
        case protocol::PIN_CANCELLED:
            return "it is initialised, but no PIN was entered at the PIN pad";
        default:
            return "it is initialised, but failed then, and has no PIN";
    }
}

void init_pin(const CK_FUNCTION_LIST& functions, SlotId slot, const Pin& so_pin, const Pin& pin) {
    const Session session(functions, slot, Access::read_write);
    check("C_Login", functions.C_Login(session.handle(), CKU_SO, so_pin.data(), so_pin.size()));
    const CK_RV value = functions.C_InitPIN(session.handle(), pin.data(), pin.size());
    functions.C_Logout(session.handle());
    check("C_InitPIN", value);
}

}  // namespace

void check_initialise(const CK_FUNCTION_LIST& functions, protocol::InitialiseToken& request) {
    const TokenInfo there = any_token_in(functions, SlotId{request.slot()});
    check_request(request, there);
    check_size(Pin(request.has_so_pin() ? request.mutable_so_pin() : nullptr), there,
               "the SO PIN is too short or too long");
    check_size(Pin(request.has_pin() ? request.mutable_pin() : nullptr), there,
               "the PIN is too short or too long");
}

void initialise(const CK_FUNCTION_LIST& functions, protocol::InitialiseToken& request) {
    const SlotId slot{request.slot()};
    const Pin so_pin(request.has_so_pin() ? request.mutable_so_pin() : nullptr);
    const Pin pin(request.has_pin() ? request.mutable_pin() : nullptr);
    init_token(functions, slot, so_pin, request.new_label());
    try {
        init_pin(functions, slot, so_pin, pin);
    } catch (const TokenError& error) {
        log_line("initialised a token, but ", error.describe());
        throw TokenError(protocol::DEVICE_FAILED, half_done(error.outcome()));
    }
}

}  // namespace signet::token
