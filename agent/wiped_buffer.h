// Bytes on their way through a socket: PINs and keys among them.
#pragma once

#include "secret/secret.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

namespace signet::agent {

/// A queue of bytes that leaves none behind: what is taken out is overwritten, and so is every block that it
/// outgrows. Gives a large block back when it is empty. The caller bounds it.
class WipedBuffer {
  public:
    WipedBuffer() = default;
    ~WipedBuffer() { wipe(m_data.get(), m_capacity); }
    WipedBuffer(const WipedBuffer&) = delete;
    WipedBuffer& operator=(const WipedBuffer&) = delete;
    WipedBuffer(WipedBuffer&&) = delete;
    WipedBuffer& operator=(WipedBuffer&&) = delete;

    /// What is in it, from the front; good until the next change.
    [[nodiscard]] std::string_view view() const noexcept { return {m_data.get() + m_begin, size()}; }
    [[nodiscard]] std::size_t size() const noexcept { return m_end - m_begin; }
    [[nodiscard]] bool empty() const noexcept { return m_begin == m_end; }

    /// Room for `size` bytes or more, to be filled and then committed. Throws std::bad_alloc.
    std::span<char> prepare(std::size_t size) {
        if (m_capacity - m_end < size)
            make_room(size);
        return {m_data.get() + m_end, m_capacity - m_end};
    }
    /// The first `size` bytes of what prepare() gave are in it now; not more than it gave.
    void commit(std::size_t size) noexcept { m_end += size; }

    /// Takes `size` bytes out, at the front.
    void consume(std::size_t size) noexcept {
        wipe(m_data.get() + m_begin, size);
        m_begin += size;
        if (m_begin != m_end)
            return;
        m_begin = m_end = 0;
        if (m_capacity > kept_capacity) {
            m_data.reset();
            m_capacity = 0;
        }
    }

  private:
    static constexpr std::size_t kept_capacity = std::size_t{64} * 1024;
    static constexpr std::size_t least_capacity = std::size_t{16} * 1024;

    void make_room(std::size_t more) {
        const std::size_t held = size();
        const bool fits = m_capacity >= held + more;
        if (fits && m_begin >= held) {
            std::memcpy(m_data.get(), m_data.get() + m_begin, held);
            wipe(m_data.get() + m_begin, held);
        } else {
            const std::size_t capacity =
                std::max({least_capacity, held + more, fits ? m_capacity : 2 * m_capacity});
            auto data = std::make_unique<char[]>(capacity);
            if (held > 0)
                std::memcpy(data.get(), m_data.get() + m_begin, held);
            wipe(m_data.get(), m_capacity);
            m_data = std::move(data);
            m_capacity = capacity;
        }
        m_begin = 0;
        m_end = held;
    }

    std::unique_ptr<char[]> m_data;
    std::size_t m_capacity = 0;
    std::size_t m_begin = 0;
    std::size_t m_end = 0;
};

}  // namespace signet::agent
