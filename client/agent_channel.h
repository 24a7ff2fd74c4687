// Frames over the agent's socket: connecting, Hello, deadlines. Knows no request but Hello.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "agent/protocol/signet.pb.h"
#include "client/file_descriptor.h"

namespace signet::client {

struct Deadlines {
    /// For the connection to be accepted, and for a frame once begun.
    std::chrono::milliseconds transfer{10'000};
    /// For an answer: a person may have to be asked for a PIN first.
    std::chrono::milliseconds answer{600'000};
};

/// Blocking, with deadlines. One thread at a time. Every fault closes the socket.
class AgentChannel {
  public:
    AgentChannel(std::string socket_path, Deadlines deadlines);

    /// Sends `request` with a fresh id and returns its reply, whatever its status. Connects first if need be;
    /// then Hello goes in the same write, and its refusal is returned as the reply. Wipes its buffers, which
    /// may hold a PIN or a key; the two messages are the caller's. Throws Error (3 or 9) with `what_failed`.
    agent::protocol::Reply exchange(agent::protocol::Request& request, const std::string& what_failed);

    [[nodiscard]] const std::string& socket_path() const noexcept { return m_socket_path; }

  private:
    void connect();
    void send(const std::string& frames);
    agent::protocol::Reply receive(std::uint64_t id);
    void wait(short events, std::chrono::steady_clock::time_point deadline);
    void read_exactly(char* data, std::size_t size, std::chrono::steady_clock::time_point deadline);

    std::string m_socket_path;
    Deadlines m_deadlines;
    FileDescriptor m_socket;
    std::uint64_t m_last_id = 0;
};

}  // namespace signet::client
