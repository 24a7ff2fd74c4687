// Frames over the agent's socket: connecting, Hello, deadlines. Knows no request but Hello.
#pragma once

#include <chrono>
#include <cstdint>
#include <set>
#include <string>

#include "agent/protocol/signet.pb.h"
#include "client/file_descriptor.h"

namespace signet::client {

struct Deadlines {
    /// For the connection to be accepted, and for a frame once begun.
    std::chrono::milliseconds transfer{10'000};
    /// For an answer: a person may have to be asked for a PIN first.
    std::chrono::milliseconds answer{600'000};
    /// For an answer that waits for no person. The agent looks at its tokens for 5 seconds at most.
    std::chrono::milliseconds unattended_answer{120'000};
};

/// Whether a person may have to do something before there is an answer: enter a PIN, or insert a token, for
/// which there is no deadline.
enum class Attendance { person, token, nobody };

/// Blocking, with deadlines. One thread at a time. Every fault closes the socket.
class AgentChannel {
  public:
    AgentChannel(std::string socket_path, Deadlines deadlines);

    /// Sends `request` with a fresh id and returns its reply, whatever its status. Connects first if need be;
    /// then Hello goes in the same write, and its refusal is returned as the reply. Wipes its buffers, which
    /// may hold a PIN or a key; the two messages are the caller's. The answer to Hello never waits for a
    /// person. Throws Error (3 or 9) with `what_failed`; std::logic_error if a reply to a send() is due.
    agent::protocol::Reply exchange(agent::protocol::Request& request, const std::string& what_failed,
                                    Attendance attendance = Attendance::person);

    /// The same in two steps, so that several requests are under way at once: sends `request`, returns its
    /// id.
    std::uint64_t send(agent::protocol::Request& request, const std::string& what_failed);
    /// The next reply to any request that was sent, or the refusal of Hello.
    agent::protocol::Reply receive(const std::string& what_failed,
                                   Attendance attendance = Attendance::person);
    /// Gives up what was sent and not answered.
    void close() noexcept;

    [[nodiscard]] const std::string& socket_path() const noexcept { return m_socket_path; }

  private:
    template <typename Action>
    auto or_close(const std::string& what_failed, Action action);
    void connect();
    void write(const std::string& frames);
    [[nodiscard]] std::chrono::milliseconds answer_limit(Attendance attendance) const noexcept;
    agent::protocol::Reply read_reply(std::chrono::milliseconds limit);
    void wait(short events, std::chrono::steady_clock::time_point deadline);
    void read_exactly(char* data, std::size_t size, std::chrono::steady_clock::time_point deadline);

    std::string m_socket_path;
    Deadlines m_deadlines;
    FileDescriptor m_socket;
    std::uint64_t m_last_id = 0;
    /// Ids of the requests that have no reply yet, Hello's apart.
    std::set<std::uint64_t> m_awaited;
    /// 0 if its answer is here.
    std::uint64_t m_awaited_hello = 0;
};

}  // namespace signet::client
