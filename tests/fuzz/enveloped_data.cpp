// What an AEAD protects never opens with a key that nobody used, and a message says the same as it comes and
// in memory.
#include <optional>

#include "cms/content_decryption.h"
#include "cms/enveloped_data_reader.h"
#include "cms/error.h"
#include "cms/recipient_info.h"
#include "tests/fuzz/property.h"

using namespace signet;
using namespace signet::cms;
using signet::fuzz::property;

namespace {

std::optional<EnvelopedMessage> parse(BytesView message) {
    try {
        return parse_enveloped(message);
    } catch (const Error&) {
        return std::nullopt;
    }
}

/// Octet by octet.
std::optional<EnvelopedMessage> parse_as_it_comes(BytesView message) {
    std::size_t at = 0;
    const ByteSource source = [&](std::span<std::uint8_t> buffer) -> std::size_t {
        if (at == message.size())
            return 0;
        buffer.front() = message[at++];
        return 1;
    };
    try {
        EnvelopedDataReader reader(source);
        EnvelopedMessage parsed;
        static_cast<EnvelopedHead&>(parsed) = reader.head();
        reader.read_content(appending_to(parsed.encrypted_content));
        static_cast<EnvelopedTail&>(parsed) = reader.read_rest();
        return parsed;
    } catch (const Error&) {
        return std::nullopt;
    }
}

void decrypt(const EnvelopedMessage& message) {
    Secret key(key_size(message.cipher));
    for (std::size_t i = 0; i < key.size(); ++i)
        key.data()[i] = static_cast<unsigned char>(0x5A + i);
    try {
        (void)decrypt_content(message, key);
    } catch (const Error&) {
        return;
    }
    property(!message.authenticated, "no AEAD opens with another key");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const BytesView message(data, size);
    const auto whole = parse(message);
    const auto pieces = parse_as_it_comes(message);
    property(whole.has_value() == pieces.has_value(), "a message parses in memory as it does when it comes");
    if (!whole)
        return 0;
    property(whole->encrypted_content == pieces->encrypted_content && whole->tag == pieces->tag &&
                 whole->recipient_infos == pieces->recipient_infos,
             "its parts are the same");
    property(whole->authenticated == is_aead(whole->cipher), "an AEAD stands in AuthEnvelopedData alone");
    property(!whole->authenticated || (whole->tag.size() >= 12 && whole->tag.size() <= 16),
             "tags have 12 to 16 octets");
    decrypt(*whole);
    return 0;
}
