#include "cms/verification_reason.h"

#include <algorithm>
#include <set>

#include "tests/catch.h"

using namespace signet::cms;

TEST_CASE("each reason has a token of its own, in lower case and hyphens") {
    std::set<std::string_view> tokens;
    // no_trust_anchors is the last.
    for (int code = 0; code <= static_cast<int>(ReasonCode::no_trust_anchors); ++code) {
        const std::string_view token = reason_token(static_cast<ReasonCode>(code));
        CAPTURE(code, token);
        CHECK_FALSE(token.empty());
        CHECK(std::all_of(token.begin(), token.end(),
                          [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; }));
        CHECK(tokens.insert(token).second);
    }
}

TEST_CASE("a reason may be a part of another sentence") {
    CHECK(as_clause("The content is not what was signed.") == "the content is not what was signed");
    CHECK(as_clause("RSA below 2048 bits is weak.") == "RSA below 2048 bits is weak");
    CHECK(as_clause("A") == "A");
    CHECK(as_clause("").empty());
}

TEST_CASE("tokens that programs rely on stay as they are") {
    CHECK(reason_token(ReasonCode::content_altered) == "content-altered");
    CHECK(reason_token(ReasonCode::signature_wrong) == "signature-wrong");
    CHECK(reason_token(ReasonCode::certificate_expired) == "certificate-expired");
    CHECK(reason_token(ReasonCode::certificate_missing) == "certificate-missing");
    CHECK(reason_token(ReasonCode::issuer_untrusted) == "issuer-untrusted");
    CHECK(reason_token(ReasonCode::no_trust_anchors) == "no-trust-anchors");
}
