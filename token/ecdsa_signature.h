// ECDSA signatures, from the form of PKCS#11 to the form of X.509 and CMS.
#pragma once

#include <span>
#include <string>

namespace signet::token {

/// Writes `raw`, r and s of equal length one after the other (PKCS#11 2.40, section 2.3.1), to `der` as
/// Ecdsa-Sig-Value ::= SEQUENCE { r INTEGER, s INTEGER } (RFC 3279, section 2.2.3). Throws TokenError
/// (DEVICE_FAILED) if it cannot be a signature on a curve of up to 528 bits.
void encode_ecdsa_signature(std::span<const unsigned char> raw, std::string& der);

}  // namespace signet::token
