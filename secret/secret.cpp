#include "secret/secret.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace signet {

void wipe(void* data, std::size_t size) noexcept {
    if (size != 0)
        explicit_bzero(data, size);
}

void wipe(std::string& text) noexcept {
    // Growing to the capacity never allocates, and reaches what an earlier, longer value left behind.
    text.resize(text.capacity());
    wipe(text.data(), text.size());
    text.clear();
}

Secret::Secret(std::size_t size) {
    if (size == 0)
        return;
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    const std::size_t mapped = (size + page - 1) / page * page;
    void* memory = mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        throw std::system_error(errno, std::generic_category(), "no memory for a secret");
    if (mlock(memory, mapped) != 0 || madvise(memory, mapped, MADV_DONTDUMP) != 0) {
        const int error = errno;
        munmap(memory, mapped);
        throw std::system_error(error, std::generic_category(), "cannot lock the memory of a secret");
    }
    m_data = static_cast<std::uint8_t*>(memory);
    m_size = size;
    m_mapped = mapped;
}

Secret::Secret(std::span<const std::uint8_t> bytes) : Secret(bytes.size()) {
    if (m_data != nullptr)
        std::memcpy(m_data, bytes.data(), bytes.size());
}

Secret Secret::take(std::string& text) {
    struct Wiper {
        std::string& text;
        ~Wiper() { wipe(text); }
    } wiper{text};
    return Secret({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

Secret::~Secret() {
    release();
}

Secret::Secret(Secret&& other) noexcept
    : m_data(std::exchange(other.m_data, nullptr)),
      m_size(std::exchange(other.m_size, 0)),
      m_mapped(std::exchange(other.m_mapped, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
    if (this != &other) {
        release();
        m_data = std::exchange(other.m_data, nullptr);
        m_size = std::exchange(other.m_size, 0);
        m_mapped = std::exchange(other.m_mapped, 0);
    }
    return *this;
}

Secret Secret::clone() const {
    return Secret(bytes());
}

void Secret::truncate(std::size_t size) noexcept {
    if (size < m_size) {
        wipe(m_data + size, m_size - size);
        m_size = size;
    }
}

std::string_view Secret::reveal() const noexcept {
    return {reinterpret_cast<const char*>(m_data), m_size};
}

void Secret::release() noexcept {
    if (m_data == nullptr)
        return;
    wipe(m_data, m_mapped);
    munmap(m_data, m_mapped);
    m_data = nullptr;
    m_size = m_mapped = 0;
}

bool equal(const Secret& a, const Secret& b) noexcept {
    if (a.size() != b.size())
        return false;
    unsigned difference = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        difference |= static_cast<unsigned>(a.data()[i] ^ b.data()[i]);
    return difference == 0;
}

}  // namespace signet
