// One operation on a private key, carried through restarts, logins and replicas.
#pragma once

#include "agent/answer.h"
#include "agent/asio.h"
#include "agent/config.h"
#include "agent/error.h"
#include "agent/hosts.h"
#include "agent/identity.h"
#include "agent/login.h"
#include "agent/policy.h"
#include "agent/questions.h"
#include "agent/set_aside.h"

#include <cstdint>
#include <memory>
#include <tuple>
#include <utility>

namespace signet::agent {

/// What a request does beside the token's work.
class KeyUse : public SendWatch {
  public:
    /// Where the attempt goes that sent() tells of next.
    void goes_to(std::shared_ptr<const TokenState> token) noexcept { m_token = std::move(token); }
    /// Of the last attempt; none before the first.
    [[nodiscard]] const std::shared_ptr<const TokenState>& token() const noexcept { return m_token; }
    /// Looks at an OK answer before it counts: a faulty one is repeated like a failed device's.
    [[nodiscard]] virtual bool accepts(const Answer& answer) const = 0;
    /// Whether nobody needs it any more, so that no PIN is sent for it.
    [[nodiscard]] virtual bool is_given_up() const { return false; }

  private:
    std::shared_ptr<const TokenState> m_token;
};

/// On the loop's thread only.
class KeyOperations {
  public:
    /// Failures that end an operation, of those that are its own: the device failed at it, its key or login
    /// was gone although nobody had logged the token out or scanned it anew since, or its process ended while
    /// nothing else was outstanding. An operation whose process ended
    /// goes alone from then on, so that it is known whose doing it is. No number ends it before each token
    /// that can be used has failed.
    static constexpr int max_failures = 5;
    /// Of these, those that passed the operation's time.
    static constexpr int max_timeouts = 2;
    /// Failures of one that sends a PIN each time: nothing may spend its tries.
    static constexpr int max_failures_with_pin = 2;

    /// How much is done for an operation.
    struct Effort {
        int failures = max_failures;
        /// Whether it waits for a token that is absent, for as long as its client does.
        bool waits = false;
        /// Whether a person may be asked for the PIN of a token because another one failed or cannot. Not
        /// where that may be the doing of a stranger's bytes, who would learn of it.
        bool asks_for_another = true;
        /// Of the request, which must outlive the operation. Null if it has no other one.
        Questions* questions = nullptr;
    };

    /// All must outlive it; the configuration may be exchanged.
    KeyOperations(const std::shared_ptr<const Config>& config, Hosts& hosts, Logins& logins)
        : m_config(config), m_hosts(hosts), m_logins(logins) {}

    /// `request` has a Sign, Decrypt or Derive without slot and key. The answer is the token's, OK or not, or
    /// lost or timed out if no attempt got one. How long it waits for its turn does not matter; it gives up
    /// when nothing at its modules has got on for as long as two operations may take, and a while. Before
    /// anything is sent it throws Error: PIN_*, TOKEN_ABSENT, TOKEN_CANNOT (mechanism or key usage),
    /// TOKEN_FAILED (no process), STOPPING (the client has gone). Of several tokens that need a login, those
    /// that ask no person go first; when one cannot be logged in to, the next is tried, and the first failure
    /// is thrown if none is left. Nobody who has cancelled is asked again, nor for a token
    /// whose PIN was asked for in vain, in the whole request. `use` may be null, and hears of
    /// every attempt that is sent; all must live until it returns. It ends at the
    /// last of the failures of its own that `effort` allows. When the tokens that are logged in have no room,
    /// another one is logged in to meanwhile if that asks nobody. A token that says it cannot do it is not
    /// asked again: its answer is returned if no other token can be used. One that failed last is set aside
    /// (SetAside): others go first, also such as have to be logged in to, if that asks nobody; a person is
    /// asked, for a login or the use of a key, if no other token can be used without, and before the last
    /// failure that is allowed.
    asio::awaitable<Answer> run(Permit permit, std::shared_ptr<const Key> key,
                                token::protocol::Request& request, KeyUse* use, Effort effort);

    /// Whether it failed last, so that other tokens with its keys go first.
    [[nodiscard]] bool is_set_aside(const TokenState& token) const {
        return !m_set_aside.empty() && m_set_aside.standing(token, Clock::now()) != SetAside::Standing::well;
    }

  private:
    struct Progress;

    /// Of a place for the operation; the lowest goes first.
    using Rank = std::tuple<bool, bool, bool>;

    void follow_catalogue(Progress& progress) const;
    // In key_replicas.cpp:
    const Location* pick(const Progress& progress) const;
    Rank rank(const Progress& progress, const TokenState& token, bool asks) const;
    bool is_aside(const Progress& progress, const TokenState& token, bool asks) const;
    bool use_asks(const Progress& progress, const Location& location) const;
    bool is_barred(const Progress& progress, const Location& location) const;
    bool may_serve(const Progress& progress, const Location& location) const;
    bool another_may_serve(const Progress& progress) const;
    bool fresh_one_may_serve(const Progress& progress) const;
    std::shared_ptr<TokenState> better_closed(const Progress& progress, const Location& place) const;
    void share_load(const Progress& progress, const Location& full);
    void probe(Progress& progress, const Location& place);
    void reopen(const Progress& progress);
    void learn(const TokenState& token, const Answer& answer, bool faulty, SetAside::Mark begun);
    // In key_preparation.cpp:
    asio::awaitable<void> prepare(Progress& progress);
    asio::awaitable<bool> prepare_another(Progress& progress);
    asio::awaitable<bool> await_unasked(Progress& progress);
    asio::awaitable<void> log_in(Progress& progress, std::shared_ptr<TokenState> token);
    bool is_passed_over(const Progress& progress, const TokenState& token) const;
    static void note_failed_login(Progress& progress, const std::shared_ptr<TokenState>& token,
                                  const Error& error);
    // In key_authentication.cpp:
    asio::awaitable<void> find_pin(Progress& progress, std::shared_ptr<TokenState> token, const KeyUse* use);
    asio::awaitable<bool> judge_pin(Progress& progress, std::shared_ptr<TokenState> token,
                                    const Answer& answer);
    asio::awaitable<bool> judge_answer(Progress& progress, std::shared_ptr<TokenState> token,
                                       const Answer& answer);

    static bool out_of_time(Progress& progress);
    static bool by_others(Progress& progress, const TokenState& token, const Answer& answer);
    bool repeat(Progress& progress, const Location& location, const Answer& answer);

    const std::shared_ptr<const Config>& m_config;
    Hosts& m_hosts;
    Logins& m_logins;
    SetAside m_set_aside;
};

/// Throws Error for an answer that is not OK, where that is not the input's fault.
[[noreturn]] void refuse_failed(const Answer& answer);

}  // namespace signet::agent
