// What verify_signed_data says of a message of one signer over one content.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cms/signed_data_verifier.h"
#include "tests/catch.h"

namespace signet::cms::test {

inline const Bytes content{'H', 'e', 'l', 'l', 'o', '\r', '\n'};

inline ContentSource source_of(const Bytes& bytes) {
    return [&bytes](const std::function<void(BytesView)>& feed) {
        for (const std::uint8_t& byte : bytes)
            feed({&byte, 1});
    };
}

inline VerifyOptions trusting(const Certificate& anchor) {
    VerifyOptions options;
    options.trust_anchors = {anchor};
    return options;
}

/// The only signer of a message that is verified against `anchor`.
inline SignerResult only_signer(BytesView message, const VerifyOptions& options) {
    const SignedDataResult result = verify_signed_data(message, source_of(content), options);
    REQUIRE(result.signers.size() == 1);
    CHECK(result.holds() == (result.signers.front().intact && result.signers.front().trusted));
    CHECK(result.holds() == result.signers.front().reasons.empty());
    return result.signers.front();
}

inline bool has_reason(const SignerResult& signer, const std::string& part) {
    for (const std::string& reason : signer.reasons)
        if (reason.find(part) != std::string::npos)
            return true;
    UNSCOPED_INFO(Catch::StringMaker<std::vector<std::string>>::convert(signer.reasons));
    return false;
}

}  // namespace signet::cms::test
