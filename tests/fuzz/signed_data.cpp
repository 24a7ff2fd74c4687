// Nothing verifies while nobody is trusted, and a message says the same as it comes and in memory.
#include <optional>

#include "cms/asn1/codec.h"
#include "cms/error.h"
#include "cms/signed_data_reader.h"
#include "cms/signed_data_verifier.h"
#include "tests/fuzz/property.h"

using namespace signet::cms;
using signet::fuzz::property;

namespace {

std::optional<SignedDataResult> verify(BytesView message, bool legacy) {
    VerifyOptions options;
    options.path.legacy = legacy;
    try {
        return verify_signed_data(
            message, [](const ByteSink& feed) { feed(as_bytes("content")); }, options);
    } catch (const Error&) {
        return std::nullopt;
    }
}

/// In pieces of three bytes.
std::optional<SignedDataResult> verify_as_it_comes(BytesView message) {
    std::size_t at = 0;
    const ByteSource source = [&](std::span<std::uint8_t> buffer) {
        const std::size_t size = std::min({buffer.size(), message.size() - at, std::size_t{3}});
        std::copy_n(message.begin() + static_cast<std::ptrdiff_t>(at), size, buffer.begin());
        at += size;
        return size;
    };
    Bytes content;
    try {
        return verify_signed_data(source, [](const ByteSink& feed) { feed(as_bytes("content")); },
                                  appending_to(content), {});
    } catch (const Error&) {
        return std::nullopt;
    }
}

void re_encode(BytesView message) {
    try {
        SignedDataReader reader(memory_source(message));
        const auto rest = reader.read_rest();
        const Bytes encoding = asn1::encode(*rest);
        const auto again = asn1::decode<asn1::SignedData>(encoding, "SignedData");
        property(asn1::encode(*again) == encoding, "a SignedData that parses encodes the same again");
    } catch (const Error&) {
        return;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const BytesView message(data, size);
    const auto strict = verify(message, false);
    const auto legacy = verify(message, true);
    property(!strict || !strict->holds(), "nothing holds while nobody is trusted");
    property(!legacy || !legacy->holds(), "nothing holds with --legacy while nobody is trusted");
    const auto streamed = verify_as_it_comes(message);
    property(strict.has_value() == streamed.has_value(),
             "a message parses in memory as it does when it comes");
    if (strict)
        property(strict->signers.size() == streamed->signers.size() && strict->attached == streamed->attached,
                 "it has the same signers");
    re_encode(message);
    return 0;
}
