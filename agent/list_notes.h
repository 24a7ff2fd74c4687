// What `signet list` says of identities and keys besides their fields.
#pragma once

#include "agent/bare_key.h"
#include "agent/identity.h"

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace signet::agent {

/// Of one moment. Views: what it is made from must outlive it.
class ListNotes {
  public:
    /// `now`: seconds since the epoch.
    ListNotes(const std::vector<std::shared_ptr<const Identity>>& identities,
              const std::vector<BareKey>& bare_keys, std::int64_t now);

    /// "sign" and "decrypt", as far as certificate, time and key allow.
    [[nodiscard]] std::vector<std::string> usages(const Identity& identity) const;
    /// One line, parts divided by "; "; may be empty.
    [[nodiscard]] std::string of(const Identity& identity) const;
    [[nodiscard]] std::string of(const BareKey& bare) const;

  private:
    /// All certificates on one key.
    struct Certificates {
        std::size_t count = 0;
        /// That signs; none if none does.
        const Identity* signer = nullptr;
    };
    /// Keys that share something; each stands for itself.
    using Keys = std::set<const void*>;

    [[nodiscard]] std::string among_certificates(const Identity& identity) const;
    void add_name(const TokenState& token, const std::string& id, const std::string& label, const void* key);
    /// What it shares with others.
    [[nodiscard]] std::string shared(const TokenState& token, const std::string& id,
                                     const std::string& label) const;

    std::int64_t m_now;
    std::map<const Key*, Certificates> m_certificates;
    std::map<std::string, Keys> m_by_label;
    std::map<std::pair<const TokenState*, std::string>, Keys> m_by_id;
};

}  // namespace signet::agent
