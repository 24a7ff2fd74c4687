// A client that need not keep to the protocol.
#pragma once

#include "agent/protocol/frame.h"
#include "agent/protocol/signet.pb.h"

#include <cstdint>
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

/// `message` as it goes over the socket.
std::string frame(const google::protobuf::MessageLite& message);

/// The first request of a connection; its id is 1.
agent::protocol::Request hello(std::uint32_t version = agent::protocol::protocol_version);

/// For one signature by Alice's P-256 key; its id is 1.
agent::protocol::Request sign_request();

}  // namespace signet::tests
