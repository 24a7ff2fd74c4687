// Asks a person for a PIN with pinentry, without holding up the loop.
#pragma once

#include "agent/pin/dismissal.h"
#include "secret/secret.h"

#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <string>

namespace signet::agent::pin {

/// Where the person is who shall be asked: the environment of the client, as its Hello says. Only for a peer
/// of the agent's own uid; for others leave it empty. If all are empty, the agent's own environment counts.
/// Values with control characters or above 900 bytes are left out.
struct PinEntryPlace {
    std::string display;
    std::string wayland_display;
    std::string dbus_session_bus_address;
    std::string xauthority;
    std::string tty;
    std::string term;
    /// As in LC_ALL.
    std::string locale;
};

/// Texts are UTF-8 and may hold what a token says of itself: control characters and bytes that are no UTF-8
/// are replaced, and each text is cut at 250 bytes (description: newlines stay).
struct PinPrompt {
    std::string title;
    /// Which token, for what, for whom; may have several lines.
    std::string description;
    /// Beside the entry field: "PIN:".
    std::string prompt;
    /// Why it is asked again; empty the first time.
    std::string error;
    /// A name on PATH, or an absolute path.
    std::string program = "pinentry";
    PinEntryPlace place;
    /// Of the whole dialogue; pinentry is told to give up a little earlier, and killed after it.
    std::chrono::milliseconds limit = std::chrono::minutes{2};
};

/// The PIN that was entered, 1 to max_pin_size bytes. Runs on `loop`, which
/// one thread runs; `prompt` and `dismissal` must live until it ends. No process is left when it
/// ends, also when the coroutine is destroyed. Throws Error(PIN_CANCELLED) if the person declined, nobody
/// answered in time, or it was dismissed, else Error(PIN_UNAVAILABLE): no such program, no display, closed
/// early, no Assuan, PIN too long or not kept to the form.
[[nodiscard]] boost::asio::awaitable<Secret> ask_pin(boost::asio::io_context& loop, const PinPrompt& prompt,
                                                     Dismissal& dismissal);

}  // namespace signet::agent::pin
