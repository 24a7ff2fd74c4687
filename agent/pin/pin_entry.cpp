#include "agent/pin/pin_entry.h"

#include "agent/error.h"
#include "agent/pin/assuan_connection.h"
#include "agent/pin/pin_source.h"
#include "agent/pin/pinentry_process.h"
#include "agent/pin/pinentry_text.h"

#include <boost/asio/use_awaitable.hpp>

#include <gpg-error.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <exception>
#include <string_view>
#include <vector>

namespace signet::agent::pin {
namespace {

struct Variable {
    std::string_view name;
    const std::string& value;
};

std::array<Variable, 7> variables_of(const PinEntryPlace& place) {
    return {{{"DISPLAY", place.display},
             {"WAYLAND_DISPLAY", place.wayland_display},
             {"DBUS_SESSION_BUS_ADDRESS", place.dbus_session_bus_address},
             {"XAUTHORITY", place.xauthority},
             {"GPG_TTY", place.tty},
             {"TERM", place.term},
             {"LC_ALL", place.locale}}};
}

/// The agent's environment with the place of the person in it: all of the place, so that no half of it is the
/// agent's own.
std::vector<std::string> environment_for(const PinEntryPlace& place) {
    const auto variables = variables_of(place);
    const bool is_known = std::any_of(variables.begin(), variables.end(), [](const Variable& variable) {
        return is_plain_value(variable.value);
    });
    std::vector<std::string> result;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        const std::string_view name = text.substr(0, text.find('='));
        const bool is_place = std::any_of(variables.begin(), variables.end(),
                                          [&](const Variable& variable) { return variable.name == name; });
        if (!is_known || !is_place)
            result.emplace_back(text);
    }
    for (const Variable& variable : variables)
        if (is_plain_value(variable.value))
            result.push_back(std::string(variable.name) + "=" + variable.value);
    return result;
}

/// Commands that a pinentry may not know; it then does without.
std::vector<std::string> optional_commands(const PinPrompt& prompt) {
    std::vector<std::string> commands;
    const auto option = [&](const char* name, const std::string& value) {
        if (is_plain_value(value))
            commands.push_back(std::string("OPTION ") + name + "=" + value);
    };
    commands.emplace_back("OPTION no-grab");
    option("display", prompt.place.display);
    option("ttyname", prompt.place.tty);
    option("ttytype", prompt.place.term);
    option("lc-ctype", prompt.place.locale);
    option("lc-messages", prompt.place.locale);
    // Earlier than the kill, so that a pinentry in a terminal restores it.
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(prompt.limit * 9 / 10).count();
    if (seconds > 0)
        commands.push_back("SETTIMEOUT " + std::to_string(seconds));
    if (!prompt.title.empty())
        commands.push_back("SETTITLE " + shown_text(prompt.title, false));
    if (!prompt.error.empty())
        commands.push_back("SETERROR " + shown_text(prompt.error, false));
    return commands;
}

[[noreturn]] void fail_with(unsigned number) {
    const gpg_err_code_t code = gpg_err_code(number);
    if (code == GPG_ERR_CANCELED || code == GPG_ERR_FULLY_CANCELED || code == GPG_ERR_NOT_CONFIRMED)
        throw Error(protocol::PIN_CANCELLED, "the PIN entry was cancelled", "ask again");
    if (code == GPG_ERR_TIMEOUT)
        throw Error(protocol::PIN_CANCELLED, "nobody entered a PIN in time", "ask again");
    throw Error(protocol::PIN_UNAVAILABLE,
                "pinentry cannot ask for the PIN (its error " + std::to_string(code) + ")",
                "make sure that it finds your display or terminal (GPG_TTY), set `pin` of the token in the "
                "configuration, or use `signet unlock --pin-stdin`");
}

[[noreturn]] void fail_with_dismissal() {
    throw Error(protocol::PIN_CANCELLED, "nobody waits for the PIN any more", "ask again");
}

boost::asio::awaitable<Secret> converse(AssuanConnection& connection, const PinPrompt& prompt) {
    co_await connection.greet();
    const std::vector<std::string> optional = optional_commands(prompt);
    for (const std::string& command : optional)
        co_await connection.command(command);
    const std::array<std::string, 2> required{"SETDESC " + shown_text(prompt.description, true),
                                              "SETPROMPT " + shown_text(prompt.prompt, false)};
    for (const std::string& command : required) {
        const unsigned error = co_await connection.command(command);
        if (error != 0)
            fail_with(error);
    }
    Secret pin(max_pin_size);
    const std::string get_pin = "GETPIN";
    const unsigned error = co_await connection.command_for_secret(get_pin, pin);
    if (error != 0)
        fail_with(error);
    if (pin.empty())
        throw Error(protocol::PIN_CANCELLED, "no PIN was entered", "ask again");
    co_return pin;
}

}  // namespace

boost::asio::awaitable<Secret> ask_pin(boost::asio::io_context& loop, const PinPrompt& prompt,
                                       Dismissal& dismissal) {
    if (dismissal.dismissed())
        fail_with_dismissal();
    std::vector<std::string> environment = environment_for(prompt.place);
    PinentryProcess process(loop.get_executor(), prompt.program, std::move(environment));
    Secret pin;
    std::exception_ptr failure;
    try {
        AssuanConnection connection(loop.get_executor(), process.take_socket(), prompt.limit);
        const Dismissal::Dialogue open(dismissal, [&connection] { connection.give_up(); });
        pin = co_await converse(connection, prompt);
    } catch (...) {
        failure = std::current_exception();
    }
    if (dismissal.dismissed())
        process.ask_to_end();
    co_await process.finish();
    if (dismissal.dismissed())
        fail_with_dismissal();
    if (failure)
        std::rethrow_exception(failure);
    co_return pin;
}

}  // namespace signet::agent::pin
