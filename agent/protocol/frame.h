// The frame around every message between client and agent: four bytes of length (big-endian), then the
// message. Pure functions: no socket, no state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace google::protobuf {
class MessageLite;
}

namespace signet::agent::protocol {

/// The version that this code speaks; the first message of a connection (Hello) names it.
inline constexpr std::uint32_t protocol_version = 1;
/// Bytes of a frame's message, at most; the four bytes of the length do not count.
inline constexpr std::size_t max_frame_size = std::size_t{1} << 20;
/// Digests in one Sign.
inline constexpr int max_digests = 256;
/// RecipientInfos in one Unwrap.
inline constexpr int max_recipient_infos = 64;
/// Identities (signers) in one Sign.
inline constexpr int max_signers = 8;
/// Bytes of any text field of a request.
inline constexpr std::size_t max_text = 4096;
/// Requests of one connection that may be unanswered at once; the agent stops reading above it.
inline constexpr std::size_t max_pipelined = 64;

inline constexpr std::size_t frame_header_size = 4;

enum class FrameState { complete, incomplete, too_long };

struct Frame {
    FrameState state;
    /// The message, a view into the buffer; only when complete.
    std::string_view message;
    /// Bytes of the buffer that the frame takes; only when complete.
    std::size_t size;
};

/// Looks for one frame at the start of `buffer`. A length of zero or above max_frame_size is `too_long`,
/// known from the four bytes alone, so that nothing needs to be allocated for it. Throws nothing.
Frame parse_frame(std::string_view buffer) noexcept;

/// Writes the frame of `message` to `out`, which has room for frame_header_size and message.ByteSizeLong()
/// bytes; that was called last, and is not above max_frame_size.
void write_frame(char* out, const google::protobuf::MessageLite& message);

/// Appends the frame of `message` to `buffer`. Throws std::length_error if the message is above
/// max_frame_size; `buffer` is then unchanged.
void append_frame(std::string& buffer, const google::protobuf::MessageLite& message);

}  // namespace signet::agent::protocol
