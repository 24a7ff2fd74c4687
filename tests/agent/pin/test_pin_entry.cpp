#include "agent/pin/pin_entry.h"

#include "agent/error.h"
#include "tests/catch.h"
#include "tests/fixtures/file.h"
#include "tests/fixtures/temporary_folder.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <sys/stat.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <thread>

using namespace signet;
using namespace signet::agent::pin;
using namespace std::chrono_literals;
using tests::read_file;
using tests::TemporaryFolder;

namespace {

/// A pinentry made of a shell script, in a folder of its own, that notes its process, its environment and
/// each command. `on_getpin` is what it does at GETPIN; `at_start` comes before its greeting.
class FakePinentry {
  public:
    explicit FakePinentry(const std::string& on_getpin, const std::string& at_start = "echo 'OK Pleased'") {
        const std::string script =
            "#!/bin/bash\n"
            "folder=$(dirname \"$0\")\n"
            "echo $$ >> \"$folder/processes\"\n"
            "env > \"$folder/environment\"\n"
            "echo \"$#\" > \"$folder/arguments\"\n" +
            at_start +
            "\nwhile read -r line; do\n"
            "  echo \"$line\" >> \"$folder/commands\"\n"
            "  case \"$line\" in\n"
            "    GETPIN) " +
            on_getpin +
            ";;\n"
            "    'OPTION no-grab') echo 'ERR 83886254 Unknown option';;\n"
            "    BYE) echo OK; exit 0;;\n"
            "    *) echo OK;;\n"
            "  esac\n"
            "done\n";
        tests::write_file(m_folder / "pinentry", script);
        REQUIRE(chmod((m_folder / "pinentry").c_str(), 0700) == 0);
    }

    [[nodiscard]] PinPrompt prompt() const {
        PinPrompt prompt;
        prompt.title = "Signet";
        prompt.description = "Token 100%\nfor alice";
        prompt.prompt = "PIN:";
        prompt.program = m_folder / "pinentry";
        return prompt;
    }

    [[nodiscard]] std::string note(const std::string& name) const { return read_file(m_folder / name); }

    /// Whether every process that was noted is gone, or a corpse that waits for init. What a pinentry started
    /// itself dies a moment after the kill.
    [[nodiscard]] bool is_gone() const {
        for (int tries = 0; tries < 2000; ++tries) {
            if (living_processes() == 0)
                return true;
            std::this_thread::sleep_for(5ms);
        }
        return false;
    }

  private:
    [[nodiscard]] int living_processes() const {
        int living = 0;
        std::istringstream processes(note("processes"));
        std::string pid;
        while (processes >> pid) {
            std::ifstream file("/proc/" + pid + "/stat");
            std::string status;
            if (std::getline(file, status) && status.substr(status.rfind(')') + 2, 1) != "Z")
                ++living;
        }
        return living;
    }

    TemporaryFolder m_folder;
};

struct Answer {
    std::string pin;
    std::optional<agent::protocol::Status> status;
    std::string why;
    std::string advice;
};

Answer ask(const PinPrompt& prompt, boost::asio::io_context& loop) {
    Answer answer;
    Dismissal dismissal;
    boost::asio::co_spawn(loop, ask_pin(loop, prompt, dismissal),
                          [&](const std::exception_ptr& failure, const Secret& pin) {
                              try {
                                  if (failure)
                                      std::rethrow_exception(failure);
                                  answer.pin = std::string(pin.reveal());
                              } catch (const agent::Error& error) {
                                  answer.status = error.status();
                                  answer.why = error.what();
                                  answer.advice = error.advice();
                              }
                          });
    loop.run();
    return answer;
}

Answer ask(const PinPrompt& prompt) {
    boost::asio::io_context loop;
    return ask(prompt, loop);
}

std::set<std::string> open_descriptors() {
    std::set<std::string> result;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd"))
        result.insert(entry.path().filename());
    return result;
}

}  // namespace

