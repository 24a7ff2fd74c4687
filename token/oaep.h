// RSAES-OAEP for tokens that decrypt with RSA alone.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "token/protocol/token.pb.h"

namespace signet::token {

/// Takes the padding off `block`, which RSA yielded and which is as long as the modulus: EME-OAEP decoding
/// (RFC 8017, section 7.1.2, step 3) with MGF1. The message then stands at the beginning of `block` and the
/// rest is wiped; its length is returned. None, and all of `block` wiped, for any fault: which one shows
/// neither in the answer nor in the time (Manger). Throws TokenError (BAD_REQUEST) for an unknown hash,
/// (DEVICE_FAILED) if OpenSSL cannot hash.
std::optional<std::size_t> remove_oaep(std::span<unsigned char> block, protocol::Hash hash,
                                       protocol::Hash mgf_hash, std::string_view label);

}  // namespace signet::token
