#include "tests/bench/echo.h"

#include <sched.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <functional>
#include <system_error>
#include <utility>

namespace signet::bench {

namespace {

using Message = std::array<char, 256>;

/// The processor that is the `index`th that this process may use; the last if there are fewer.
int processor(int index) {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0)
        throw std::system_error(errno, std::generic_category(), "sched_getaffinity");
    int found = 0;
    for (int number = 0; number < CPU_SETSIZE; ++number) {
        if (!CPU_ISSET(number, &allowed))
            continue;
        found = number;
        if (index-- == 0)
            break;
    }
    return found;
}

/// Of the calling thread.
void bind_to(int number) {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(number, &one);
    if (sched_setaffinity(0, sizeof one, &one) != 0)
        throw std::system_error(errno, std::generic_category(), "sched_setaffinity");
}

void compute_for(std::chrono::microseconds work) {
    const auto end = Clock::now() + work;
    while (work.count() != 0 && Clock::now() < end) {
    }
}

[[noreturn]] void echo_until_closed(int descriptor, std::chrono::microseconds work) {
    Message message{};
    while (recv(descriptor, message.data(), message.size(), MSG_WAITALL) ==
           static_cast<ssize_t>(message.size())) {
        compute_for(work);
        if (send(descriptor, message.data(), message.size(), MSG_NOSIGNAL) < 0)
            break;
    }
    _exit(0);
}

}  // namespace

Result measure_echo(Cores cores, std::chrono::microseconds work, std::chrono::milliseconds duration) {
    const int here = processor(0);
    const int there = processor(cores == Cores::one ? 0 : 1);
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
        throw std::system_error(errno, std::generic_category(), "socketpair");
    const pid_t child = fork();
    if (child < 0)
        throw std::system_error(errno, std::generic_category(), "fork");
    if (child == 0) {
        close(ends[0]);
        bind_to(there);
        echo_until_closed(ends[1], work);
    }
    close(ends[1]);
    std::vector<std::function<void()>> operations{
        [descriptor = ends[0], here, message = Message{}, bound = false]() mutable {
            if (!std::exchange(bound, true))
                bind_to(here);
            if (send(descriptor, message.data(), message.size(), MSG_NOSIGNAL) < 0 ||
                recv(descriptor, message.data(), message.size(), MSG_WAITALL) < 0)
                throw std::system_error(errno, std::generic_category(), "echo");
        }};
    Result result = measure(operations, duration);
    close(ends[0]);
    waitpid(child, nullptr, 0);
    result.p50 -= static_cast<double>(work.count());
    result.p99 -= static_cast<double>(work.count());
    return result;
}

}  // namespace signet::bench
