// Identities whose tokens have gone.
#pragma once

#include "agent/identity.h"

#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace signet::agent {

/// What was there since the agent began and is not now, so that who asks for it is told which token to
/// insert. On the loop's thread only.
class AbsentIdentities {
  public:
    /// That are remembered; above it the oldest go.
    static constexpr std::size_t max_remembered = 256;

    /// The catalogue had the identities `before`, and has `tokens` now. What is not on a token that is there
    /// has been deleted, and is not absent.
    void replaced(const std::vector<std::shared_ptr<const Identity>>& before,
                  const std::vector<std::shared_ptr<TokenState>>& tokens);
    /// Forgets those of modules that are not among `modules`.
    void keep_modules(const std::set<std::string>& modules);

    /// Their key has no location, and their places no host: the names of their tokens are what they are for.
    [[nodiscard]] const std::vector<std::shared_ptr<const Identity>>& identities() const noexcept {
        return m_identities;
    }

  private:
    std::vector<std::shared_ptr<const Identity>> m_identities;
};

}  // namespace signet::agent
