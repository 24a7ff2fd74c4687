// What became of one request to signet-token.
#pragma once

#include "secret/secret.h"
#include "token/protocol/token.pb.h"

#include <cstdint>
#include <string>
#include <vector>

namespace signet::agent {

enum class Fate {
    /// signet-token answered; `outcome` says what.
    answered,
    /// The process ended, or its channel failed, before it answered. The request may or may not have been
    /// done.
    lost,
    /// The request itself passed its deadline, and the process was killed for it.
    timed_out,
    /// Never sent: the process was not ready any more.
    not_sent,
    /// Never sent: its client has gone.
    client_gone,
};

struct Answer {
    Fate fate = Fate::lost;
    /// Lost or timed out with nothing else outstanding, or no other operation if it went without company: it
    /// was this request's doing.
    bool alone = false;
    /// Meaningful only when answered.
    token::protocol::Outcome outcome = token::protocol::BAD_REQUEST;
    std::uint64_t ckr = 0;
    /// For people: which call failed and why.
    std::string what;
    /// The signature, of a Sign.
    std::string signature;
    /// The plaintext or shared secret, of a Decrypt or Derive.
    Secret secret;
    /// Of a Load or Scan: everything but what stands above.
    std::vector<token::protocol::Reply> parts;

    [[nodiscard]] bool ok() const noexcept {
        return fate == Fate::answered && outcome == token::protocol::OK;
    }
};

}  // namespace signet::agent
