// Sources that give their bytes in other pieces than anybody expects.
#pragma once

#include <algorithm>
#include <random>

#include "cms/byte_stream.h"
#include "tests/catch.h"

namespace signet::cms::test {

/// `bytes` one by one; they must stay.
inline ByteSource bytewise(BytesView bytes) {
    return
        [source = memory_source(bytes)](std::span<std::uint8_t> buffer) { return source(buffer.first(1)); };
}

/// The seed of a test's random pieces: another one each run, shown when a check fails.
inline std::mt19937::result_type fresh_seed() {
    return std::random_device{}();
}

/// `bytes` in pieces of random sizes; they must stay.
inline ByteSource in_random_pieces(BytesView bytes, std::mt19937::result_type seed) {
    return
        [source = memory_source(bytes), random = std::mt19937(seed)](std::span<std::uint8_t> buffer) mutable {
            std::uniform_int_distribution<std::size_t> size(1, std::min<std::size_t>(buffer.size(), 700));
            return source(buffer.first(size(random)));
        };
}

}  // namespace signet::cms::test