TEST_CASE("The PIN that a person enters comes back, and nothing stays") {
    const FakePinentry pinentry("printf 'D 123456\\nOK\\n'");
    const auto before = open_descriptors();
    const Answer answer = ask(pinentry.prompt());
    CHECK(answer.pin == "123456");
    CHECK_FALSE(answer.status.has_value());
    CHECK(pinentry.is_gone());
    CHECK(open_descriptors() == before);
    CHECK(pinentry.note("arguments") == "0\n");
    const std::string commands = pinentry.note("commands");
    CHECK_THAT(commands, Catch::Contains("SETTIMEOUT 108\n") && Catch::Contains("SETTITLE Signet\n") &&
                             Catch::Contains("SETDESC Token 100%25%0Afor alice\nSETPROMPT PIN:\nGETPIN\n"));
    CHECK_THAT(commands, !Catch::Contains("SETERROR"));
}

TEST_CASE("The reason for asking again is shown") {
    const FakePinentry pinentry("printf 'D 1\\nOK\\n'");
    PinPrompt prompt = pinentry.prompt();
    prompt.error = "wrong PIN,\n2 tries left";
    CHECK(ask(prompt).pin == "1");
    CHECK_THAT(pinentry.note("commands"), Catch::Contains("SETERROR wrong PIN,?2 tries left\n"));
}

TEST_CASE("Escapes, several data lines, comments, status lines and cut lines are read") {
    const FakePinentry pinentry(
        "printf '# hello\\nS STATUS x\\n\\nD %%25%%0'; sleep 0.05; printf 'A\\n'; printf 'D b c\\nO'; sleep "
        "0.05; "
        "printf 'K\\n'");
    CHECK(ask(pinentry.prompt()).pin == "%\nb c");
}

TEST_CASE("A long PIN is taken up to its bound") {
    const FakePinentry longest("printf 'D '; printf '7%.0s' {1..255}; printf '\\nOK\\n'");
    CHECK(ask(longest.prompt()).pin == std::string(255, '7'));
    const FakePinentry longer("printf 'D '; printf '7%.0s' {1..256}; printf '\\nOK\\n'");
    const Answer answer = ask(longer.prompt());
    CHECK(answer.status == agent::protocol::PIN_UNAVAILABLE);
    CHECK_THAT(answer.why, Catch::Contains("too long") && !Catch::Contains("777"));
    CHECK(longer.is_gone());
}

TEST_CASE("A person who declines is told so") {
    const std::string answer_line =
        GENERATE("ERR 83886179 Operation cancelled <Pinentry>", "ERR 99", "ERR 83886278 fully cancelled",
                 "ERR 83886142 Timeout <Pinentry>", "OK");
    CAPTURE(answer_line);
    const FakePinentry pinentry("echo '" + answer_line + "'");
    const Answer answer = ask(pinentry.prompt());
    CHECK(answer.status == agent::protocol::PIN_CANCELLED);
    CHECK(pinentry.is_gone());
}

TEST_CASE("A pinentry that does not do its part is an error with a way out, and is gone") {
    const auto [at_start, on_getpin] =
        GENERATE(table<std::string, std::string>({{"exit 1", ""},
                                                  {"kill -SEGV $$", ""},
                                                  {"echo 'ERR 83886340 No display'", ""},
                                                  {"echo rubbish", ""},
                                                  {"printf 'OK'; exit 0", ""},
                                                  {"head -c 100000 /dev/zero", ""},
                                                  {"head -c 100000 /dev/zero | tr '\\0' a", ""},
                                                  {"echo OK", "exit 0"},
                                                  {"echo OK", "kill -KILL $$"},
                                                  {"echo OK", "echo 'ERR 83886340 No pinentry'"},
                                                  {"echo OK", "echo 'ERR'"},
                                                  {"echo OK", "echo 'ERR hunter2'"},
                                                  {"echo OK", "echo 'hunter2'"},
                                                  {"echo OK", "echo 'INQUIRE QUALITY hunter2'"},
                                                  {"echo OK", "printf 'D %%zzhunter2\\nOK\\n'"},
                                                  {"echo OK", "printf 'D hunter2'; exit 0"},
                                                  {"echo OK", "printf '\\0\\0\\0\\n'"},
                                                  {"echo OK", "yes '# idle'"},
                                                  {"echo OK", "yes ''"}}));
    CAPTURE(at_start, on_getpin);
    const FakePinentry pinentry(on_getpin.empty() ? "true" : on_getpin, at_start);
    const auto before = open_descriptors();
    const Answer answer = ask(pinentry.prompt());
    CHECK(answer.status == agent::protocol::PIN_UNAVAILABLE);
    CHECK(answer.pin.empty());
    CHECK_THAT(answer.why + answer.advice, !Catch::Contains("hunter2"));
    CHECK_FALSE(answer.advice.empty());
    CHECK(pinentry.is_gone());
    CHECK(open_descriptors() == before);
}

