// Which identity a client means: by e-mail address, fingerprint, label or pkcs11: URI.
#pragma once

#include "agent/catalogue.h"
#include "agent/identity.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace signet::agent {

/// Who signs, and what was skipped on the way to it (one sentence each).
struct SignerChoice {
    std::shared_ptr<const Identity> identity;
    std::vector<std::string> warnings;
};

/// Why `identity` does not sign at `now` (seconds since the epoch), as what follows its name; empty if it
/// does.
[[nodiscard]] std::string why_not_signing(const Identity& identity, std::int64_t now);

/// Of two certificates on one key that both may sign now, whether `a` does: the one that became valid last.
[[nodiscard]] bool signs_before(const Identity& a, const Identity& b) noexcept;

/// Answers from a map of texts as long as the catalogue's generation lasts, so that a request searches
/// nothing. On the loop's thread only; the catalogue must outlive it.
class Selector {
  public:
    /// Texts that are remembered; above it all are forgotten.
    static constexpr std::size_t max_remembered = 1024;

    explicit Selector(const Catalogue& catalogue) : m_catalogue(catalogue) {}

    /// Whose certificate is valid at `now` (seconds since the epoch) and may sign; of several on one key the
    /// one that became valid last. Valid until the next call. Throws Error(NO_IDENTITY) saying why,
    /// Error(TOKEN_ABSENT) naming the token if it is one that was there or there is no token at all,
    /// Error(AMBIGUOUS_IDENTITY) listing the matches, or Error(MALFORMED) for a bad URI.
    const SignerChoice& signer(const std::string& text, std::int64_t now);

    /// All that match; the empty text matches all. Throws Error(MALFORMED) for a bad URI.
    [[nodiscard]] std::vector<std::shared_ptr<const Identity>> matching(const std::string& text) const;
    /// The same of those whose token has gone.
    [[nodiscard]] std::vector<std::shared_ptr<const Identity>> absent(const std::string& text) const;

  private:
    struct Remembered {
        SignerChoice choice;
        /// Seconds since the epoch: when another answer may be due.
        std::int64_t from = 0;
        std::int64_t until = 0;
    };

    const Catalogue& m_catalogue;
    std::uint64_t m_generation = 0;
    std::unordered_map<std::string, Remembered> m_remembered;
};

}  // namespace signet::agent
