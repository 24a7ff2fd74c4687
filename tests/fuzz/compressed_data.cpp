// CompressedData expands within its bound, the same however it comes; and what is compressed comes back.
#include "cms/compressed_data.h"

#include <algorithm>
#include <optional>

#include "cms/error.h"
#include "tests/fuzz/property.h"

using namespace signet::cms;
using signet::fuzz::property;

namespace {

constexpr ExpansionLimit limit{std::uint64_t{256} << 10, 50, 4096};

/// What comes out of a message that comes `piece` bytes at a time; none if it does not hold.
std::optional<Bytes> expand(BytesView message, std::size_t piece) {
    std::size_t at = 0;
    const ByteSource source = [&](std::span<std::uint8_t> buffer) {
        const std::size_t size = std::min({buffer.size(), message.size() - at, piece});
        std::copy_n(message.begin() + static_cast<std::ptrdiff_t>(at), size, buffer.begin());
        at += size;
        return size;
    };
    Bytes content;
    const ByteSink sink = [&content](BytesView bytes) {
        content.insert(content.end(), bytes.begin(), bytes.end());
        property(content.size() <= limit.size, "no more comes out than the bound allows");
    };
    try {
        property(!decompress(source, sink, limit).empty(), "there is a content type");
        property(content.size() <= std::max(limit.free_size, limit.ratio * message.size()),
                 "no more comes out than the ratio allows");
        return content;
    } catch (const Error&) {
        return std::nullopt;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const BytesView bytes(data, size);
    property(expand(bytes, size + 1) == expand(bytes, 3), "a message holds the same in pieces and whole");

    Bytes message;
    ContentCompression compression(appending_to(message));
    compression.update(bytes.first(size / 3));
    compression.update(bytes.subspan(size / 3));
    compression.finish();
    Bytes content;
    (void)decompress(memory_source(message), appending_to(content), {std::uint64_t{1} << 30, 2000, 0});
    property(std::equal(content.begin(), content.end(), bytes.begin(), bytes.end()),
             "what is compressed comes back");
    return 0;
}
