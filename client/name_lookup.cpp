#include "client/name_lookup.h"

#include <fcntl.h>
#include <netdb.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <mutex>
#include <stdexcept>
#include <system_error>
#include <thread>

#include "client/file_descriptor.h"

namespace signet::client {

namespace {

constexpr std::size_t max_addresses = 16;

/// Signals are for the threads that are there already.
class BlockedSignals {
  public:
    BlockedSignals() noexcept {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &m_before);
    }
    ~BlockedSignals() { pthread_sigmask(SIG_SETMASK, &m_before, nullptr); }
    BlockedSignals(const BlockedSignals&) = delete;
    BlockedSignals& operator=(const BlockedSignals&) = delete;
    BlockedSignals(BlockedSignals&&) = delete;
    BlockedSignals& operator=(BlockedSignals&&) = delete;

  private:
    sigset_t m_before{};
};

}  // namespace

struct PendingLookup::Shared {
    NameLookup lookup;
    std::string host;
    FileDescriptor ended{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    mutable std::mutex mutex;
    mutable std::vector<std::string> addresses;
    mutable std::string trouble = "it was not looked up";
};

std::vector<std::string> look_up_name(const std::string& host) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_ADDRCONFIG;
    addrinfo* found = nullptr;
    const int error = getaddrinfo(host.c_str(), nullptr, &hints, &found);
    if (error != 0)
        throw std::runtime_error("the host " + host + " is not found: " + gai_strerror(error));
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, freeaddrinfo);
    std::vector<std::string> addresses;
    for (const addrinfo* one = found; one != nullptr && addresses.size() < max_addresses;
         one = one->ai_next) {
        std::array<char, NI_MAXHOST> text{};
        if (getnameinfo(one->ai_addr, one->ai_addrlen, text.data(), text.size(), nullptr, 0,
                        NI_NUMERICHOST) == 0)
            addresses.emplace_back(text.data());
    }
    return addresses;
}

PendingLookup::PendingLookup(NameLookup lookup, std::string host) : m_shared(std::make_shared<Shared>()) {
    m_shared->lookup = std::move(lookup);
    m_shared->host = std::move(host);
    if (!m_shared->ended.is_open())
        throw std::system_error(errno, std::generic_category(), "no eventfd");
    const BlockedSignals blocked;
    std::thread([shared = m_shared] { run(*shared); }).detach();
}

void PendingLookup::run(const Shared& shared) {
    std::vector<std::string> addresses;
    std::string trouble;
    try {
        addresses = shared.lookup(shared.host);
    } catch (const std::exception& error) {
        trouble = error.what();
    }
    {
        const std::lock_guard lock(shared.mutex);
        shared.addresses = std::move(addresses);
        shared.trouble = std::move(trouble);
    }
    (void)eventfd_write(shared.ended.get(), 1);
}

int PendingLookup::ended_descriptor() const {
    const int descriptor = fcntl(m_shared->ended.get(), F_DUPFD_CLOEXEC, 0);
    if (descriptor < 0)
        throw std::system_error(errno, std::generic_category(), "no descriptor");
    return descriptor;
}

std::vector<std::string> PendingLookup::addresses() const {
    const std::lock_guard lock(m_shared->mutex);
    if (!m_shared->trouble.empty())
        throw std::runtime_error(m_shared->trouble);
    return m_shared->addresses;
}

}  // namespace signet::client
