// Timestamp tokens and a TSA's answers, as they come, and with what they hold signed by a TSA that is
// trusted.
#include "cms/timestamp.h"

#include <ctime>
#include <optional>

#include "cms/error.h"
#include "cms/signed_data_builder.h"
#include "cms/signed_data_verifier.h"
#include "tests/cms/software_token.h"
#include "tests/cms/timestamp_authority.h"
#include "tests/fuzz/fixed_authority.h"
#include "tests/fuzz/property.h"

using namespace signet::cms;
using signet::fuzz::fixed_authority;
using signet::fuzz::property;

namespace {

constexpr char tst_info_type[] = "1.2.840.113549.1.9.16.1.4";
const Bytes stamped{'s', 't', 'a', 'm', 'p', 'e', 'd'};

struct Tsa {
    EVP_PKEY& key = signet::fuzz::fixed_key(3);
    Certificate certificate =
        test::make_certificate(key, signet::fuzz::valid_then(test::timestamp_certificate_request()),
                               fixed_authority().root_key, &fixed_authority().root);
    SignerProfile profile{certificate, {}};
};

const Tsa& tsa() {
    static const Tsa authority;
    return authority;
}

TimestampResult verify(BytesView token) {
    VerifyOptions options;
    options.trust_anchors = {fixed_authority().root};
    const TimestampResult result = verify_timestamp(token, stamped, options);
    property(result.trusted == (result.intact && result.reasons.empty()),
             "a timestamp is trusted if nothing is wrong");
    return result;
}

/// Whether a TSA's answer is taken, which then holds an intact token with the nonce that was sent.
bool is_taken(BytesView response) {
    TimestampRequest request;
    request.nonce = {0x02, 0x01, 0x2A};
    try {
        const Bytes token = read_timestamp_response(response, stamped, request);
        const TimestampResult result = verify(token);
        property(result.intact, "what is taken from a TSA is intact");
        property(result.nonce == request.nonce, "it has the nonce that was sent");
        return true;
    } catch (const Error&) {
        return false;
    }
}

/// A token of the TSA with any content.
Bytes token_with(BytesView tst_info) {
    const Signature signature = test::sign_content(tsa().key, tsa().profile, SignatureScheme::ed25519,
                                                   DigestAlgorithm::sha512, tst_info, tst_info_type);
    return attach_content(detached_signed_data({signature}, tst_info_type, IncludedCertificates::signer),
                          tst_info);
}

/// TimeStampResp: granted, with this token.
Bytes granted(const Bytes& token) {
    Bytes response{0x30, 0x83, 0, 0, 0, 0x30, 0x03, 0x02, 0x01, 0x00};
    response.insert(response.end(), token.begin(), token.end());
    const std::size_t size = response.size() - 5;
    for (std::size_t i = 0; i < 3; ++i)
        response[2 + i] = static_cast<std::uint8_t>(size >> (16 - 8 * i));
    // DER has no longer length than it takes.
    if (size < 0x10000) {
        response[1] = 0x82;
        response.erase(response.begin() + 2);
    }
    return response;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const BytesView bytes(data, size);
    property(!verify(bytes).trusted, "nothing is trusted that the TSA did not sign");
    (void)is_taken(bytes);
    const Bytes token = token_with(bytes);
    const TimestampResult result = verify(token);
    if (result.trusted) {
        property(result.time && *result.time <= std::time(nullptr) + 300, "its time is not in the future");
        property(!result.policy.empty() && !result.digest_algorithm.empty(), "it says what it must");
    }
    property(!is_taken(granted(token)) || result.intact, "no answer is taken that does not verify");
    return 0;
}
