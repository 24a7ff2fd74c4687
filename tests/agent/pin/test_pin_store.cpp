#include "agent/pin/pin_store.h"
#include "tests/catch.h"

#include <string>

using namespace signet;
using namespace signet::agent::pin;
using namespace std::chrono_literals;

namespace {

const TokenDescription alpha{{"1", "alpha"}, "maker", "model"};
const TokenDescription beta{{"2", "beta"}, "maker", "model"};
const std::string module = "opensc";
const PinStore::Clock::time_point start{1000s};

Secret pin_of(std::string text) {
    return Secret::take(text);
}

std::string kept(PinStore& store, const TokenId& token, PinStore::Clock::time_point now) {
    const auto pin = store.get(token, module, now);
    return pin ? std::string(pin->reveal()) : "none";
}

}  // namespace

TEST_CASE("A PIN is kept for its time and no longer") {
    PinStore store;
    store.put(alpha, module, pin_of("1234"), 15min, start);
    CHECK(kept(store, alpha, start) == "1234");
    CHECK(kept(store, alpha, start + 15min - 1ns) == "1234");
    CHECK(kept(store, alpha, start + 15min) == "none");
    // It was wiped, not hidden.
    CHECK(kept(store, alpha, start) == "none");
}

TEST_CASE("Use does not lengthen a PIN's time") {
    PinStore store;
    store.put(alpha, module, pin_of("1234"), 10s, start);
    for (auto passed = 0s; passed < 10s; ++passed)
        CHECK(kept(store, alpha, start + passed) == "1234");
    CHECK(kept(store, alpha, start + 10s) == "none");
}

TEST_CASE("A lifetime of zero keeps nothing, not even what was there") {
    PinStore store;
    store.put(alpha, module, pin_of("1234"), std::nullopt, start);
    store.put(alpha, module, pin_of("5678"), 0ms, start);
    CHECK(kept(store, alpha, start) == "none");
}

TEST_CASE("A PIN without end stays until it is dropped") {
    PinStore store;
    store.put(alpha, module, pin_of("1234"), std::nullopt, start);
    CHECK(kept(store, alpha, start + 24h * 365 * 100) == "1234");
    CHECK(store.drop(alpha));
    CHECK_FALSE(store.drop(alpha));
    CHECK(kept(store, alpha, start) == "none");
}

TEST_CASE("Tokens do not share a PIN") {
    PinStore store;
    store.put(alpha, module, pin_of("1234"), 1min, start);
    CHECK(kept(store, beta, start) == "none");
    CHECK(kept(store, {"1", "beta"}, start) == "none");
    store.put(beta, module, pin_of("5678"), 1min, start);
    store.put(alpha, module, pin_of("9999"), 1min, start);
    CHECK(kept(store, alpha, start) == "9999");
    CHECK(kept(store, beta, start) == "5678");
    store.drop_all();
    CHECK(kept(store, alpha, start) == "none");
    CHECK(kept(store, beta, start) == "none");
}

TEST_CASE("Dropping what is over says when to come again") {
    PinStore store;
    CHECK_FALSE(store.drop_expired(start).has_value());
    store.put(alpha, module, pin_of("1234"), 2min, start);
    store.put(beta, module, pin_of("5678"), 1min, start);
    store.put({"3", "gamma"}, module, pin_of("0000"), std::nullopt, start);
    CHECK(store.drop_expired(start) == start + 1min);
    CHECK(store.drop_expired(start + 1min) == start + 2min);
    CHECK(kept(store, beta, start) == "none");
    CHECK_FALSE(store.drop_expired(start + 2min).has_value());
    CHECK(kept(store, {"3", "gamma"}, start + 2min) == "0000");
}

TEST_CASE("The number of kept PINs is bounded") {
    PinStore store;
    for (std::size_t i = 0; i < max_kept_pins; ++i)
        store.put({std::to_string(i), ""}, module, pin_of("1234"), i == 0 ? PinLifetime(1s) : PinLifetime(1h),
                  start);
    store.put(alpha, module, pin_of("5678"), 1h, start);
    CHECK(kept(store, {"63", ""}, start) == "1234");
    store.put(beta, module, pin_of("5678"), 1h, start);
    CHECK(kept(store, beta, start) == "none");
    store.put(beta, module, pin_of("5678"), 1h, start + 1s);
    CHECK(kept(store, beta, start + 1s) == "5678");
}

TEST_CASE("It tells whose PIN is kept") {
    PinStore store;
    CHECK(store.tokens().empty());
    store.put(beta, module, pin_of("5678"), std::nullopt, start);
    store.put(alpha, module, pin_of("1234"), 1h, start);
    CHECK(store.tokens() == std::vector<TokenId>{alpha, beta});
    store.drop(alpha);
    CHECK(store.tokens() == std::vector<TokenId>{beta});
}

