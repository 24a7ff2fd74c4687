// Owner of a file descriptor.
#pragma once

#include <unistd.h>

#include <utility>

namespace signet::agent {

/// Closes it at the end. Movable, not copyable: two owners would close a number that somebody else got since.
class UniqueDescriptor {
  public:
    UniqueDescriptor() noexcept = default;
    explicit UniqueDescriptor(int descriptor) noexcept : m_descriptor(descriptor) {}
    ~UniqueDescriptor() { reset(); }
    UniqueDescriptor(UniqueDescriptor&& other) noexcept
        : m_descriptor(std::exchange(other.m_descriptor, -1)) {}
    UniqueDescriptor& operator=(UniqueDescriptor&& other) noexcept {
        if (this != &other) {
            reset();
            m_descriptor = std::exchange(other.m_descriptor, -1);
        }
        return *this;
    }
    UniqueDescriptor(const UniqueDescriptor&) = delete;
    UniqueDescriptor& operator=(const UniqueDescriptor&) = delete;

    void reset() noexcept {
        if (m_descriptor >= 0)
            ::close(std::exchange(m_descriptor, -1));
    }
    [[nodiscard]] int get() const noexcept { return m_descriptor; }
    /// Gives up ownership.
    [[nodiscard]] int release() noexcept { return std::exchange(m_descriptor, -1); }
    explicit operator bool() const noexcept { return m_descriptor >= 0; }

  private:
    int m_descriptor = -1;
};

}  // namespace signet::agent
