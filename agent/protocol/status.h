// What a status means to the person or script that asked.
#pragma once

#include "agent/protocol/signet.pb.h"

namespace signet::agent::protocol {

/// The exit statuses of `signet`; the README lists them.
enum class ExitStatus : int {
    done = 0,
    answer_is_no = 1,
    usage = 2,
    no_agent = 3,
    identity = 4,
    pin = 5,
    token = 6,
    refused = 7,
    malformed = 8,
    other = 9,
};

/// The exit status that stands for `status`. A status that this version does not know is `other`.
ExitStatus exit_status(Status status) noexcept;

}  // namespace signet::agent::protocol
