// Memory for PINs, unwrapped keys and shared secrets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace signet {

/// Overwrites `size` bytes at `data` in a way that the compiler does not remove.
void wipe(void* data, std::size_t size) noexcept;

/// Overwrites the characters of `text`, its unused capacity included, and empties it.
void wipe(std::string& text) noexcept;

/// Owns a few bytes that must not be swapped out, dumped, printed or left behind.
///
/// The bytes lie in pages of their own that are locked (mlock), left out of core dumps, and overwritten
/// before they are given back. Movable, not copyable: copies are made by name, with `clone`. There is no way
/// to stream or format a Secret. Not synchronised: one thread at a time.
class Secret {
  public:
    Secret() noexcept = default;

    /// `size` zero bytes. Throws std::system_error if the memory cannot be had or locked (RLIMIT_MEMLOCK).
    explicit Secret(std::size_t size);

    /// A copy of `bytes`; the caller wipes its own. Throws as above.
    explicit Secret(std::span<const std::uint8_t> bytes);

    /// Moves the characters of `text` in here and wipes `text`, also when it throws (as above).
    static Secret take(std::string& text);

    ~Secret();
    Secret(Secret&& other) noexcept;
    Secret& operator=(Secret&& other) noexcept;
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;

    /// A second copy. Throws as the constructor does.
    [[nodiscard]] Secret clone() const;

    /// Shortens to `size` bytes and wipes the rest. `size` must not be above size().
    void truncate(std::size_t size) noexcept;

    [[nodiscard]] std::size_t size() const noexcept { return m_size; }
    [[nodiscard]] bool empty() const noexcept { return m_size == 0; }
    [[nodiscard]] std::uint8_t* data() noexcept { return m_data; }
    [[nodiscard]] const std::uint8_t* data() const noexcept { return m_data; }
    [[nodiscard]] std::span<std::uint8_t> bytes() noexcept { return {m_data, m_size}; }
    [[nodiscard]] std::span<const std::uint8_t> bytes() const noexcept { return {m_data, m_size}; }

    /// The bytes as characters, for an interface that wants a PIN as text. A view: nothing is copied.
    [[nodiscard]] std::string_view reveal() const noexcept;

  private:
    void release() noexcept;

    std::uint8_t* m_data = nullptr;
    std::size_t m_size = 0;
    std::size_t m_mapped = 0;
};

/// Whether two secrets hold the same bytes, in a time that depends on their sizes alone.
[[nodiscard]] bool equal(const Secret& a, const Secret& b) noexcept;

}  // namespace signet
