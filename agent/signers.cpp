#include "agent/signers.h"

#include "agent/error.h"
#include "agent/protocol/frame.h"
#include "agent/token_description.h"
#include "agent/token_wait.h"

#include <algorithm>
#include <utility>

namespace signet::agent {

namespace {

/// Room in a frame for everything but the signatures.
constexpr std::size_t reply_overhead = std::size_t{64} * 1024;
constexpr int max_warnings = 32;
/// Bytes of its text.
constexpr std::size_t max_warning = 512;

cms::SignatureScheme scheme_for(const Identity& identity, protocol::RsaScheme rsa) {
    if (identity.key->kind == cms::KeyKind::ec)
        return cms::SignatureScheme::ecdsa;
    if (identity.key->kind == cms::KeyKind::edwards)
        return identity.certificate.key_name() == "Ed448" ? cms::SignatureScheme::ed448
                                                          : cms::SignatureScheme::ed25519;
    return rsa == protocol::PSS ? cms::SignatureScheme::rsa_pss : cms::SignatureScheme::rsa_pkcs1;
}

class Search {
  public:
    Search(Agent& agent, const Peer& peer, const protocol::Sign& request, std::int64_t now)
        : m_agent(agent), m_peer(peer), m_request(request), m_now(now) {}

    void run(std::vector<Signer>& signers, protocol::SignReply& reply) const {
        signers.clear();
        reply.clear_warning();
        if (m_request.identity().empty())
            add(std::string(), signers, reply);
        for (const auto& text : m_request.identity())
            add(text, signers, reply);
    }

  private:
    void add(const std::string& text, std::vector<Signer>& signers, protocol::SignReply& reply) const {
        const auto& choice = m_agent.selector.signer(text, m_now);
        for (const auto& other : signers) {
            if (other.identity->key == choice.identity->key)
                throw Error(protocol::MALFORMED, "two of the signers are one key", "name each signer once");
        }
        for (const auto& warning : choice.warnings)
            warn(reply, warning);
        const auto permit = m_agent.policy.require(m_peer, Operation::sign, choice.identity.get());
        signers.push_back({choice.identity, permit, scheme_for(*choice.identity, m_request.rsa_scheme())});
    }

    /// All of them within the overhead of a reply.
    static void warn(protocol::SignReply& reply, const std::string& warning) {
        if (reply.warning_size() < max_warnings)
            reply.add_warning("skipped: " + utf8_of(warning.substr(0, max_warning)));
    }

    Agent& m_agent;
    const Peer& m_peer;
    const protocol::Sign& m_request;
    std::int64_t m_now;
};

bool is_about_absence(protocol::Status status) {
    return status == protocol::TOKEN_ABSENT || status == protocol::NO_IDENTITY;
}

/// Whether a token may bring the identity that there is none of; what is there and does not sign is no matter
/// of waiting.
bool may_yet_come(const Agent& agent, const protocol::Sign& request, protocol::Status status) {
    if (status == protocol::TOKEN_ABSENT)
        return true;
    return std::any_of(request.identity().begin(), request.identity().end(),
                       [&](const auto& text) { return agent.selector.matching(text).empty(); });
}

}  // namespace

asio::awaitable<void> find_signers(Agent& agent, const Peer& peer, const protocol::Sign& request,
                                   std::int64_t now, std::vector<Signer>& signers,
                                   protocol::SignReply& reply) {
    const Search search(agent, peer, request, now);
    for (bool refreshed = false;;) {
        try {
            search.run(signers, reply);
            co_return;
        } catch (const Error& error) {
            const bool may_come = request.wait() && may_yet_come(agent, request, error.status());
            if (!is_about_absence(error.status()) || (refreshed && !may_come))
                throw;
        }
        // A token may have come since the last scan.
        if (!std::exchange(refreshed, true))
            co_await agent.hosts.refresh();
        else
            co_await wait_for_token(agent.hosts, peer);
    }
}

cms::DigestAlgorithm digest_for(const std::vector<Signer>& signers) {
    for (const auto algorithm : {cms::DigestAlgorithm::sha256, cms::DigestAlgorithm::sha384,
                                 cms::DigestAlgorithm::sha512, cms::DigestAlgorithm::shake256}) {
        if (std::all_of(signers.begin(), signers.end(), [algorithm](const Signer& signer) {
                return cms::goes_with(signer.scheme, algorithm);
            }))
            return algorithm;
    }
    throw Error(protocol::DIGEST_UNSUITABLE, "the signers' keys have no hash in common",
                "sign with each of them apart");
}

void check_digest(const std::vector<Signer>& signers, cms::DigestAlgorithm algorithm) {
    for (const auto& signer : signers) {
        if (cms::goes_with(signer.scheme, algorithm))
            continue;
        const auto& certificate = signer.identity->certificate;
        const std::string wanted(cms::digest_name(digest_for({signer})));
        throw Error(protocol::DIGEST_UNSUITABLE,
                    "a key of type " + certificate.key_name() + " does not sign with " +
                        std::string(cms::digest_name(algorithm)),
                    "use " + wanted);
    }
}

void check_reply_size(const std::vector<Signer>& signers, int digests, cms::IncludedCertificates certificates,
                      std::size_t further) {
    std::vector<const cms::SignerProfile*> profiles;
    std::size_t signature_size = 0;
    for (const auto& signer : signers) {
        profiles.push_back(&signer.identity->profile);
        signature_size = std::max(signature_size, signer.identity->key->signature_size);
    }
    constexpr auto room = protocol::max_frame_size - reply_overhead;
    const auto each = cms::signed_data_size_limit(profiles, signature_size, certificates, further);
    const auto count = static_cast<std::size_t>(digests);
    if (count * each <= room)
        return;
    throw Error(protocol::TOO_LARGE,
                "the reply to " + std::to_string(count) + " digests may be above the size of a frame",
                "send at most " + std::to_string(room / each) + " digests a request");
}

}  // namespace signet::agent
