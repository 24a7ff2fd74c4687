#include "tests/bench/echo.h"

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <functional>
#include <system_error>

namespace signet::bench {

namespace {

using Message = std::array<char, 256>;

[[noreturn]] void echo_until_closed(int descriptor) {
    Message message{};
    while (recv(descriptor, message.data(), message.size(), MSG_WAITALL) ==
           static_cast<ssize_t>(message.size())) {
        if (send(descriptor, message.data(), message.size(), MSG_NOSIGNAL) < 0)
            break;
    }
    _exit(0);
}

}  // namespace

Result measure_echo(std::chrono::milliseconds duration) {
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
        throw std::system_error(errno, std::generic_category(), "socketpair");
    const pid_t child = fork();
    if (child < 0)
        throw std::system_error(errno, std::generic_category(), "fork");
    if (child == 0) {
        close(ends[0]);
        echo_until_closed(ends[1]);
    }
    close(ends[1]);
    std::vector<std::function<void()>> operations{[descriptor = ends[0], message = Message{}]() mutable {
        if (send(descriptor, message.data(), message.size(), MSG_NOSIGNAL) < 0 ||
            recv(descriptor, message.data(), message.size(), MSG_WAITALL) < 0)
            throw std::system_error(errno, std::generic_category(), "echo");
    }};
    const Result result = measure(operations, duration);
    close(ends[0]);
    waitpid(child, nullptr, 0);
    return result;
}

}  // namespace signet::bench
