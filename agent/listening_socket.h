// The agent's socket in the file system.
#pragma once

#include "agent/unique_descriptor.h"

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>

namespace signet::agent {

/// $XDG_RUNTIME_DIR/signet/agent.sock, else /run/signet/agent.sock.
std::filesystem::path default_socket_path();

/// A listening Unix stream socket. Its file is removed at the end if it is still this socket's.
class ListeningSocket {
  public:
    /// What systemd passed (sd_listen_fds); none if it passed nothing. Throws Error(INTERNAL) if that is not
    /// one listening Unix stream socket. systemd owns the file.
    static std::optional<ListeningSocket> from_service_manager();

    /// Binds `path`, with mode 0600 from the first moment, then `mode` and `group`. Makes the parent folder
    /// (mode 0700) if `make_folder`. Removes a socket at `path` that nobody listens on; throws
    /// Error(INTERNAL) if somebody does, if something else is at `path`, or if it cannot be bound.
    static ListeningSocket at(const std::filesystem::path& path, mode_t mode,
                              const std::optional<std::string>& group, bool make_folder);

    ~ListeningSocket();
    ListeningSocket(ListeningSocket&& other) noexcept;
    ListeningSocket& operator=(ListeningSocket&&) = delete;
    ListeningSocket(const ListeningSocket&) = delete;
    ListeningSocket& operator=(const ListeningSocket&) = delete;

    /// Given up to the caller; the file stays watched over here.
    [[nodiscard]] UniqueDescriptor take_descriptor() noexcept { return std::move(m_descriptor); }
    /// For people; empty for the service manager's.
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return m_path; }

  private:
    ListeningSocket() = default;

    UniqueDescriptor m_descriptor;
    /// Empty when there is nothing to remove.
    std::filesystem::path m_path;
    dev_t m_device = 0;
    ino_t m_inode = 0;
};

}  // namespace signet::agent
