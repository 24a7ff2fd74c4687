// Which chains a certificate may have to a trust anchor (RFC 4158).
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "cms/path_verdict.h"

namespace signet::cms {

/// Certificates of a chain at most, the anchor's included.
inline constexpr std::size_t max_path_length = 12;
/// Bytes of a certificate that a path may contain: far above those that anybody issues.
inline constexpr std::size_t max_path_certificate_size = std::size_t{64} * 1024;

/// Bytes of its DER.
[[nodiscard]] std::size_t encoded_size(const Certificate&);

/// Finds chains by names, key identifiers and signatures. What it does for all calls together is bounded, so
/// that certificates made to lead astray cost little; honest ones stay far below. One thread at a time.
class PathCandidates {
  public:
    /// Certificates above max_path_certificate_size are left out.
    PathCandidates(std::vector<Certificate> anchors, const std::vector<Certificate>& untrusted);

    /// Calls `visit` with each chain of `leaf` to an anchor, short and likely ones first, until it says true
    /// or there are no more or the bounds are reached. Every certificate but the last is signed with the key
    /// of the next. Whether it was valid then, and all else, is left to the caller. Throws what `visit`
    /// throws.
    void visit(const Certificate& leaf, const std::function<bool(const CertificateChain&)>& visit);

  private:
    struct Issuer {
        const Certificate* certificate;
        std::size_t key;
        bool is_anchor;
    };
    using Visit = std::function<bool(const CertificateChain&)>;
    /// Visits the chains of exactly `length`. Whether to stop; `longer` becomes true if there may be others.
    bool extend(CertificateChain& chain, std::size_t length, bool& longer, const Visit& visit);
    [[nodiscard]] const std::vector<Issuer>& issuers_of(const Certificate& subject);
    [[nodiscard]] bool signed_by(const Certificate& subject, const Issuer& issuer);
    /// The number of its public key: equal for equal keys.
    [[nodiscard]] std::size_t key_of(const Certificate& certificate);
    [[nodiscard]] bool is_anchor(const Certificate& certificate) const;

    std::vector<Certificate> m_anchors;
    std::vector<Certificate> m_untrusted;
    std::vector<Certificate> m_leaves;
    std::map<const X509*, std::vector<Issuer>> m_issuers;
    std::map<const X509*, std::size_t> m_keys;
    std::map<Bytes, std::size_t> m_key_numbers;
    /// Of a subject and its issuer's key, which many certificates may have.
    std::map<std::pair<const X509*, std::size_t>, bool> m_signatures;
    std::size_t m_steps_left;
    std::size_t m_steps_left_now = 0;
    std::size_t m_signatures_left;
};

}  // namespace signet::cms
