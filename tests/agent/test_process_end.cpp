#include "agent/asio.h"
#include "agent/process_end.h"
#include "agent/spawn.h"
#include "tests/catch.h"

#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <memory>
#include <optional>

using namespace signet::agent;
using asio::posix::stream_descriptor;

namespace {

/// A descriptor that can be read at once.
stream_descriptor readable(asio::io_context& loop) {
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    REQUIRE(::write(ends[1], "x", 1) == 1);
    ::close(ends[1]);
    return {loop, ends[0]};
}

/// A process that does nothing.
struct Idle {
    explicit Idle(asio::io_context& loop)
        : pid(::fork()),
          pidfd(loop, pid == 0 ? idle() : static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))) {}
    ~Idle() {
        ::kill(pid, SIGKILL);
        ::waitpid(pid, nullptr, 0);
    }
    Idle(const Idle&) = delete;
    Idle& operator=(const Idle&) = delete;

    [[noreturn]] static int idle() {
        while (true)
            ::pause();
    }

    pid_t pid;
    stream_descriptor pidfd;
};

/// Waits for the end of a process whose descriptor has the place of another in Asio.
asio::awaitable<void> take_place(stream_descriptor& first, std::unique_ptr<stream_descriptor>& second,
                                 std::unique_ptr<Idle>& idle, std::optional<bool>& ended) {
    auto& loop = static_cast<asio::io_context&>(first.get_executor().context());
    co_await first.async_wait(stream_descriptor::wait_read, asio::use_awaitable);
    second.reset();
    idle = std::make_unique<Idle>(loop);
    ended = co_await process_ended(idle->pidfd);
}

asio::awaitable<void> watch(stream_descriptor& pidfd, std::optional<bool>& ended) {
    ended = co_await process_ended(pidfd);
}

}  // namespace

TEST_CASE("a process that runs has not ended, whatever the descriptor before it was ready for") {
    asio::io_context loop;
    auto first = readable(loop);
    auto second = std::make_unique<stream_descriptor>(readable(loop));
    std::unique_ptr<Idle> idle;
    std::optional<bool> ended;
    // Both are ready in one turn of the loop.
    spawn(loop, take_place(first, second, idle, ended));
    second->async_wait(stream_descriptor::wait_read, [](const boost::system::error_code&) {});
    loop.run_for(std::chrono::milliseconds(200));
    REQUIRE(idle);
    CHECK_FALSE(ended.has_value());

    REQUIRE(::kill(idle->pid, SIGKILL) == 0);
    loop.restart();
    loop.run_for(std::chrono::seconds(20));
    CHECK(ended == true);
}

TEST_CASE("a wait for the end of a process can be cancelled") {
    asio::io_context loop;
    Idle idle(loop);
    std::optional<bool> ended;
    spawn(loop, watch(idle.pidfd, ended));
    loop.run_for(std::chrono::milliseconds(20));
    idle.pidfd.cancel();
    loop.restart();
    loop.run_for(std::chrono::seconds(20));
    CHECK(ended == false);
}
