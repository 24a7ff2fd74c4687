// The addresses of a host, which a name server may keep one waiting for.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace signet::client {

/// The numeric addresses of a host. Throws std::exception. May block for as long as it likes, on a thread of
/// its own that may be left behind: whatever it needs it must own.
using NameLookup = std::function<std::vector<std::string>(const std::string& host)>;

/// Asks the system (getaddrinfo). Throws std::runtime_error; its text says that of the host.
[[nodiscard]] std::vector<std::string> look_up_name(const std::string& host);

/// A lookup on a thread of its own, which nobody waits for: whoever gives up destroys this, and the thread
/// ends when the lookup does, or with the process.
class PendingLookup {
  public:
    /// Begins. Throws std::system_error if there can be no thread.
    PendingLookup(NameLookup lookup, std::string host);

    /// A descriptor of the caller's own that can be read once the lookup has ended. Throws std::system_error.
    [[nodiscard]] int ended_descriptor() const;
    /// What it found, once it has ended. Throws std::runtime_error with the lookup's text if it failed.
    [[nodiscard]] std::vector<std::string> addresses() const;

  private:
    struct Shared;
    static void run(const Shared& shared);

    std::shared_ptr<Shared> m_shared;
};

}  // namespace signet::client
