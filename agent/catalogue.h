// All tokens and identities, as the last scans saw them.
#pragma once

#include "agent/absent_identities.h"
#include "agent/certificate_source.h"
#include "agent/identity.h"
#include "agent/lone_certificate.h"
#include "agent/token_state.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace signet::agent {

/// Rebuilt as a whole when a scan is in, so that a request searches nothing. On the loop's thread only.
class Catalogue {
  public:
    /// Takes `tokens` in their order. A certificate is an identity if its private key shows, or may show
    /// after a login: its public key does, or it is not a CA's. All serve as chain. Of
    /// `leaving` tokens only the keys count, for who has begun with one. Throws nothing: what cannot be read
    /// becomes a note.
    void rebuild(std::vector<std::shared_ptr<TokenState>> tokens,
                 const std::vector<std::shared_ptr<TokenState>>& leaving = {});

    /// What lies in files beside the tokens, for the next rebuild. A certificate there is an identity as one
    /// on the token is, but before the login only if the token shows its public key, or no public key at all.
    void look_beside(CertificateSource source) noexcept { m_source = std::move(source); }

    /// Grows by one with each rebuild.
    [[nodiscard]] std::uint64_t generation() const noexcept { return m_generation; }
    /// Those of the last rebuild, in its order. What these give is good until the next one.
    [[nodiscard]] const std::vector<std::shared_ptr<TokenState>>& tokens() const noexcept { return m_tokens; }
    [[nodiscard]] const std::vector<std::shared_ptr<const Identity>>& identities() const noexcept {
        return m_identities;
    }
    /// Whether there is one that is initialised.
    [[nodiscard]] bool has_token() const noexcept;
    /// Those that were there, and whose token is not now.
    [[nodiscard]] const std::vector<std::shared_ptr<const Identity>>& absent() const noexcept {
        return m_absent.identities();
    }
    /// AbsentIdentities::keep_modules.
    void forget_absent_but(const std::set<std::string>& modules) { m_absent.keep_modules(modules); }

    /// Notes, at most, and bytes of one: `signet list` sends all of them in one frame.
    static constexpr std::size_t max_notes = 100;
    static constexpr std::size_t max_note = 300;

    /// What a person may want to know: keys of unknown types, certificates that cannot be read, objects that
    /// were left out. One line each, no two the same; the last one counts those that are too many.
    [[nodiscard]] const std::vector<std::string>& notes() const noexcept { return m_notes; }
    /// On the tokens or beside them, and neither identity nor chain.
    [[nodiscard]] const std::vector<LoneCertificate>& lone_certificates() const noexcept { return m_lone; }
    /// The key as it is now, on tokens that leave only if it is on no other; none if it has gone.
    [[nodiscard]] std::shared_ptr<const Key> key(const std::string& subject_public_key_info) const;

  private:
    CertificateSource m_source;
    std::uint64_t m_generation = 0;
    std::vector<std::shared_ptr<TokenState>> m_tokens;
    std::vector<std::shared_ptr<const Identity>> m_identities;
    AbsentIdentities m_absent;
    std::unordered_map<std::string, std::shared_ptr<const Key>> m_keys;
    std::unordered_map<std::string, std::shared_ptr<const Key>> m_leaving_keys;
    std::vector<std::string> m_notes;
    std::vector<LoneCertificate> m_lone;
};

}  // namespace signet::agent
