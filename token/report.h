// Tokens, certificates and keys as Scan reports them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "token/object.h"
#include "token/protocol/token.pb.h"

namespace signet::token {

/// Throws TokenError.
protocol::Token report_token(const Session& session, SlotId slot);

/// What the slot tells without a session, which is all of a token that is not initialised.
protocol::Token report_token_info(TokenInfo info, SlotId slot);

/// None for what is no X.509 certificate, or is too large; the log names it. Throws TokenError if the object
/// is gone.
std::optional<protocol::Certificate> report_certificate(const Session& session, SlotId slot,
                                                        ObjectHandle object, std::span<unsigned char> buffer);

/// A key of any type: types that Signet does not know are UNKNOWN_KEY. If it is of the type that
/// `expected_type` (CKA_KEY_TYPE) says, it is mostly read with one call, else with two. Throws TokenError if
/// the object is gone.
protocol::Key report_key(const Session& session, SlotId slot, ObjectHandle object, bool is_private,
                         std::span<unsigned char> buffer,
                         std::uint64_t expected_type = CK_UNAVAILABLE_INFORMATION);

/// The uncompressed point in CKA_EC_POINT, which some modules give as the DER OCTET STRING that PKCS#11 asks
/// for and some as it is. Empty if it is neither.
std::span<const unsigned char> uncompressed_point(std::span<const unsigned char> attribute) noexcept;

/// The bytes of RFC 8032 or RFC 7748 in the CKA_EC_POINT of an Edwards or Montgomery key: PKCS#11 3.0 asked
/// for them in a DER OCTET STRING, a draft of it in a BIT STRING, and 3.1 as they are. Empty if it is none of
/// these.
std::span<const unsigned char> compressed_point(std::span<const unsigned char> attribute) noexcept;

}  // namespace signet::token
