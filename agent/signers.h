// Who signs in one request.
#pragma once

#include "agent/agent.h"
#include "agent/identity.h"
#include "agent/policy.h"
#include "agent/protocol/signet.pb.h"
#include "cms/signed_data_builder.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace signet::agent {

struct Signer {
    std::shared_ptr<const Identity> identity;
    Permit permit;
    cms::SignatureScheme scheme;
};

/// Fills `signers` with those that `request` names and policy allows at `now` (seconds since the epoch), and
/// adds to `reply` what was skipped; scans again before it gives up. All arguments must live until it
/// returns. Throws Error: NO_IDENTITY, AMBIGUOUS_IDENTITY, MALFORMED (a signer twice), REFUSED.
asio::awaitable<void> find_signers(Agent& agent, const Peer& peer, const protocol::Sign& request,
                                   std::int64_t now, std::vector<Signer>& signers,
                                   protocol::SignReply& reply);

/// The hash that content is to be signed with: SHA-256 if it goes with all of them, else one that does.
/// Throws Error(DIGEST_UNSUITABLE) if there is none.
[[nodiscard]] cms::DigestAlgorithm digest_for(const std::vector<Signer>& signers);

/// Throws Error(DIGEST_UNSUITABLE) if one of them does not sign with `algorithm`.
void check_digest(const std::vector<Signer>& signers, cms::DigestAlgorithm algorithm);

/// Known before anything is signed: throws Error(TOO_LARGE) if the reply may not fit into a frame. `further`
/// is the bytes of attributes that each signer is asked for besides.
void check_reply_size(const std::vector<Signer>& signers, int digests, cms::IncludedCertificates certificates,
                      std::size_t further);

}  // namespace signet::agent
