// signet-token's end of the socketpair.
#pragma once

#include <cstddef>
#include <span>

namespace signet::token {

/// Looks at, and does not own, a SOCK_SEQPACKET socket. For any thread: each datagram goes to one reader, and
/// arrives whole.
class Channel {
  public:
    enum class State {
        datagram,
        /// Longer than the buffer: the rest of it is lost.
        too_long,
        /// The agent is gone.
        end,
    };
    struct Receipt {
        State state;
        /// Bytes in the buffer.
        std::size_t size;
    };

    /// `descriptor` must stay open as long as this.
    explicit Channel(int descriptor) noexcept : m_descriptor(descriptor) {}

    /// Whether the descriptor is a socket of the right type.
    [[nodiscard]] bool usable() const noexcept;
    /// Waits for a datagram.
    [[nodiscard]] Receipt receive(std::span<unsigned char> buffer) const noexcept;
    /// Waits until there is room. That the agent is gone shows at the next receive().
    void send(std::span<const unsigned char> datagram) const noexcept;

  private:
    int m_descriptor;
};

}  // namespace signet::token
