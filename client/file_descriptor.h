// The owner of an open file descriptor.
#pragma once

#include <unistd.h>

#include <utility>

namespace signet::client {

/// Closes what it owns. Movable, not copyable: two owners would close one descriptor twice.
class FileDescriptor {
  public:
    FileDescriptor() noexcept = default;
    explicit FileDescriptor(int descriptor) noexcept : m_descriptor(descriptor) {}
    ~FileDescriptor() { reset(); }
    FileDescriptor(FileDescriptor&& other) noexcept : m_descriptor(std::exchange(other.m_descriptor, -1)) {}
    FileDescriptor& operator=(FileDescriptor&& other) noexcept {
        if (this != &other) {
            reset();
            m_descriptor = std::exchange(other.m_descriptor, -1);
        }
        return *this;
    }
    FileDescriptor(const FileDescriptor&) = delete;
    FileDescriptor& operator=(const FileDescriptor&) = delete;

    [[nodiscard]] int get() const noexcept { return m_descriptor; }
    [[nodiscard]] bool is_open() const noexcept { return m_descriptor >= 0; }
    void reset() noexcept {
        if (m_descriptor >= 0)
            close(std::exchange(m_descriptor, -1));
    }

  private:
    int m_descriptor = -1;
};

}  // namespace signet::client