TEST_CASE("A program that is not there is an error with a way out") {
    const TemporaryFolder folder;
    PinPrompt prompt;
    SECTION("path") {
        prompt.program = folder / "pinentry";
    }
    SECTION("name") {
        prompt.program = "no-such-pinentry-of-signet";
    }
    SECTION("not executable") {
        prompt.program = folder / "pinentry";
        tests::write_file(prompt.program, "#!/bin/sh\n");
    }
    const Answer answer = ask(prompt);
    CHECK(answer.status == agent::protocol::PIN_UNAVAILABLE);
    CHECK_THAT(answer.why, Catch::Contains(prompt.program));
    CHECK_THAT(answer.advice, Catch::Contains("signet unlock --pin-stdin"));
}

TEST_CASE("A pinentry that hangs is killed with all it started, and never holds up the loop") {
    const auto [at_start, on_getpin] = GENERATE(table<std::string, std::string>(
        {{"sleep 1000 & echo $! >> \"$folder/processes\"; wait", "true"},
         {"printf O; sleep 1000 & echo $! >> \"$folder/processes\"; wait", "true"},
         {"echo OK", "sleep 1000 & echo $! >> \"$folder/processes\"; wait"},
         {"echo OK",
          "trap '' TERM INT HUP; printf 'D 12'; sleep 1000 & echo $! >> \"$folder/processes\"; wait"}}));
    CAPTURE(at_start, on_getpin);
    const FakePinentry pinentry(on_getpin, at_start);
    boost::asio::io_context loop;
    // Turns of the loop while the dialogue hangs.
    int turns = 0;
    boost::asio::steady_timer timer(loop);
    bool is_asking = true;
    std::function<void()> turn = [&] {
        timer.expires_after(5ms);
        timer.async_wait([&](const boost::system::error_code&) {
            ++turns;
            if (is_asking)
                turn();
        });
    };
    turn();
    PinPrompt prompt = pinentry.prompt();
    prompt.limit = 700ms;
    std::optional<agent::protocol::Status> status;
    Dismissal dismissal;
    boost::asio::co_spawn(loop, ask_pin(loop, prompt, dismissal),
                          [&](const std::exception_ptr& failure, const Secret&) {
                              is_asking = false;
                              try {
                                  if (failure)
                                      std::rethrow_exception(failure);
                              } catch (const agent::Error& error) {
                                  status = error.status();
                              }
                          });
    loop.run();
    CHECK(status == agent::protocol::PIN_CANCELLED);
    CHECK(turns > 3);
    CHECK(pinentry.is_gone());
}

TEST_CASE("A dialogue that is given up leaves no process and no descriptor") {
    const FakePinentry pinentry(
        "sleep 1000 & echo $! >> \"$folder/processes\"; echo x > \"$folder/asked\"; wait");
    const auto before = open_descriptors();
    const PinPrompt prompt = pinentry.prompt();
    Dismissal dismissal;
    {
        boost::asio::io_context loop;
        boost::asio::co_spawn(loop, ask_pin(loop, prompt, dismissal),
                              [](const std::exception_ptr&, const Secret&) {});
        const auto commands = std::filesystem::path(prompt.program).parent_path() / "asked";
        while (!std::filesystem::exists(commands)) {
            loop.poll();
            std::this_thread::sleep_for(1ms);
        }
    }
    CHECK(pinentry.is_gone());
    CHECK(open_descriptors() == before);
}

