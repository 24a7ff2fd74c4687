#include <fcntl.h>
#include <pty.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <thread>

#include "client/commands/pin_input.h"
#include "client/file_descriptor.h"
#include "tests/client/expect_error.h"

using namespace signet;
using namespace signet::tests;
using client::FileDescriptor;
using client::commands::max_pin_size;
using client::commands::read_pin;

namespace {

/// A pipe with `text` in it, and nothing to come.
FileDescriptor pipe_with(const std::string& text) {
    std::array<int, 2> ends{};
    REQUIRE(pipe2(ends.data(), O_CLOEXEC) == 0);
    const FileDescriptor writer(ends[1]);
    REQUIRE(write(writer.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    return FileDescriptor(ends[0]);
}

}  // namespace

TEST_CASE("A PIN is one line, and what follows is left for others") {
    const FileDescriptor input = pipe_with("1234 56\nrest");
    CHECK(read_pin(input.get()).reveal() == "1234 56");
    std::array<char, 8> rest{};
    CHECK(read(input.get(), rest.data(), rest.size()) == 4);
    CHECK(std::string(rest.data()) == "rest");
}

TEST_CASE("A PIN needs no newline at the end of input") {
    CHECK(read_pin(pipe_with("123456").get()).reveal() == "123456");
}

TEST_CASE("A line that ends with CR LF is a PIN without CR") {
    CHECK(read_pin(pipe_with("123456\r\n").get()).reveal() == "123456");
    CHECK(exit_status_of([&] { static_cast<void>(read_pin(pipe_with("\r\n").get())); }) == 5);
}

TEST_CASE("A PIN has a largest size") {
    const std::string largest(max_pin_size, '7');
    CHECK(read_pin(pipe_with(largest + "\n").get()).size() == max_pin_size);
    CHECK(exit_status_of([&] { static_cast<void>(read_pin(pipe_with(largest + "7\n").get())); }) == 5);
}

TEST_CASE("No PIN is an error that quotes nothing") {
    for (const char* input : {"", "\n", "\n123456\n"}) {
        const client::Error error = error_of([&] { static_cast<void>(read_pin(pipe_with(input).get())); });
        CHECK(error.exit_status() == client::ExitStatus::pin);
        CHECK(error.what() ==
              std::string("cannot read the PIN: there is none; give it as one line on standard input"));
    }
}

TEST_CASE("A terminal does not echo the PIN, and echoes again afterwards") {
    // A chroot, or a small container.
    if (!std::filesystem::exists("/dev/pts/ptmx")) {
        WARN("there are no terminals here: /dev/pts is not mounted");
        return;
    }
    int primary_number = -1;
    int terminal_number = -1;
    REQUIRE(openpty(&primary_number, &terminal_number, nullptr, nullptr, nullptr) == 0);
    const FileDescriptor primary(primary_number);
    const FileDescriptor terminal(terminal_number);
    const auto echoes = [&] {
        termios state{};
        return tcgetattr(terminal.get(), &state) == 0 && (state.c_lflag & ECHO) != 0;
    };
    REQUIRE(echoes());

    // Types once the echo is off: what was typed before would be flushed.
    std::thread person([&] {
        while (echoes())
            std::this_thread::yield();
        static_cast<void>(!write(primary.get(), "123456\n", 7));
    });
    const Secret pin = read_pin(terminal.get());
    person.join();
    CHECK(pin.reveal() == "123456");
    CHECK(echoes());
    fcntl(primary.get(), F_SETFL, O_NONBLOCK);
    std::array<char, 64> shown{};
    const ssize_t count = read(primary.get(), shown.data(), shown.size());
    CHECK(std::string(shown.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))).find('1') ==
          std::string::npos);
}
