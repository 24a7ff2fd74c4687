// The keys of one token by what they are found by, and which of them are the halves of one pair.
#pragma once

#include "agent/token_state.h"
#include "cms/certificate.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
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

/// Finds without a search among those that share a value or a CKA_ID: a token may show thousands. Views into
/// the token's keys, which must outlive it. Throws nothing but std::bad_alloc. Any thread, one at a time.
class KeyIndex {
  public:
    /// A private key that shows no public value, as far as its CKA_ID leads to it.
    struct Named {
        const ScannedKey* key = nullptr;
        /// Several have that CKA_ID, for several public keys, and neither curve nor label tells which is
        /// meant.
        bool ambiguous = false;
    };

    explicit KeyIndex(const TokenState& token);

    /// The private key with this public value; null if none shows it.
    [[nodiscard]] const ScannedKey* private_with(cms::KeyKind kind, std::string_view value) const;
    /// Of the public keys with this value the first that has a CKA_ID, else the first; null if there is none.
    [[nodiscard]] const ScannedKey* public_with(cms::KeyKind kind, std::string_view value) const;
    /// The private key with this CKA_ID. Of several, the one on the curve `parameters` (DER; empty: any) and
    /// with this label. None for an empty CKA_ID.
    [[nodiscard]] Named private_named(cms::KeyKind kind, std::string_view id, std::string_view parameters,
                                      std::string_view label) const;
    /// The private key of a public one: what is signed with it is checked, so that copies may count as one.
    [[nodiscard]] Named private_of(const ScannedKey& public_key) const;
    /// Whether the token shows any public key.
    [[nodiscard]] bool has_public() const noexcept { return !m_public_by_value.empty(); }
    /// Whether only other public keys have this CKA_ID.
    [[nodiscard]] bool is_another(cms::KeyKind kind, std::string_view id, std::string_view value) const;
    /// Whether a private key with this CKA_ID shows another public value.
    [[nodiscard]] bool is_other_private(cms::KeyKind kind, std::string_view id, std::string_view value) const;

    // From the private half to the public ones, for what cannot be undone; more careful than private_of,
    // which may give one of several that are alike. In key_halves.cpp.

    /// The public value of a private key tells; where it does not show, the CKA_ID; and where keys share
    /// that, the label.
    [[nodiscard]] PublicHalves public_halves(const ScannedKey& private_key) const;
    /// Its public value, or that of its halves; empty if nothing tells.
    [[nodiscard]] std::string value_of(const ScannedKey& private_key) const;
    /// Whether another private key, that shows no public value either, has its CKA_ID.
    [[nodiscard]] bool shares_id(const ScannedKey& private_key) const;

  private:
    using Keys = std::vector<const ScannedKey*>;
    /// With CKA_KEY_TYPE for those of KeyKind::other; 0 for the rest.
    using Type = std::pair<cms::KeyKind, std::uint64_t>;
    /// With the CKA_ID or the public value.
    using Name = std::pair<Type, std::string_view>;
    /// With the CKA_ID, the curve and the label.
    using FullName = std::tuple<Type, std::string_view, std::string_view, std::string_view>;
    using Values = std::set<std::string_view>;

    static Type type_of(const ScannedKey& key);
    void add_private(const ScannedKey& key);
    void add_public(const ScannedKey& key);
    [[nodiscard]] Named named(Type type, std::string_view id, std::string_view parameters,
                              std::string_view label) const;
    [[nodiscard]] PublicHalves by_label(const ScannedKey& private_key, const Keys& candidates) const;

    std::map<Name, const ScannedKey*> m_private_by_value;
    std::map<Name, Keys> m_public_by_value;
    std::map<Name, Keys> m_public_by_id;
    /// Those that show no public value, by CKA_ID; by CKA_ID and curve; by all.
    std::map<Name, Keys> m_private_by_id;
    std::map<FullName, Keys> m_private_by_curve;
    std::map<FullName, Keys> m_private_by_label;
    /// The values of private keys, and of public keys, by CKA_ID.
    std::map<Name, Values> m_private_values;
    std::map<Name, Values> m_public_values;
    /// Those of public keys by CKA_ID and curve; by all.
    std::map<FullName, Values> m_values_by_curve;
    std::map<FullName, Values> m_values_by_label;
};

}  // namespace signet::agent
