// The one exception type of client/mail/: the message cannot be used as it stands.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace signet::client::mail {

enum class ErrorCode {
    /// Not a message, not that kind of message, ambiguous, or over a limit.
    malformed,
    /// A library failed for a reason of its own (memory, randomness).
    failed,
};

/// `what()` is one line without control characters; it never quotes the message unescaped.
class Error : public std::runtime_error {
  public:
    /// `advice` is what to do about it; empty if that is the same for every message that cannot be used.
    Error(ErrorCode code, const std::string& what, std::string advice = {})
        : std::runtime_error(what), m_code(code), m_advice(std::move(advice)) {}
    [[nodiscard]] ErrorCode code() const noexcept { return m_code; }
    [[nodiscard]] const std::string& advice() const noexcept { return m_advice; }

  private:
    ErrorCode m_code;
    std::string m_advice;
};

}  // namespace signet::client::mail
