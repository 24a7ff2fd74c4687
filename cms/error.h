// The one exception type of cms/.
#pragma once

#include <stdexcept>
#include <string>

namespace signet::cms {

enum class ErrorCode {
    /// The input is not what it claims to be: not ASN.1, not that type, trailing bytes, a value out of
    /// bounds.
    malformed,
    /// More comes out of it than whoever asked allows.
    too_large,
    /// Well-formed, but an algorithm or structure that is not supported here.
    unsupported,
    /// The key does not fit, or the content or key was altered. Never says which.
    cannot_decrypt,
    /// OpenSSL failed for a reason of its own (memory, randomness), or was called wrongly.
    failed,
};

class Error : public std::runtime_error {
  public:
    Error(ErrorCode code, const std::string& what) : std::runtime_error(what), m_code(code) {}
    [[nodiscard]] ErrorCode code() const noexcept { return m_code; }

  private:
    ErrorCode m_code;
};

}  // namespace signet::cms
