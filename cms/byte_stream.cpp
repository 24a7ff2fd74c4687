#include "cms/byte_stream.h"

#include <algorithm>

namespace signet::cms {

ByteSource memory_source(BytesView bytes) {
    return [bytes](std::span<std::uint8_t> buffer) mutable {
        const std::size_t count = std::min(buffer.size(), bytes.size());
        std::copy_n(bytes.begin(), count, buffer.begin());
        bytes = bytes.subspan(count);
        return count;
    };
}

ByteSink appending_to(Bytes& to) {
    return [&to](BytesView piece) { to.insert(to.end(), piece.begin(), piece.end()); };
}

}  // namespace signet::cms
