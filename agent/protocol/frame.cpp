#include "agent/protocol/frame.h"

#include <google/protobuf/message_lite.h>

#include <stdexcept>

namespace signet::agent::protocol {

Frame parse_frame(std::string_view buffer) noexcept {
    if (buffer.size() < frame_header_size)
        return {FrameState::incomplete, {}, 0};
    std::size_t length = 0;
    for (std::size_t i = 0; i < frame_header_size; ++i)
        length = length << 8U | static_cast<unsigned char>(buffer[i]);
    if (length == 0 || length > max_frame_size)
        return {FrameState::too_long, {}, 0};
    if (buffer.size() - frame_header_size < length)
        return {FrameState::incomplete, {}, 0};
    return {FrameState::complete, buffer.substr(frame_header_size, length), frame_header_size + length};
}

void write_frame(char* out, const google::protobuf::MessageLite& message) {
    const auto length = static_cast<std::size_t>(message.GetCachedSize());
    auto* bytes = reinterpret_cast<std::uint8_t*>(out);
    for (unsigned i = 0; i < frame_header_size; ++i)
        bytes[i] = static_cast<std::uint8_t>(length >> (8 * (frame_header_size - 1 - i)));
    message.SerializeWithCachedSizesToArray(bytes + frame_header_size);
}

void append_frame(std::string& buffer, const google::protobuf::MessageLite& message) {
    const std::size_t length = message.ByteSizeLong();
    if (length > max_frame_size)
        throw std::length_error("a message is larger than a frame may be");
    const std::size_t start = buffer.size();
    buffer.resize(start + frame_header_size + length);
    write_frame(buffer.data() + start, message);
}

}  // namespace signet::agent::protocol
