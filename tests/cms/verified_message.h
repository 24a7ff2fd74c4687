// What verify_signed_data says of a message of one signer over one content.
#pragma once

#include <functional>
#include <string>

#include "cms/signed_data_verifier.h"
#include "tests/catch.h"

template <>
struct Catch::StringMaker<signet::cms::Reason> {
    static std::string convert(const signet::cms::Reason& reason) {
        return std::string(signet::cms::reason_token(reason.code)) + ": " + reason.text;
    }
};

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

/// Whether it has a reason of this code, with `part` in its text.
inline bool has_reason(const SignerResult& signer, ReasonCode code, const std::string& part) {
    for (const Reason& reason : signer.reasons) {
        if (reason.code == code && reason.text.find(part) != std::string::npos)
            return true;
        UNSCOPED_INFO(Catch::StringMaker<Reason>::convert(reason));
    }
    return false;
}

}  // namespace signet::cms::test
