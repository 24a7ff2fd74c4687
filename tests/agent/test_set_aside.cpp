#include "agent/set_aside.h"
#include "tests/agent/synthetic_token.h"
#include "tests/catch.h"

#include <string>

using namespace signet::agent;
using namespace signet::tests;
using Standing = SetAside::Standing;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

const Clock::time_point start{std::chrono::hours{1}};

std::shared_ptr<TokenState> token_of(const std::string& module, const std::string& label = "alice") {
    auto token = synthetic_token(label, true);
    token->module = module;
    return token;
}

}  // namespace

TEST_CASE("a token that failed is set aside for a second, and for twice as long each time, up to a minute") {
    SetAside aside;
    const auto token = token_of("one");
    CHECK(aside.standing(*token, start) == Standing::well);
    CHECK(aside.failed(*token, start));
    auto now = start;
    for (const int pause : {1, 2, 4, 8, 16, 32, 60, 60, 60}) {
        CAPTURE(pause);
        CHECK(aside.standing(*token, now) == Standing::aside);
        now += seconds{pause} - milliseconds{1};
        CHECK(aside.standing(*token, now) == Standing::aside);
        now += milliseconds{1};
        CHECK(aside.standing(*token, now) == Standing::due);
        CHECK_FALSE(aside.failed(*token, now));
    }
}

TEST_CASE("what fails of the same cause as the first changes nothing") {
    SetAside aside;
    const auto token = token_of("one");
    CHECK(aside.failed(*token, start));
    for (int i = 0; i < 16; ++i)
        CHECK_FALSE(aside.failed(*token, start + milliseconds{i}));
    CHECK(aside.standing(*token, start + seconds{1}) == Standing::due);
    CHECK_FALSE(aside.failed(*token, start + seconds{1}));
    CHECK(aside.standing(*token, start + seconds{2}) == Standing::aside);
    CHECK(aside.standing(*token, start + seconds{3}) == Standing::due);
}

TEST_CASE("one at a time tries a token whose pause is over") {
    SetAside aside;
    const auto token = token_of("one");
    CHECK(aside.begin_probe(*token, start) == nullptr);
    aside.failed(*token, start);
    CHECK(aside.begin_probe(*token, start) == nullptr);
    const auto due = start + seconds{1};
    auto probe = aside.begin_probe(*token, due);
    REQUIRE(probe != nullptr);
    CHECK(aside.standing(*token, due) == Standing::aside);
    CHECK(aside.begin_probe(*token, due) == nullptr);
    // Its client went: the next one tries.
    probe.reset();
    CHECK(aside.standing(*token, due) == Standing::due);
    probe = aside.begin_probe(*token, due);
    REQUIRE(probe != nullptr);
    aside.failed(*token, due);
    probe.reset();
    CHECK(aside.standing(*token, due) == Standing::aside);
    CHECK(aside.begin_probe(*token, due + seconds{1}) == nullptr);
    CHECK(aside.begin_probe(*token, due + seconds{2}) != nullptr);
}

TEST_CASE("a success brings a token back, and its next pause is the first again") {
    SetAside aside;
    const auto token = token_of("one");
    CHECK_FALSE(aside.succeeded(*token, aside.mark()));
    aside.failed(*token, start);
    aside.failed(*token, start + seconds{1});
    CHECK(aside.standing(*token, start + seconds{2}) == Standing::aside);
    CHECK(aside.succeeded(*token, aside.mark()));
    CHECK(aside.empty());
    CHECK(aside.standing(*token, start + seconds{2}) == Standing::well);
    CHECK(aside.failed(*token, start + seconds{2}));
    CHECK(aside.standing(*token, start + seconds{3}) == Standing::due);
}

TEST_CASE("what was under way as a token failed does not bring it back") {
    SetAside aside;
    const auto token = token_of("one");
    const auto before = aside.mark();
    aside.failed(*token, start);
    CHECK_FALSE(aside.succeeded(*token, before));
    CHECK(aside.standing(*token, start) == Standing::aside);
    const auto between = aside.mark();
    aside.failed(*token, start);
    CHECK_FALSE(aside.succeeded(*token, between));
    // Another token's failure is none of this one's.
    const auto after = aside.mark();
    aside.failed(*token_of("two"), start);
    CHECK(aside.succeeded(*token, after));
}

TEST_CASE("a token is known by its id and module, however often it is scanned") {
    SetAside aside;
    aside.failed(*token_of("one"), start);
    CHECK(aside.standing(*token_of("one"), start) == Standing::aside);
    CHECK(aside.standing(*token_of("two"), start) == Standing::well);
    CHECK(aside.standing(*token_of("one", "bob"), start) == Standing::well);
    CHECK_FALSE(aside.succeeded(*token_of("two"), aside.mark()));
    CHECK(aside.succeeded(*token_of("one"), aside.mark()));
}

TEST_CASE("no more than some are remembered, and those that pause longest") {
    SetAside aside;
    const auto total = SetAside::max_tokens + 10;
    for (std::size_t i = 0; i < total; ++i)
        aside.failed(*token_of(std::to_string(i)), start + milliseconds{i});
    CHECK(aside.size() == SetAside::max_tokens);
    CHECK(aside.standing(*token_of("9"), start) == Standing::well);
    CHECK(aside.standing(*token_of("10"), start) == Standing::aside);
    CHECK(aside.standing(*token_of(std::to_string(total - 1)), start) == Standing::aside);
}
