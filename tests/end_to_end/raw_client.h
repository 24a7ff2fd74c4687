// A client that need not keep to the protocol.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace signet::tests {

/// A connection to an agent's socket on which any bytes can be sent. Throws std::runtime_error if there is no
/// agent, or if nothing happens for 20 seconds.
class RawClient {
  public:
    explicit RawClient(const std::filesystem::path& socket);
    ~RawClient();
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;
    RawClient(RawClient&&) = delete;
    RawClient& operator=(RawClient&&) = delete;

    /// What the agent does not take because it closed the connection is dropped.
    void send(std::string_view bytes);
    /// The next whole frame's message; none if the agent closed the connection.
    std::optional<std::string> receive();
    /// No more will be sent.
    void finish_sending();

  private:
    int m_socket;
    std::string m_buffer;
};

}  // namespace signet::tests
