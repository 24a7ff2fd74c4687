// A buffer for content that may be nobody else's.
#pragma once

#include <cstddef>

#include "cms/bytes.h"
#include "secret/secret.h"

namespace signet::client {

/// Bytes that are overwritten before they are given back. Unlike a Secret's, they are not locked: content is
/// more than may be.
class WipedBytes {
  public:
    explicit WipedBytes(std::size_t size) : m_bytes(size) {}
    ~WipedBytes() { wipe(m_bytes.data(), m_bytes.size()); }
    WipedBytes(const WipedBytes&) = delete;
    WipedBytes& operator=(const WipedBytes&) = delete;

    [[nodiscard]] std::uint8_t* data() noexcept { return m_bytes.data(); }
    [[nodiscard]] std::size_t size() const noexcept { return m_bytes.size(); }
    /// The first `size` of them.
    [[nodiscard]] cms::BytesView first(std::size_t size) const noexcept {
        return cms::BytesView(m_bytes).first(size);
    }

  private:
    cms::Bytes m_bytes;
};

}  // namespace signet::client
