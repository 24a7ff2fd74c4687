// The one exception type of client/mail/: the message cannot be used as it stands.
#pragma once

#include <stdexcept>
#include <string>

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
    Error(ErrorCode code, const std::string& what) : std::runtime_error(what), m_code(code) {}
    [[nodiscard]] ErrorCode code() const noexcept { return m_code; }

  private:
    ErrorCode m_code;
};

}  // namespace signet::client::mail
