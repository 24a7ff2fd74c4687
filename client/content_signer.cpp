#include "client/content_signer.h"

#include <utility>

#include "client/timestamping.h"
#include "cms/digest_stream.h"
#include "cms/signed_data_builder.h"

namespace signet::client {

SignedContent sign_detached(AgentConnection& agent, const SigningOptions& options, cms::BytesView content) {
    try {
        SigningOptions with_hash = options;
        with_hash.digest_algorithm = digest_algorithm_of(agent, options);
        std::vector<cms::Bytes> digests;
        digests.push_back(cms::digest(*with_hash.digest_algorithm, content));
        SignResult result = sign_digests(agent, with_hash, std::move(digests));
        add_timestamps(result.signed_data, options.timestamp);
        return {std::move(result.signed_data.front()), std::move(result.warnings)};
    } catch (const cms::Error& error) {
        throw from_cms(error, "cannot sign");
    }
}

SignedContent sign_attached(AgentConnection& agent, const SigningOptions& options, cms::BytesView content) {
    SignedContent detached = sign_detached(agent, options, content);
    return {attach(detached.signed_data, content), std::move(detached.warnings)};
}

cms::Bytes attach(cms::BytesView detached, cms::BytesView content) {
    try {
        return cms::attach_content(detached, content);
    } catch (const cms::Error& error) {
        // The SignedData came from the agent: a fault in it is not the user's input.
        throw Error(ExitStatus::other, "cannot sign", error.what());
    }
}

}  // namespace signet::client