TEST_CASE("A token that one module has lost keeps the PIN that another has taken") {
    PinStore store;
    store.put(alpha, module, pin_of("1234"), std::nullopt, start);
    store.put(alpha, "softhsm", pin_of("1234"), std::nullopt, start);
    CHECK(store.drop(alpha, std::string("softhsm")));
    CHECK_FALSE(store.drop(alpha, std::string("softhsm")));
    CHECK_FALSE(store.has(alpha, "softhsm", start));
    CHECK(kept(store, alpha, start) == "1234");
}

TEST_CASE("A module that shows the same token gets no PIN that another has taken") {
    PinStore store;
    store.put(alpha, "opensc", pin_of("1234"), 1h, start);
    CHECK_FALSE(store.get(alpha, "stranger", start).has_value());
    CHECK_FALSE(store.has(alpha, "stranger", start));
    CHECK(store.has(alpha, "opensc", start));
    store.put(alpha, "onepin", pin_of("1234"), 1h, start);
    CHECK(store.has(alpha, "opensc", start));
    CHECK(store.tokens() == std::vector<TokenId>{alpha});

    SECTION("a new PIN makes the old one wrong everywhere") {
        store.put(alpha, "onepin", pin_of("5678"), 1h, start);
        CHECK_FALSE(store.has(alpha, "opensc", start));
        CHECK(store.has(alpha, "onepin", start));
    }
    SECTION("what was refused is dropped everywhere, and nothing else") {
        CHECK_FALSE(store.drop(alpha, pin_of("12345")));
        CHECK(store.has(alpha, "opensc", start));
        CHECK(store.drop(alpha, pin_of("1234")));
        CHECK(store.tokens().empty());
    }
    SECTION("a shorter time is for all") {
        store.limit([](const TokenDescription&) { return 1min; }, start);
        CHECK_FALSE(store.has(alpha, "opensc", start + 1min));
        CHECK_FALSE(store.has(alpha, "onepin", start + 1min));
    }
    SECTION("a shorter time is for those that it is said of") {
        store.put(beta, "onepin", pin_of("9999"), std::nullopt, start);
        store.limit(
            [](const TokenDescription& token) {
                return token.model == "model" && token.label == "beta" ? PinLifetime(1min) : std::nullopt;
            },
            start);
        CHECK(store.has(alpha, "opensc", start + 1min));
        CHECK_FALSE(store.has(beta, "onepin", start + 1min));
    }
    SECTION("a lock is for all") {
        CHECK(store.drop(alpha));
        CHECK(store.tokens().empty());
    }
}

TEST_CASE("A login at a PIN pad has its time, and gives no PIN") {
    PinStore store;
    store.put(alpha, module, std::nullopt, 1min, start);
    CHECK(store.has(alpha, module, start));
    CHECK_FALSE(store.get(alpha, module, start).has_value());
    CHECK_FALSE(store.drop(alpha, pin_of("1234")));
    CHECK(store.tokens() == std::vector<TokenId>{alpha});
    CHECK(store.drop_expired(start) == start + 1min);
    CHECK_FALSE(store.has(alpha, module, start + 1min));
}

TEST_CASE("a time that begins anew with each use is over when nobody uses the token") {
    PinStore store;
    store.put(alpha, module, pin_of("1234"), 10min, start);
    store.put(beta, module, pin_of("9999"), 10min, start);
    const auto for_alpha = [](const TokenDescription& token) {
        return token.label == "alpha" ? PinLifetime(10min) : std::nullopt;
    };
    SECTION("if it was said of this token") {
        store.restart_by_use(for_alpha);
        store.used(alpha, module, start + 9min);
        store.used(beta, module, start + 9min);
        CHECK(store.has(alpha, module, start + 18min));
        CHECK_FALSE(store.has(alpha, module, start + 19min));
        CHECK_FALSE(store.has(beta, module, start + 10min));
    }
    SECTION("and not before that was said") {
        store.used(alpha, module, start + 9min);
        CHECK_FALSE(store.has(alpha, module, start + 10min));
    }
    SECTION("nor when it is said no more") {
        store.restart_by_use(for_alpha);
        store.restart_by_use([](const TokenDescription&) { return PinLifetime(); });
        store.used(alpha, module, start + 9min);
        CHECK_FALSE(store.has(alpha, module, start + 10min));
    }
    SECTION("but what is over stays over") {
        store.restart_by_use(for_alpha);
        store.used(alpha, module, start + 10min);
        CHECK_FALSE(store.has(alpha, module, start + 10min));
    }
    SECTION("and another module's use is not this one's") {
        store.restart_by_use(for_alpha);
        store.used(alpha, "another", start + 9min);
        CHECK_FALSE(store.has(alpha, module, start + 10min));
    }
}
