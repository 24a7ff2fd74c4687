#include "cms/path_candidates.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>

namespace signet::cms {
namespace {

// A chain of 12 with a choice at each step needs some dozens; made-up meshes of authorities need any number.
constexpr std::size_t max_steps = 4096;
constexpr std::size_t max_steps_in_all = 16 * max_steps;
constexpr std::size_t max_signatures = 512;

bool is_same(const Certificate& one, const Certificate& other) {
    return one.x509() == other.x509() || X509_cmp(one.x509(), other.x509()) == 0;
}

bool is_valid_now(const Certificate& certificate) {
    const bool valid = X509_cmp_current_time(X509_get0_notBefore(certificate.x509())) < 0 &&
                       X509_cmp_current_time(X509_get0_notAfter(certificate.x509())) > 0;
    ERR_clear_error();
    return valid;
}

}  // namespace

std::size_t encoded_size(const Certificate& certificate) {
    const int size = i2d_X509(certificate.x509(), nullptr);
    return size < 0 ? 0 : static_cast<std::size_t>(size);
}

PathCandidates::PathCandidates(std::vector<Certificate> anchors, const std::vector<Certificate>& untrusted)
    : m_anchors(std::move(anchors)), m_steps_left(max_steps_in_all), m_signatures_left(max_signatures) {
    for (const Certificate& certificate : untrusted)
        if (encoded_size(certificate) <= max_path_certificate_size && !is_anchor(certificate) &&
            std::none_of(m_untrusted.begin(), m_untrusted.end(),
                         [&](const Certificate& known) { return is_same(known, certificate); }))
            m_untrusted.push_back(certificate);
    // Of several, those that are valid today mostly lead somewhere.
    std::stable_partition(m_untrusted.begin(), m_untrusted.end(), is_valid_now);
    std::stable_partition(m_anchors.begin(), m_anchors.end(), is_valid_now);
}

void PathCandidates::visit(const Certificate& leaf,
                           const std::function<bool(const CertificateChain&)>& visit) {
    if (encoded_size(leaf) > max_path_certificate_size)
        return;
    // What is known of it is found again by where it lies.
    m_leaves.push_back(leaf);
    CertificateChain chain{m_leaves.back()};
    if (is_anchor(leaf) && visit(chain))
        return;
    m_steps_left_now = std::min(m_steps_left, max_steps);
    m_steps_left -= m_steps_left_now;
    // Longer ones only when the shorter are done, so that a mesh of authorities does not hide the way out.
    bool longer = true;
    for (std::size_t length = 2; longer && length <= max_path_length; ++length) {
        longer = false;
        if (extend(chain, length, longer, visit))
            break;
    }
    m_steps_left += m_steps_left_now;
}

bool PathCandidates::extend(CertificateChain& chain, std::size_t length, bool& longer, const Visit& visit) {
    const bool last = chain.size() + 1 == length;
    for (const Issuer& issuer : issuers_of(chain.back())) {
        const auto seen = [&](const Certificate& certificate) {
            // Who has the name and the key is the same authority (RFC 4158 section 5.2).
            return issuer.is_anchor
                       ? is_same(certificate, *issuer.certificate)
                       : key_of(certificate) == issuer.key &&
                             X509_NAME_cmp(X509_get_subject_name(certificate.x509()),
                                           X509_get_subject_name(issuer.certificate->x509())) == 0;
        };
        if (std::any_of(chain.begin(), chain.end(), seen))
            continue;
        longer = longer || (last && !issuer.is_anchor);
        // Shorter ones were visited before.
        if (issuer.is_anchor != last)
            continue;
        if (m_steps_left_now == 0)
            return true;
        --m_steps_left_now;
        if (!signed_by(chain.back(), issuer))
            continue;
        chain.push_back(*issuer.certificate);
        const bool done = last ? visit(chain) : extend(chain, length, longer, visit);
        chain.pop_back();
        if (done)
            return true;
    }
    return false;
}

const std::vector<PathCandidates::Issuer>& PathCandidates::issuers_of(const Certificate& subject) {
    const auto place = m_issuers.try_emplace(subject.x509());
    std::vector<Issuer>& issuers = place.first->second;
    if (!place.second)
        return issuers;
    const auto add = [&](const std::vector<Certificate>& pool, bool are_anchors) {
        for (const Certificate& candidate : pool)
            if (X509_check_issued(candidate.x509(), subject.x509()) == X509_V_OK)
                issuers.push_back({&candidate, key_of(candidate), are_anchors});
    };
    add(m_anchors, true);
    add(m_untrusted, false);
    ERR_clear_error();
    return issuers;
}

std::size_t PathCandidates::key_of(const Certificate& certificate) {
    const auto known = m_keys.find(certificate.x509());
    if (known != m_keys.end())
        return known->second;
    const std::size_t next = m_key_numbers.size();
    const std::size_t number =
        m_key_numbers.try_emplace(certificate.subject_public_key_info(), next).first->second;
    return m_keys.emplace(certificate.x509(), number).first->second;
}

bool PathCandidates::signed_by(const Certificate& subject, const Issuer& issuer) {
    const auto edge = std::make_pair(static_cast<const X509*>(subject.x509()), issuer.key);
    if (const auto known = m_signatures.find(edge); known != m_signatures.end())
        return known->second;
    if (m_signatures_left == 0)
        return false;
    --m_signatures_left;
    EVP_PKEY* key = X509_get0_pubkey(issuer.certificate->x509());
    const bool holds = key != nullptr && X509_verify(subject.x509(), key) == 1;
    ERR_clear_error();
    m_signatures.emplace(edge, holds);
    return holds;
}

bool PathCandidates::is_anchor(const Certificate& certificate) const {
    return std::any_of(m_anchors.begin(), m_anchors.end(),
                       [&](const Certificate& anchor) { return is_same(anchor, certificate); });
}

}  // namespace signet::cms
