#include "agent/pin/refused_pins.h"
#include "tests/catch.h"

#include <string>

using namespace signet;
using namespace signet::agent::pin;

namespace {

const TokenId alpha{"1", "alpha"};

Secret pin_of(std::string text) {
    return Secret::take(text);
}

}  // namespace

TEST_CASE("A refused PIN is known again, for its token alone") {
    RefusedPins refused;
    CHECK_FALSE(refused.is_refused(alpha, pin_of("1234")));
    refused.remember(alpha, pin_of("1234"));
    CHECK(refused.is_refused(alpha, pin_of("1234")));
    CHECK_FALSE(refused.is_refused(alpha, pin_of("12345")));
    CHECK_FALSE(refused.is_refused(alpha, pin_of("")));
    CHECK_FALSE(refused.is_refused({"1", "beta"}, pin_of("1234")));
    CHECK_FALSE(refused.is_refused({"2", "alpha"}, pin_of("1234")));
}

TEST_CASE("Serial number, label and PIN do not run into each other") {
    RefusedPins refused;
    refused.remember({"ab", "c"}, pin_of("d"));
    CHECK_FALSE(refused.is_refused({"a", "bc"}, pin_of("d")));
    CHECK_FALSE(refused.is_refused({"ab", ""}, pin_of("cd")));
    CHECK(refused.is_refused({"ab", "c"}, pin_of("d")));
}

TEST_CASE("A PIN that the token has been given is forgotten, and no other") {
    RefusedPins refused;
    refused.remember(alpha, pin_of("1234"));
    refused.remember(alpha, pin_of("5678"));
    refused.remember({"2", "beta"}, pin_of("1234"));
    refused.forget(alpha, pin_of("1234"));
    CHECK_FALSE(refused.is_refused(alpha, pin_of("1234")));
    CHECK(refused.is_refused(alpha, pin_of("5678")));
    CHECK(refused.is_refused({"2", "beta"}, pin_of("1234")));
}

TEST_CASE("Several refused PINs are known until the token is forgotten") {
    RefusedPins refused;
    const TokenId beta{"2", "beta"};
    refused.remember(alpha, pin_of("1111"));
    refused.remember(alpha, pin_of("2222"));
    refused.remember(beta, pin_of("1111"));
    CHECK(refused.is_refused(alpha, pin_of("1111")));
    CHECK(refused.is_refused(alpha, pin_of("2222")));
    refused.forget(alpha);
    CHECK_FALSE(refused.is_refused(alpha, pin_of("1111")));
    CHECK_FALSE(refused.is_refused(alpha, pin_of("2222")));
    CHECK(refused.is_refused(beta, pin_of("1111")));
}

TEST_CASE("Above the bound of a token its oldest refusal goes, and one that is known takes no place") {
    RefusedPins refused;
    const TokenId beta{"2", "beta"};
    refused.remember(beta, pin_of("first"));
    refused.remember(alpha, pin_of("first"));
    for (std::size_t i = 1; i < RefusedPins::max_of_token; ++i)
        refused.remember(alpha, pin_of(std::to_string(i)));
    refused.remember(alpha, pin_of("1"));
    CHECK(refused.is_refused(alpha, pin_of("first")));
    refused.remember(alpha, pin_of("one more"));
    CHECK_FALSE(refused.is_refused(alpha, pin_of("first")));
    CHECK(refused.is_refused(alpha, pin_of("1")));
    CHECK(refused.is_refused(alpha, pin_of("one more")));
    // No token pushes out what another refused.
    CHECK(refused.is_refused(beta, pin_of("first")));
}

TEST_CASE("Above the bound of tokens the oldest goes") {
    RefusedPins refused;
    refused.remember(alpha, pin_of("1234"));
    for (std::size_t i = 1; i < RefusedPins::max_tokens; ++i)
        refused.remember({std::to_string(i), "other"}, pin_of("1234"));
    CHECK(refused.is_refused(alpha, pin_of("1234")));
    refused.remember({"one more", "other"}, pin_of("1234"));
    CHECK_FALSE(refused.is_refused(alpha, pin_of("1234")));
    CHECK(refused.is_refused({"1", "other"}, pin_of("1234")));
}
