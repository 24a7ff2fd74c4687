// Content in, SignedData out: hashed here, signed by the agent.
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
};

struct SignedContent {
    /// DER.
    cms::Bytes signed_data;
    std::vector<std::string> warnings;
};

/// Detached SignedData of each content that hashed to one of `digests`, as one batch. Throws Error.
[[nodiscard]] SignResult sign_digests(AgentConnection& agent, const SigningOptions& options,
                                      std::vector<cms::Bytes> digests);
/// Detached SignedData of `content`. Throws Error.
[[nodiscard]] SignedContent sign_detached(AgentConnection& agent, const SigningOptions& options,
                                          cms::BytesView content);
/// SignedData with `content` inside. Throws Error.
[[nodiscard]] SignedContent sign_attached(AgentConnection& agent, const SigningOptions& options,
                                          cms::BytesView content);
/// `detached`, which the agent made for `content`, with `content` inside. Throws Error(9).
[[nodiscard]] cms::Bytes attach(cms::BytesView detached, cms::BytesView content);

}  // namespace signet::client
