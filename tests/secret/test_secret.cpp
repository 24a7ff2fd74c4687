#include <algorithm>
#include <cstdint>
#include <string>
#include <type_traits>

#include "secret/secret.h"
#include "tests/catch.h"

using signet::Secret;

namespace {

std::string text_of(const Secret& secret) {
    return std::string(secret.reveal());
}

}  // namespace

TEST_CASE("A secret taken from a string leaves nothing in it") {
    std::string pin(40, 'x');
    const char* memory = pin.data();
    const std::size_t capacity = pin.capacity();
    const Secret secret = Secret::take(pin);
    CHECK(text_of(secret) == std::string(40, 'x'));
    CHECK(pin.empty());
    CHECK(std::all_of(memory, memory + capacity, [](char c) { return c == '\0'; }));
}

TEST_CASE("Moving a secret empties its source, cloning does not") {
    std::string text = "123456";
    Secret a = Secret::take(text);
    const Secret b = a.clone();
    const Secret c = std::move(a);
    CHECK(a.empty());  // NOLINT(bugprone-use-after-move): the state after a move is what is tested
    CHECK(equal(b, c));
    static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret>);
}

TEST_CASE("Secrets of other bytes or another size are not equal") {
    std::string one = "123456";
    std::string two = "123457";
    std::string three = "12345";
    const Secret a = Secret::take(one);
    const Secret b = Secret::take(two);
    const Secret c = Secret::take(three);
    CHECK_FALSE(equal(a, b));
    CHECK_FALSE(equal(a, c));
    CHECK(equal(Secret(), Secret()));
}

TEST_CASE("Truncating a secret wipes what it cuts off") {
    std::string text = "123456";
    Secret secret = Secret::take(text);
    const std::uint8_t* cut = secret.data() + 4;
    secret.truncate(4);
    CHECK(text_of(secret) == "1234");
    CHECK((cut[0] == 0 && cut[1] == 0));
}
