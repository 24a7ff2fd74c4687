// The keys of one token by what they are found by.
#pragma once

#include "agent/token_state.h"
#include "cms/certificate.h"

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace signet::agent {

/// Finds without a search among those that share a value or a CKA_ID: a token may show thousands. Views into
/// the token's keys, which must outlive it.
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
    /// The private key of a public one.
    [[nodiscard]] Named private_of(const ScannedKey& public_key) const;
    /// Whether the token shows any public key.
    [[nodiscard]] bool has_public() const noexcept { return !m_public_by_value.empty(); }
    /// Whether only other public keys have this CKA_ID.
    [[nodiscard]] bool is_another(cms::KeyKind kind, std::string_view id, std::string_view value) const;
    /// Whether a private key with this CKA_ID shows another public value.
    [[nodiscard]] bool is_other_private(cms::KeyKind kind, std::string_view id, std::string_view value) const;

  private:
    struct Group {
        const ScannedKey* first = nullptr;
        std::size_t count = 0;
    };
    using Name = std::pair<cms::KeyKind, std::string_view>;
    /// With the curve and the label.
    using FullName = std::tuple<cms::KeyKind, std::string_view, std::string_view, std::string_view>;
    using Values = std::set<std::string_view>;

    void add_private(const ScannedKey& key);
    void add_public(const ScannedKey& key);

    std::map<Name, const ScannedKey*> m_private_by_value;
    std::map<Name, const ScannedKey*> m_public_by_value;
    /// Those that show no public value, by CKA_ID; by CKA_ID and curve; by all.
    std::map<Name, Group> m_private_by_id;
    std::map<FullName, Group> m_private_by_curve;
    std::map<FullName, Group> m_private_by_label;
    /// The values of private keys, and of public keys, by CKA_ID.
    std::map<Name, Values> m_private_values;
    std::map<Name, Values> m_public_values;
    /// Those of public keys by CKA_ID and curve; by all.
    std::map<FullName, Values> m_values_by_curve;
    std::map<FullName, Values> m_values_by_label;
};

/// What a token calls RSA, EC, Edwards or Montgomery.
cms::KeyKind kind_of(const ScannedKey& key);

}  // namespace signet::agent
