// Tokens that failed last: others with their keys go first until each has worked again.
#pragma once

#include "agent/asio.h"
#include "agent/pin/token_id.h"
#include "agent/token_state.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

namespace signet::agent {

/// Knows tokens by their id and module, so that neither a fresh process nor a scan makes one look well. Its
/// clock is the caller's. Throws nothing but std::bad_alloc. Not synchronised.
class SetAside {
  public:
    /// From a failure to the next try. It doubles with each further one until the token works.
    static constexpr Clock::duration first_pause = std::chrono::seconds{1};
    static constexpr Clock::duration longest_pause = std::chrono::minutes{1};
    /// Of more, the one that may be tried first is forgotten.
    static constexpr std::size_t max_tokens = 64;

    enum class Standing {
        well,
        /// Its pause is over, and nobody tries it: one operation should.
        due,
        /// It pauses, or one operation tries it: another token goes first.
        aside,
    };

    /// The right, and duty, to try a token. While it is held no other is given for that token.
    class Probe {};
    /// How often something failed. Who begins an operation asks for it, so that its success is told from one
    /// that was under way when the token failed.
    using Mark = std::uint64_t;

    [[nodiscard]] Standing standing(const TokenState& token, Clock::time_point now) const;
    /// Null unless the token is due.
    [[nodiscard]] std::shared_ptr<const Probe> begin_probe(const TokenState& token, Clock::time_point now);

    /// An operation failed at it, and that is the token's or its module's doing. Failures while it pauses are
    /// of what was under way, or had nowhere else to go: they change nothing. Whether it was well before.
    bool failed(const TokenState& token, Clock::time_point now);
    /// An operation that began at `begun` was done: the token is well, unless it failed since. Whether it was
    /// set aside before.
    bool succeeded(const TokenState& token, Mark begun);

    [[nodiscard]] Mark mark() const noexcept { return m_failures; }
    [[nodiscard]] bool empty() const noexcept { return m_tokens.empty(); }
    [[nodiscard]] std::size_t size() const noexcept { return m_tokens.size(); }

  private:
    /// Its id, and its module's name.
    using Name = std::pair<pin::TokenId, std::string>;
    struct Pause {
        Clock::time_point end;
        Clock::duration length;
        /// m_failures as it failed last.
        Mark failed;
        std::weak_ptr<const Probe> probe{};
    };

    static Name name_of(const TokenState& token) { return {token.id(), token.module}; }
    void make_room();

    std::map<Name, Pause> m_tokens;
    Mark m_failures = 0;
};

}  // namespace signet::agent
