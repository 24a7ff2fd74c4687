// BER read octet by octet is what it is read at once.
#include <optional>

#include "cms/asn1/ber_reader.h"
#include "cms/error.h"
#include "tests/fuzz/property.h"

using namespace signet::cms;
using asn1::BerReader;
using asn1::Tag;
using signet::fuzz::property;

namespace {

constexpr std::size_t limit = std::size_t{1} << 16;

/// Goes into sequences, and takes all else as it comes; none if it is no BER.
std::optional<Bytes> walk(const ByteSource& source) {
    Bytes seen;
    try {
        BerReader reader(source, "input");
        std::size_t depth = 0;
        while (true) {
            if (reader.at_end()) {
                if (depth == 0)
                    break;
                reader.leave();
                --depth;
            } else if (reader.next_is(Tag::sequence)) {
                reader.enter(Tag::sequence);
                ++depth;
                property(depth <= BerReader::max_depth, "the depth is bounded");
            } else if (reader.next_is_string(Tag::octet_string)) {
                reader.octets(Tag::octet_string, appending_to(seen));
            } else {
                const Bytes element = reader.element(limit);
                property(element.size() <= limit, "an element is within its limit");
                seen.insert(seen.end(), element.begin(), element.end());
            }
        }
        reader.finish();
    } catch (const Error&) {
        return std::nullopt;
    }
    return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const BytesView bytes(data, size);
    std::size_t at = 0;
    const auto octet_by_octet = walk([&](std::span<std::uint8_t> buffer) -> std::size_t {
        if (at == bytes.size())
            return 0;
        buffer.front() = bytes[at++];
        return 1;
    });
    const auto at_once = walk(memory_source(bytes));
    property(at_once == octet_by_octet, "pieces make no difference");
    property(!at_once || at_once->size() <= size, "nothing comes out that did not go in");
    return 0;
}
