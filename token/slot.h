// Slots and the tokens in them, asked through the module's own function list.
//
// libp11 lists slots as well, but one reader whose C_GetTokenInfo fails makes its list fail for all slots,
// and it shows neither the flags nor the session limit as the token gives them.
#pragma once

#include <p11-kit/pkcs11.h>

#include <optional>
#include <string>
#include <vector>

namespace signet::token {

enum class SlotId : CK_SLOT_ID {};

/// What signet-token wants of CK_TOKEN_INFO.
struct TokenInfo {
    std::string label;
    std::string manufacturer;
    std::string model;
    std::string serial;
    CK_FLAGS flags = 0;
    /// Bytes of a PIN; 0 and 0 if it says nothing that can be believed.
    CK_ULONG min_pin_size = 0;
    CK_ULONG max_pin_size = 0;
    /// Sessions that the token allows; none if it says no number.
    std::optional<CK_ULONG> session_limit;
};

/// The slots that hold a token, initialised or not. Throws TokenError.
std::vector<SlotId> occupied_slots(const CK_FUNCTION_LIST& functions);

/// The token in `slot`. Throws TokenError; TOKEN_ABSENT also for a token that is not initialised, which must
/// not be asked for a session.
TokenInfo token_in(const CK_FUNCTION_LIST& functions, SlotId slot);

/// The same of any token; whether it is initialised is in its flags.
TokenInfo any_token_in(const CK_FUNCTION_LIST& functions, SlotId slot);

/// The mechanisms of the token; none if it does not tell.
std::vector<CK_MECHANISM_TYPE> mechanisms_of(const CK_FUNCTION_LIST& functions, SlotId slot);

}  // namespace signet::token
