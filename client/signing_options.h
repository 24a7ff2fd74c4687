// How content is signed.
#pragma once

#include <string>
#include <vector>

#include "client/agent_connection.h"
#include "cms/bytes.h"

namespace signet::client {

/// How to sign; the digests and what comes of them are not part of it.
struct SigningOptions {
    std::vector<std::string> identities;
    cms::DigestAlgorithm digest_algorithm = cms::DigestAlgorithm::sha256;
    bool rsa_pss = false;
    agent::protocol::CertificateSet certificates = agent::protocol::CHAIN;
    /// As in SignRequest.
    bool wait = false;
};

/// Detached SignedData of each content that hashed to one of `digests`, as one batch. Throws Error.
[[nodiscard]] SignResult sign_digests(AgentConnection& agent, const SigningOptions& options,
                                      std::vector<cms::Bytes> digests);

}  // namespace signet::client
