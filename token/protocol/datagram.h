// Limits of the socketpair between signet-agent and signet-token.
#pragma once

#include <cstddef>

namespace signet::token::protocol {

/// The descriptor on which signet-token finds its end of the socketpair.
inline constexpr int channel_descriptor = 3;

/// Bytes of one message, at most. Below the kernel's default for a socket buffer, so that one datagram always
/// fits.
inline constexpr std::size_t max_datagram = std::size_t{128} * 1024;

/// Bytes of a certificate that Scan reports; a larger one is skipped and named in the log.
inline constexpr std::size_t max_certificate = std::size_t{64} * 1024;

/// Bytes of a PIN. PKCS#11 sets no limit; no token known has one above 255.
inline constexpr std::size_t max_pin = 255;

/// Operations that the agent keeps outstanding at one worker; the rest waits in the agent's fair queue.
inline constexpr unsigned outstanding_per_worker = 2;

}  // namespace signet::token::protocol
