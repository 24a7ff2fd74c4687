// Content that comes in pieces, in either direction.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "cms/bytes.h"

namespace signet::cms {

/// Reads on: how many bytes came into `buffer`, which is not empty; 0 at the end, and only there. What it
/// throws goes to whoever reads.
using ByteSource = std::function<std::size_t(std::span<std::uint8_t> buffer)>;

/// Takes the next piece of a content; the bytes are the caller's and gone when it returns. What it throws
/// ends what feeds it.
using ByteSink = std::function<void(BytesView piece)>;

/// Gives a content from its beginning, to `feed`: each piece in order, and then returns. What it throws goes
/// to whoever asked for the content.
using ContentSource = std::function<void(const ByteSink& feed)>;

/// `bytes` as a source. They are not copied and must stay as long as it.
[[nodiscard]] ByteSource memory_source(BytesView bytes);

/// A sink that appends to `to`, which must stay as long as it.
[[nodiscard]] ByteSink appending_to(Bytes& to);

}  // namespace signet::cms
