// signet-token as its agent sees it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fixtures/process.h"
#include "tests/fixtures/temporary_folder.h"
#include "token/protocol/token.pb.h"

namespace signet::tests {

namespace protocol = token::protocol;

/// A running bin/signet-token and the agent's end of its socketpair. What it writes to standard error is
/// kept. All waiting is bounded; members throw std::runtime_error.
class TokenProcess {
  public:
    explicit TokenProcess(const Environment& environment = {});
    /// Closes the channel; kills the process if it does not end by itself.
    ~TokenProcess();
    TokenProcess(const TokenProcess&) = delete;
    TokenProcess& operator=(const TokenProcess&) = delete;

    /// Sends `request` under a fresh id and returns its replies, the last one at the end.
    std::vector<protocol::Reply> replies(protocol::Request request);
    /// The only reply to `request`.
    protocol::Reply reply(const protocol::Request& request);
    /// Sends Load for `module`.
    protocol::Reply load(const std::string& module, unsigned sessions = 1, const std::string& init_args = {});

    void send(std::string_view datagram) const;
    /// The next datagram; none if the process closed its end.
    [[nodiscard]] std::optional<protocol::Reply> receive() const;

    [[nodiscard]] pid_t pid() const noexcept { return m_pid; }
    void close_channel() noexcept;
    /// The status as waitpid gives it; none if it still runs after `timeout`.
    std::optional<int> wait(std::chrono::milliseconds timeout = std::chrono::seconds(20));
    /// What it wrote to standard error so far.
    [[nodiscard]] std::string log() const;

  private:
    TemporaryFolder m_folder;
    int m_channel = -1;
    pid_t m_pid = -1;
    std::optional<int> m_status;
    std::uint64_t m_next_id = 1;
};

/// Bytes as they go into a protobuf `bytes` field.
std::string digest_of(protocol::Hash hash, std::string_view text);

}  // namespace signet::tests
