// Compressed mail (RFC 3274, RFC 8551 section 3.6).
#pragma once

#include "client/mail/entity.h"
#include "cms/bytes.h"
#include "cms/compressed_data.h"

#include <optional>
#include <string>
#include <string_view>

namespace signet::client::mail {

/// `entity` (canonical, header and body) as an application/pkcs7-mime part with compressed-data, behind
/// `header`. Throws cms::Error(failed).
[[nodiscard]] std::string make_compressed(std::string_view header, std::string_view entity);

/// The CompressedData in `message`, if its smime-type says so or, without one, its content; else none. Throws
/// Error(malformed) if it cannot be decoded.
[[nodiscard]] std::optional<cms::Bytes> take_apart_compressed(const Entity& message);

/// What is compressed in `compressed`, header and body, within `limit`. Throws cms::Error as cms::decompress.
[[nodiscard]] std::string expanded_entity(const cms::Bytes& compressed,
                                          const cms::ExpansionLimit& limit = {});

/// Expands what is compressed within one message, one after the other.
class Expansions {
  public:
    /// As expanded_entity, within what is in proportion to the first: each may be within the ratio, and all
    /// together a bomb. Throws Error(malformed) above 8 of them.
    [[nodiscard]] std::string expand(const cms::Bytes& compressed);

  private:
    cms::ExpansionLimit m_limit;
    std::size_t m_count = 0;
};

}  // namespace signet::client::mail
