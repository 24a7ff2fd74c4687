// A token that is nearly full, beside one that is nearly empty.
#pragma once

#include <chrono>
#include <cstddef>

#include "tests/bench/measure.h"
#include "tests/fixtures/alice.h"

namespace signet::bench {

/// How long an agent takes from its start on this token, one agent each.
struct Start {
    /// To the answer to List that has a certificate for each of `identities`.
    Result ready;
    /// To a signature by alice-p256, the login included.
    Result first_signature;
};
/// Throws client::Error, std::runtime_error.
Start measure_start(const tests::SoftHsmToken& token, std::size_t identities);

/// Signatures by alice-p256 through an agent that has signed before, one client. Throws likewise.
Result measure_signing(const tests::SoftHsmToken& token, std::chrono::milliseconds duration);

}  // namespace signet::bench
