// How content is signed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "client/agent_connection.h"
#include "cms/bytes.h"

namespace signet::client {

/// How to sign; the digests and what comes of them are not part of it.
struct SigningOptions {
    std::vector<std::string> identities;
    /// None: the one that the signers' keys need, SHA-256 if they need none.
    std::optional<cms::DigestAlgorithm> digest_algorithm;
    bool rsa_pss = false;
    agent::protocol::CertificateSet certificates = agent::protocol::CHAIN;
    /// As in SignRequest.
    bool wait = false;
    /// As in SignRequest.
    std::string content_type{};
    agent::protocol::SignedAttributes attributes{};
    /// As in SignRequest.
    bool countersign = false;
    /// The TSA that stamps each signature (timestamping.h), an http URL; empty for none.
    std::string timestamp{};
};

/// The hash of `options`; the agent is asked which if it has none. Throws Error.
[[nodiscard]] cms::DigestAlgorithm digest_algorithm_of(AgentConnection& agent, const SigningOptions& options);

/// Detached SignedData of each content that hashed to one of `digests`, as one batch. The hash is the one of
/// digest_algorithm_of(); options without any mean SHA-256 here. Stamps nothing. Throws Error.
[[nodiscard]] SignResult sign_digests(AgentConnection& agent, const SigningOptions& options,
                                      std::vector<cms::Bytes> digests);

}  // namespace signet::client
