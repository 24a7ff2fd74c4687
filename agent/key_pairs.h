// Which keys on a token are the halves of one pair.
#pragma once

#include "agent/token_state.h"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace signet::agent {

/// The public halves of one private key, all with one public value; more than one where the token has it
/// several times.
struct PublicHalves {
    std::vector<const ScannedKey*> keys{};
    /// There are public keys of which nothing tells whether they are its own: then there are no `keys`.
    bool is_ambiguous = false;

    /// The public value; empty if there is none, or it does not show.
    [[nodiscard]] std::string value() const {
        return keys.empty() ? std::string() : keys.front()->public_value;
    }
};

/// The keys of one token, by what makes them pairs. Views into it.
class KeyPairs {
  public:
    explicit KeyPairs(const TokenState& token);

    /// The public value of a private key tells; where it does not show, the CKA_ID; and where keys share
    /// that, the label.
    [[nodiscard]] PublicHalves public_halves(const ScannedKey& private_key) const;
    /// Its public value, or that of its halves; empty if nothing tells.
    [[nodiscard]] std::string value_of(const ScannedKey& private_key) const;
    /// Whether another private key, that shows no public value either, has its CKA_ID.
    [[nodiscard]] bool shares_id(const ScannedKey& private_key) const;

  private:
    /// CKA_KEY_TYPE, and the CKA_ID or the public value.
    using Name = std::pair<std::uint64_t, std::string_view>;

    [[nodiscard]] PublicHalves by_label(const ScannedKey& private_key,
                                        const std::vector<const ScannedKey*>& candidates) const;

    std::map<Name, std::vector<const ScannedKey*>> m_public_by_id;
    std::map<Name, std::vector<const ScannedKey*>> m_public_by_value;
    /// Those that show no public value.
    std::map<Name, std::vector<const ScannedKey*>> m_private_by_id;
    /// Of private keys.
    std::set<Name> m_shown_values;
};

}  // namespace signet::agent
