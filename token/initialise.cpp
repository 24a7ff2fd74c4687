#include "token/initialise.h"

#include <algorithm>
#include <array>

#include "token/error.h"
#include "token/pin.h"
#include "token/session.h"

namespace signet::token {

namespace {

void check_size(const Pin& pin, const TokenInfo& token) {
    const bool is_told = token.max_pin_size != 0 && pin.data() != nullptr;
    if (is_told && (pin.size() < token.min_pin_size || pin.size() > token.max_pin_size))
        throw TokenError(protocol::PIN_INVALID, "the token takes no PIN of this length");
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
    check("C_InitToken",
          functions.C_InitToken(static_cast<CK_SLOT_ID>(slot), so_pin.data(), so_pin.size(), padded.data()));
}

}  // namespace

void initialise(const CK_FUNCTION_LIST& functions, protocol::InitialiseToken& request) {
    const SlotId slot{request.slot()};
    const TokenInfo there = any_token_in(functions, slot);
    check_request(request, there);
    const Pin so_pin(request.has_so_pin() ? request.mutable_so_pin() : nullptr);
    const Pin pin(request.has_pin() ? request.mutable_pin() : nullptr);
    check_size(so_pin, there);
    check_size(pin, there);
    init_token(functions, slot, so_pin, request.new_label());
    const Session session(functions, slot, Access::read_write);
    check("C_Login", functions.C_Login(session.handle(), CKU_SO, so_pin.data(), so_pin.size()));
    const CK_RV value = functions.C_InitPIN(session.handle(), pin.data(), pin.size());
    functions.C_Logout(session.handle());
    check("C_InitPIN", value);
}

}  // namespace signet::token
