// The one exception type of client/, and the line that a person reads.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "agent/protocol/status.h"
#include "cms/error.h"

namespace signet::client {

using agent::protocol::ExitStatus;

/// What failed, why, and what to do about it. Holds no PIN, key or content.
class Error : public std::runtime_error {
  public:
    /// `what_failed` is a clause without a full stop ("cannot sign a.txt"), `why` the reason, `advice` what
    /// to do next, empty if there is nothing to advise.
    Error(ExitStatus status, std::string what_failed, std::string why, std::string advice = {});

    /// What the process ends with.
    [[nodiscard]] ExitStatus exit_status() const noexcept { return m_status; }
    [[nodiscard]] const std::string& what_failed() const noexcept { return m_what_failed; }
    [[nodiscard]] const std::string& why() const noexcept { return m_why; }
    [[nodiscard]] const std::string& advice() const noexcept { return m_advice; }

  private:
    ExitStatus m_status;
    std::string m_what_failed;
    std::string m_why;
    std::string m_advice;
};

/// `signet: what failed: why; what to do`, one line with its newline, everything foreign made printable.
[[nodiscard]] std::string error_line(const Error& error);

/// `error` of cms/ as the failure of `what_failed`: malformed and too_large are 8, cannot_decrypt is 1, the
/// rest is 9. `advice` as there.
[[nodiscard]] Error from_cms(const cms::Error& error, std::string what_failed, std::string advice = {});

/// `errno`'s value `number` as the failure of `what_failed`, with exit status 9 and, where it is known, what
/// to do about it.
[[nodiscard]] Error from_errno(int number, std::string what_failed);

}  // namespace signet::client
