// An operation on a key under way; shared by the files of KeyOperations.
#pragma once

#include "agent/context_pin.h"
#include "agent/key_operations.h"

#include <algorithm>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace signet::agent {

/// Why a token cannot be logged in to: its PIN's doing, behind whichever module it is, or this module's.
struct FailedLogin {
    std::shared_ptr<const TokenState> token;
    bool by_pin;

    [[nodiscard]] bool concerns(const TokenState& other) const {
        return by_pin ? token->id() == other.id() : is_same_place(*token, other);
    }
};

/// Logins for one operation: when none lasts, another one asks the person again for nothing.
inline constexpr int max_logins = 3;

struct KeyOperations::Progress {
    Permit permit;
    std::shared_ptr<const Key> key;
    const token::protocol::Request& request;
    std::uint64_t generation;
    Clock::duration patience;
    /// Moves on while the modules get on: see out_of_time().
    Clock::time_point deadline;
    std::uint64_t answered;
    /// Of its own that it may have.
    int failures_allowed;
    bool waits;
    bool asks_for_another;
    /// Of the whole request.
    Questions& questions;
    /// Where it has failed already; another place goes first.
    std::vector<std::shared_ptr<const TokenState>> failed_at{};
    /// They said that they cannot, and are not tried again.
    std::vector<std::shared_ptr<const TokenState>> unable{};
    /// What the first of them said.
    std::optional<Answer> inability{};
    /// That it is the one to try, of those that are set aside.
    std::shared_ptr<const TokenState> probed{};
    std::shared_ptr<const SetAside::Probe> probe{};
    /// They are not tried again.
    std::vector<FailedLogin> failed_logins{};
    /// The first of them.
    std::exception_ptr login_failure{};
    Company company = Company::any;
    int failures = 0;
    int excused = 0;
    int timeouts = 0;
    int preparations = 0;
    int logins = 0;
    std::vector<Host::Use> uses{};
    /// For the next attempt at a key that asks for it at each use, on this token, and the turn for it.
    std::optional<TokenTurns::Turn> turn{};
    std::optional<ContextPin> pin{};
    std::shared_ptr<const TokenState> pin_for{};
    /// Neither is kept while something else is done: others wait for the turn, and the PIN may become
    /// another.
    void let_go_of_pin();
    [[nodiscard]] bool has_pin_for(const TokenState& token, const Logins& all_logins) const;
    /// Refused ones, and what a person is told of the last.
    int wrong_pins = 0;
    std::string pin_error{};
    bool last_try = false;
    bool searched = false;
    /// Whether it has waited, since it was sent last, for a module that begins anew, so that nobody is asked.
    bool awaited = false;
    bool rescanned = false;

    [[nodiscard]] bool has_failed_at(const TokenState& token) const { return is_among(token, failed_at); }
    /// Whether another one has, or cannot.
    [[nodiscard]] bool moves_from_another(const TokenState& token) const {
        return inability || std::any_of(failed_at.begin(), failed_at.end(), [&token](const auto& other) {
                   return !is_same_place(*other, token);
               });
    }
    [[nodiscard]] bool is_unable(const TokenState& token) const { return is_among(token, unable); }
    [[nodiscard]] bool probes(const TokenState& token) const {
        return probe != nullptr && is_same_place(*probed, token);
    }
    /// Whether a person may be asked so that another token is used.
    [[nodiscard]] bool may_ask() const { return asks_for_another && !questions.cancelled; }
    /// Whether the next failure may be the last.
    [[nodiscard]] bool is_last_attempt() const {
        return failures + 1 >= failures_allowed || timeouts + 1 >= max_timeouts;
    }
    /// A person would be asked in vain.
    void pass_over(const std::shared_ptr<const TokenState>& token) {
        failed_logins.push_back({token, true});
        if (!login_failure)
            login_failure = questions.failure;
    }
    [[nodiscard]] bool login_failed(const TokenState& token) const {
        return std::any_of(failed_logins.begin(), failed_logins.end(),
                           [&token](const auto& failed) { return failed.concerns(token); });
    }

  private:
    using Tokens = std::vector<std::shared_ptr<const TokenState>>;
    static bool is_among(const TokenState& token, const Tokens& tokens) {
        return std::any_of(tokens.begin(), tokens.end(),
                           [&token](const auto& other) { return is_same_place(*other, token); });
    }
};

}  // namespace signet::agent
