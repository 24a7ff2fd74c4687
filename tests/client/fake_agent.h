// The agent's end of the socket, played by the test.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "agent/protocol/signet.pb.h"
#include "client/file_descriptor.h"
#include "tests/fixtures/temporary_folder.h"

namespace signet::tests {

/// One connection as the agent sees it. Reads are bounded by 20 seconds.
class FakePeer {
  public:
    FakePeer(client::FileDescriptor socket, std::vector<agent::protocol::Request>& received,
             std::mutex& mutex);

    /// The next request, remembered for FakeAgent::received; none if the client went away.
    std::optional<agent::protocol::Request> read();
    /// Reads and forgets one frame, wiping what it read.
    void discard();
    /// Sends `reply` as the answer to `request`.
    void answer(const agent::protocol::Request& request, agent::protocol::Reply reply);
    /// Answers Hello as an agent of our version does.
    void welcome();
    /// Sends bytes as they are.
    void send(const std::string& bytes);

  private:
    bool read_exactly(char* data, std::size_t size);

    client::FileDescriptor m_socket;
    std::vector<agent::protocol::Request>& m_received;
    std::mutex& m_mutex;
};

/// Listens on a private socket and runs `script` for each connection, one after the other, on a thread of its
/// own.
class FakeAgent {
  public:
    using Script = std::function<void(FakePeer& peer)>;
    /// Answers one request; its id is filled in.
    using Handler = std::function<agent::protocol::Reply(const agent::protocol::Request& request)>;

    explicit FakeAgent(Script script);
    ~FakeAgent();
    FakeAgent(const FakeAgent&) = delete;
    FakeAgent& operator=(const FakeAgent&) = delete;

    /// Welcomes each connection and answers each request with `handler`, but for a Sign that asks for the
    /// hash: that is SHA-256.
    static Script answering(Handler handler);

    [[nodiscard]] std::string socket() const { return m_folder / "agent.sock"; }
    /// Every request that FakePeer::read saw so far.
    [[nodiscard]] std::vector<agent::protocol::Request> received() const;
    /// Those that had digests signed.
    [[nodiscard]] std::vector<agent::protocol::Sign> signings() const;

  private:
    void serve();

    TemporaryFolder m_folder;
    Script m_script;
    client::FileDescriptor m_listener;
    client::FileDescriptor m_stop;
    mutable std::mutex m_mutex;
    std::vector<agent::protocol::Request> m_received;
    std::thread m_thread;
};

/// A reply that carries only a status, and what an agent would say with it.
[[nodiscard]] agent::protocol::Reply refusal(agent::protocol::Status status, const std::string& why,
                                             const std::string& advice = {});

/// The frame of `message`.
[[nodiscard]] std::string frame_of(const agent::protocol::Reply& message);

}  // namespace signet::tests
