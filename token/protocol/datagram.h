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

/// Certificates, private keys and public keys of one token that Scan reports, and bytes of their replies: of
/// each of these kinds. What is beyond is left out, and LeftOut says so.
inline constexpr std::size_t max_objects_of_a_kind = 4096;
inline constexpr std::size_t max_size_of_a_kind = std::size_t{8} << 20;
/// The same for all tokens of one Scan together.
inline constexpr std::size_t max_scanned_objects = 32768;
inline constexpr std::size_t max_scanned_size = std::size_t{32} << 20;

/// Slots of a module, and mechanisms of a token, that are believed.
inline constexpr std::size_t max_slots = 1024;
inline constexpr std::size_t max_mechanisms = 1024;

/// Replies of one Scan, and bytes of them, whatever is on the tokens: its objects, and for each slot a Token
/// of 16 KiB at most and a LeftOut.
inline constexpr std::size_t max_parts = max_scanned_objects + 2 * max_slots;
inline constexpr std::size_t max_parts_size = max_scanned_size + max_slots * 17 * 1024;

/// Bytes of a PIN. PKCS#11 sets no limit; no token known has one above 255.
inline constexpr std::size_t max_pin = 255;

/// Operations that the agent keeps outstanding at one worker; the rest waits in the agent's fair queue.
inline constexpr unsigned outstanding_per_worker = 2;

}  // namespace signet::token::protocol
