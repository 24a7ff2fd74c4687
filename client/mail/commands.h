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
ExitStatus wrap_command(const Arguments& arguments);
ExitStatus unwrap_command(const Arguments& arguments);
ExitStatus compress_command(const Arguments& arguments);
ExitStatus decompress_command(const Arguments& arguments);
ExitStatus receipt_command(const Arguments& arguments);
ExitStatus expand_command(const Arguments& arguments);

/// Where a message comes from: who can mend it.
enum class Origin { written_here, received };

/// Runs `body` and turns mail::Error and cms::Error into client::Error: `what_failed`, the reason, and what
/// to do, which for a message that cannot be used as it stands is up to its `origin`. A client::Error that
/// only says the beginning of `what_failed` ("cannot sign"), or "cannot decrypt", gets all of it. Throws
/// client::Error.
void in_the_words_of(const std::string& what_failed, Origin origin, const std::function<void()>& body);

}  // namespace signet::client::mail
