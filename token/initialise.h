// Tokens that are made anew (PKCS#11 2.40, section 5.5).
#pragma once

#include <p11-kit/pkcs11.h>

#include "token/protocol/token.pb.h"

namespace signet::token {

/// Bytes of a token's label (CK_TOKEN_INFO).
inline constexpr std::size_t max_token_label = 32;

/// Refuses what makes no sense before anything is done. Throws TokenError: TOKEN_ABSENT if another token is
/// in the slot, PIN_INVALID for PINs that it does not take.
void check_initialise(const CK_FUNCTION_LIST& functions, protocol::InitialiseToken& request);

/// Of a checked request: C_InitToken, then C_InitPIN as the SO. Closes all sessions on the slot: what they
/// were for fails, and the process should be replaced. Throws TokenError: PIN_INCORRECT if it is initialised
/// and has another SO PIN, DEVICE_FAILED if it is made anew and has no PIN.
void initialise(const CK_FUNCTION_LIST& functions, protocol::InitialiseToken& request);

}  // namespace signet::token
