// The commands of `signet mail`. Each gets the arguments after its name, reads a message, writes a message,
// and throws client::Error or mail::Error with nothing written.
#pragma once

#include "client/error.h"

#include <functional>
#include <string>
#include <vector>

namespace signet::client::mail {

using Arguments = std::vector<std::string>;

ExitStatus sign_command(const Arguments& arguments);
ExitStatus encrypt_command(const Arguments& arguments);
ExitStatus verify_command(const Arguments& arguments);
ExitStatus decrypt_command(const Arguments& arguments);

/// Runs `body` and turns mail::Error and cms::Error into client::Error: `what_failed`, then the reason.
/// A client::Error that only says the beginning of `what_failed` ("cannot sign") gets all of it. Throws
/// client::Error.
void in_the_words_of(const std::string& what_failed, const std::function<void()>& body);

}  // namespace signet::client::mail
