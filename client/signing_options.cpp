#include "client/signing_options.h"

#include <utility>

namespace signet::client {

cms::DigestAlgorithm digest_algorithm_of(AgentConnection& agent, const SigningOptions& options) {
    return options.digest_algorithm ? *options.digest_algorithm
                                    : agent.digest_algorithm(options.identities, options.wait);
}

SignResult sign_digests(AgentConnection& agent, const SigningOptions& options,
                        std::vector<cms::Bytes> digests) {
    SignRequest request;
    request.identities = options.identities;
    request.digest_algorithm = options.digest_algorithm.value_or(cms::DigestAlgorithm::sha256);
    request.digests = std::move(digests);
    request.rsa_pss = options.rsa_pss;
    request.certificates = options.certificates;
    request.wait = options.wait;
    request.content_type = options.content_type;
    request.countersign = options.countersign;
    request.attributes = options.attributes;
    return agent.sign(request);
}

}  // namespace signet::client
