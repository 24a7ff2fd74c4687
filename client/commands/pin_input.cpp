#include "client/commands/pin_input.h"

#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cctype>
#include <cerrno>
#include <csignal>
#include <string>
#include <string_view>

#include "client/error.h"

namespace signet::client::commands {

namespace {

constexpr std::array<int, 4> ending_signals{SIGHUP, SIGINT, SIGQUIT, SIGTERM};

volatile std::sig_atomic_t caught_signal = 0;

void catch_signal(int number) {
    caught_signal = number;
}

/// Signals that would end the process arrive only while we wait, and are passed on when all is as before.
class SignalCatcher {
  public:
    SignalCatcher() noexcept {
        caught_signal = 0;
        struct sigaction action {};
        action.sa_handler = catch_signal;
        sigset_t held;
        sigemptyset(&held);
        for (std::size_t i = 0; i < ending_signals.size(); ++i) {
            sigaddset(&held, ending_signals.at(i));
            sigaction(ending_signals.at(i), &action, &m_before.at(i));
        }
        sigprocmask(SIG_BLOCK, &held, &m_mask);
    }
    ~SignalCatcher() {
        for (std::size_t i = 0; i < ending_signals.size(); ++i)
            sigaction(ending_signals.at(i), &m_before.at(i), nullptr);
        if (caught_signal != 0)
            raise(caught_signal);
        sigprocmask(SIG_SETMASK, &m_mask, nullptr);
    }
    SignalCatcher(const SignalCatcher&) = delete;
    SignalCatcher& operator=(const SignalCatcher&) = delete;

    /// Waits until `descriptor` has input. False if a signal came instead.
    bool wait(int descriptor) const noexcept {
        pollfd input{descriptor, POLLIN, 0};
        while (ppoll(&input, 1, nullptr, &m_mask) < 0 && caught_signal == 0) {
        }
        return caught_signal == 0;
    }

  private:
    std::array<struct sigaction, ending_signals.size()> m_before{};
    sigset_t m_mask{};
};

/// Does nothing if the descriptor is no terminal.
class EchoOff {
  public:
    EchoOff(int descriptor, std::string_view prompt) noexcept : m_descriptor(descriptor) {
        m_is_terminal = tcgetattr(descriptor, &m_before) == 0;
        if (!m_is_terminal)
            return;
        termios quiet = m_before;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHOE | ECHOK | ECHONL);
        // Flushes what was typed before: it was echoed.
        tcsetattr(descriptor, TCSAFLUSH, &quiet);
        say(prompt);
    }
    ~EchoOff() {
        if (!m_is_terminal)
            return;
        tcsetattr(m_descriptor, TCSAFLUSH, &m_before);
        say("\n");
    }
    EchoOff(const EchoOff&) = delete;
    EchoOff& operator=(const EchoOff&) = delete;

  private:
    static void say(std::string_view text) noexcept {
        static_cast<void>(!write(STDERR_FILENO, text.data(), text.size()));
    }

    int m_descriptor;
    bool m_is_terminal = false;
    termios m_before{};
};

Error no_pin(const std::string& name, const std::string& why) {
    return {ExitStatus::pin, "cannot read the " + name, why, "give it as one line on standard input"};
}

}  // namespace

Secret read_pin(int descriptor, const std::string& name) {
    std::string prompt = name + ": ";
    prompt.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(prompt.front())));
    Secret pin(max_pin_size + 1);
    std::size_t size = 0;
    const SignalCatcher signals;
    const EchoOff echo_off(descriptor, prompt);
    for (;;) {
        if (!signals.wait(descriptor))
            throw no_pin(name, "it was interrupted");
        // Byte by byte, so that the next program finds what follows the line.
        const ssize_t count = read(descriptor, pin.data() + size, 1);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            throw from_errno(errno, "cannot read the " + name);
        if (count == 0 || pin.data()[size] == '\n')
            break;
        if (++size > max_pin_size)
            throw no_pin(name, "it is longer than " + std::to_string(max_pin_size) + " bytes");
    }
    // A line from a system that ends its lines with CR LF: the CR would make a good PIN a wrong one, and cost
    // a try.
    if (size > 0 && pin.data()[size - 1] == '\r')
        --size;
    if (size == 0)
        throw no_pin(name, "there is none");
    pin.truncate(size);
    return pin;
}

}  // namespace signet::client::commands
