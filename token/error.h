// The one exception of signet-token.
#pragma once

#include <exception>
#include <string>

#include "token/ckr.h"
#include "token/outcome.h"

namespace signet::token {

/// A request that cannot be answered with OK. Holds names of calls, fixed texts and what the dynamic linker
/// says alone, so that no input, output or PIN can be in it.
class TokenError : public std::exception {
  public:
    /// `call` (a name that lives for ever, such as "C_Sign") answered `ckr`.
    TokenError(const char* call, Ckr ckr, CallKind kind = CallKind::ordinary) noexcept
        : m_outcome(outcome_of(ckr, kind)), m_ckr(ckr), m_text(call) {}

    /// No call is to blame. `reason` is a text that lives for ever.
    TokenError(protocol::Outcome outcome, const char* reason) noexcept
        : m_outcome(outcome), m_ckr(Ckr::ok), m_text(reason) {}

    /// dlopen() failed; `linker_says` is what dlerror() answered, which may be nothing.
    static TokenError not_loadable(const char* linker_says) {
        TokenError error(protocol::NO_MODULE, "the module cannot be loaded");
        if (linker_says != nullptr)
            error.m_linker_says = std::string(" (") + linker_says + ")";
        return error;
    }

    [[nodiscard]] protocol::Outcome outcome() const noexcept { return m_outcome; }
    /// Ckr::ok if no call is to blame.
    [[nodiscard]] Ckr ckr() const noexcept { return m_ckr; }
    /// The name of the call, or the reason.
    [[nodiscard]] const char* what() const noexcept override { return m_text; }
    /// "C_Sign: CKR_DEVICE_ERROR", or the reason.
    [[nodiscard]] std::string describe() const {
        return m_ckr == Ckr::ok ? m_text + m_linker_says : std::string(m_text) + ": " + ckr_name(m_ckr);
    }

  private:
    protocol::Outcome m_outcome;
    Ckr m_ckr;
    const char* m_text;
    std::string m_linker_says;
};

/// Throws TokenError unless `value`, the answer of `call`, is CKR_OK.
inline void check(const char* call, CK_RV value) {
    if (value != CKR_OK)
        throw TokenError(call, Ckr{value});
}

}  // namespace signet::token
