#include "client/mail/compressed_message.h"

#include "client/mail/encrypted_message.h"
#include "client/mail/error.h"
#include "client/mail/smime_part.h"

#include <algorithm>
#include <array>

namespace signet::client::mail {

namespace {

/// Whether the ContentInfo in `content` says that it is a CompressedData: for parts whose smime-type is
/// missing.
bool names_compressed_data(const cms::Bytes& content) {
    constexpr std::array<std::uint8_t, 13> id_compressed_data{0x06, 0x0B, 0x2A, 0x86, 0x48, 0x86, 0xF7,
                                                              0x0D, 0x01, 0x09, 0x10, 0x01, 0x09};
    constexpr std::size_t head = 32;
    const auto end = content.begin() + static_cast<std::ptrdiff_t>(std::min(head, content.size()));
    return std::search(content.begin(), end, id_compressed_data.begin(), id_compressed_data.end()) != end;
}

}  // namespace

std::string make_compressed(std::string_view header, std::string_view entity) {
    cms::Bytes message;
    cms::ContentCompression compression(cms::appending_to(message));
    compression.update(cms::as_bytes(entity));
    compression.finish();
    return std::string(header) + smime_part("compressed-data", message);
}

std::optional<cms::Bytes> take_apart_compressed(const Entity& message) {
    auto content = smime_content(message, {"compressed-data"});
    if (content && !names_compressed_data(*content)) {
        content.reset();
    }
    return content;
}

std::string expanded_entity(const cms::Bytes& compressed, const cms::ExpansionLimit& limit) {
    cms::Bytes content;
    const auto type = cms::decompress(cms::memory_source(compressed), cms::appending_to(content), limit);
    auto nested = nested_entity(type, content);
    return nested ? *std::move(nested) : std::string(cms::as_text(content));
}

std::string Expansions::expand(const cms::Bytes& compressed) {
    constexpr std::size_t most = 8;
    if (++m_count > most) {
        throw Error(ErrorCode::malformed, "it is compressed more than 8 times");
    }
    if (m_count == 1) {
        m_limit.size = std::min(m_limit.size, std::max(m_limit.free_size, m_limit.ratio * compressed.size()));
    }
    return expanded_entity(compressed, m_limit);
}

}  // namespace signet::client::mail
