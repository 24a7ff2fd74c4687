#include "agent/wiped_buffer.h"

#include "tests/catch.h"

#include <cstring>
#include <random>
#include <string>

using signet::agent::WipedBuffer;

namespace {

void append(WipedBuffer& buffer, const std::string& text) {
    const auto room = buffer.prepare(text.size());
    REQUIRE(room.size() >= text.size());
    std::memcpy(room.data(), text.data(), text.size());
    buffer.commit(text.size());
}

}  // namespace

TEST_CASE("a buffer is a queue of bytes") {
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    WipedBuffer buffer;
    std::string expected;
    for (int step = 0; step < 3000; ++step) {
        if (random() % 2 == 0) {
            std::string piece(random() % 40000, '\0');
            for (auto& c : piece)
                c = static_cast<char>(random());
            append(buffer, piece);
            expected += piece;
        } else {
            const std::size_t size = expected.empty() ? 0 : random() % (expected.size() + 1);
            buffer.consume(size);
            expected.erase(0, size);
        }
        REQUIRE(buffer.view() == expected);
    }
}

TEST_CASE("what is taken out is overwritten") {
    WipedBuffer buffer;
    append(buffer, "a PIN, and more");
    const char* begin = buffer.view().data();
    buffer.consume(5);
    CHECK(std::string(begin, 5) == std::string(5, '\0'));
    CHECK(buffer.view() == ", and more");
    buffer.consume(buffer.size());
    CHECK(std::string(begin, 15) == std::string(15, '\0'));
}