TEST_CASE("A dialogue that is dismissed ends with all it started, and none is begun after that") {
    // One that is busy with its person does not see that its input has ended, and another does not listen at
    // all.
    const std::string waits = GENERATE("wait", "trap '' TERM; wait; sleep 1000");
    CAPTURE(waits);
    const FakePinentry pinentry(
        "sleep 1000 & echo $! >> \"$folder/processes\"; echo x > \"$folder/asked\"; " + waits);
    const PinPrompt prompt = pinentry.prompt();
    const auto asked = std::filesystem::path(prompt.program).parent_path() / "asked";
    Dismissal dismissal;
    boost::asio::io_context loop;
    for (int rounds = 0; rounds < 2; ++rounds) {
        std::optional<agent::protocol::Status> status;
        boost::asio::co_spawn(loop, ask_pin(loop, prompt, dismissal),
                              [&](const std::exception_ptr& failure, const Secret&) {
                                  try {
                                      std::rethrow_exception(failure);
                                  } catch (const agent::Error& error) {
                                      status = error.status();
                                  }
                              });
        while (!std::filesystem::exists(asked) || std::filesystem::is_empty(asked)) {
            loop.poll();
            std::this_thread::sleep_for(1ms);
        }
        dismissal.dismiss();
        loop.restart();
        loop.run();
        CHECK(status == agent::protocol::PIN_CANCELLED);
        CHECK(pinentry.is_gone());
    }
    CHECK(tests::count_lines(pinentry.note("asked")) == 1);
    CHECK(tests::count_lines(pinentry.note("processes")) == 2);
}

TEST_CASE("The dialogue takes place where the client is") {
    const FakePinentry pinentry("printf 'D 1\\nOK\\n'");
    PinPrompt prompt = pinentry.prompt();
    setenv("DISPLAY", ":agent", 1);
    setenv("GPG_TTY", "/dev/agent", 1);
    setenv("SIGNET_TEST_MARK", "kept", 1);
    SECTION("all of it, and none of the agent's own") {
        prompt.place = {":77", "wayland-7", "unix:path=/run/bus", "/home/a/.Xauthority",
                        "",    "xterm-7",   "de_DE.UTF-8"};
        CHECK(ask(prompt).pin == "1");
        const std::string environment = "\n" + pinentry.note("environment");
        CHECK_THAT(environment,
                   Catch::Contains("\nDISPLAY=:77\n") && Catch::Contains("\nWAYLAND_DISPLAY=wayland-7\n") &&
                       Catch::Contains("\nDBUS_SESSION_BUS_ADDRESS=unix:path=/run/bus\n") &&
                       Catch::Contains("\nXAUTHORITY=/home/a/.Xauthority\n") &&
                       Catch::Contains("\nTERM=xterm-7\n") && Catch::Contains("\nLC_ALL=de_DE.UTF-8\n") &&
                       Catch::Contains("\nSIGNET_TEST_MARK=kept\n") && !Catch::Contains("GPG_TTY"));
        CHECK_THAT(pinentry.note("commands"),
                   Catch::Contains("OPTION display=:77\n") && Catch::Contains("OPTION ttytype=xterm-7\n") &&
                       Catch::Contains("OPTION lc-ctype=de_DE.UTF-8\n") && !Catch::Contains("ttyname"));
    }
    SECTION("the agent's own if the client says nothing") {
        CHECK(ask(prompt).pin == "1");
        const std::string environment = "\n" + pinentry.note("environment");
        CHECK_THAT(environment,
                   Catch::Contains("\nDISPLAY=:agent\n") && Catch::Contains("\nGPG_TTY=/dev/agent\n"));
    }
    SECTION("without what cannot be a value") {
        prompt.place.display = "x\nGETPIN";
        prompt.place.tty = "/dev/pts/7";
        CHECK(ask(prompt).pin == "1");
        CHECK_THAT(pinentry.note("environment"), !Catch::Contains("DISPLAY="));
        CHECK_THAT(pinentry.note("commands"),
                   !Catch::Contains("display") && Catch::Contains("OPTION ttyname=/dev/pts/7\n"));
    }
    unsetenv("DISPLAY");
    unsetenv("GPG_TTY");
    unsetenv("SIGNET_TEST_MARK");
}

TEST_CASE("Two dialogues at once do not disturb each other") {
    const FakePinentry one("printf 'D 1111\\nOK\\n'");
    const FakePinentry two("printf 'D 2222\\nOK\\n'");
    const PinPrompt first = one.prompt();
    const PinPrompt second = two.prompt();
    boost::asio::io_context loop;
    Dismissal dismissal;
    std::string pins;
    for (const PinPrompt* prompt : {&first, &second})
        boost::asio::co_spawn(loop, ask_pin(loop, *prompt, dismissal),
                              [&, prompt](const std::exception_ptr& failure, const Secret& pin) {
                                  if (failure)
                                      std::rethrow_exception(failure);
                                  pins += std::string(pin.reveal()) + (prompt == &first ? "a" : "b");
                              });
    loop.run();
    CHECK((pins == "1111a2222b" || pins == "2222b1111a"));
}
