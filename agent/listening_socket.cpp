#include "agent/listening_socket.h"

#include "agent/error.h"

#include <fcntl.h>
#include <grp.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace signet::agent {

namespace {

constexpr int backlog = 128;
constexpr int lock_tries = 250;
constexpr auto lock_pause = std::chrono::milliseconds{20};
constexpr mode_t folder_mode = 0700;
constexpr mode_t private_umask = 077;

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& why, const std::string& advice) {
    throw Error(protocol::INTERNAL, path.string() + ": " + why, advice);
}

[[noreturn]] void fail_with_errno(const std::filesystem::path& path, const char* what) {
    fail(path, std::string(what) + ": " + std::generic_category().message(errno), "choose another --socket");
}

sockaddr_un address_of(const std::filesystem::path& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.native().size() >= sizeof address.sun_path)
        fail(path, "the path is too long for a socket", "choose a shorter --socket");
    std::memcpy(address.sun_path, path.c_str(), path.native().size());
    return address;
}

UniqueDescriptor new_socket(int flags) {
    UniqueDescriptor descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0));
    if (!descriptor)
        throw std::system_error(errno, std::generic_category(), "socket");
    return descriptor;
}

/// Removes a socket that nobody listens on; nothing else is ever removed.
void clear_the_way(const std::filesystem::path& path, const sockaddr_un& address) {
    struct stat found {};
    if (::lstat(path.c_str(), &found) != 0) {
        if (errno == ENOENT)
            return;
        fail_with_errno(path, "cannot be looked at");
    }
    if (!S_ISSOCK(found.st_mode))
        fail(path, "is there already and is no socket", "remove it, or choose another --socket");
    const auto probe = new_socket(SOCK_NONBLOCK);
    const int connected = ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
    // EAGAIN: somebody listens, and has much to do.
    if (connected == 0 || errno == EAGAIN)
        fail(path, "another agent is listening there", "use that one, or choose another --socket");
    if (errno == ENOENT)
        return;
    if (errno != ECONNREFUSED)
        fail_with_errno(path, "cannot be connected to");
    if (::unlink(path.c_str()) != 0 && errno != ENOENT)
        fail_with_errno(path, "is dead but cannot be removed");
}

/// Held while a dead socket is removed and bound again: of two agents that start at once, one must lose.
UniqueDescriptor lock_folder(const std::filesystem::path& path) {
    const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
    UniqueDescriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!descriptor)
        fail_with_errno(folder, "cannot be opened");
    for (int tries = 0; ::flock(descriptor.get(), LOCK_EX | LOCK_NB) != 0; ++tries) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            fail_with_errno(folder, "cannot be locked");
        if (tries >= lock_tries)
            fail(folder, "another program holds its lock", "end that program, or choose another --socket");
        std::this_thread::sleep_for(lock_pause);
    }
    return descriptor;
}

gid_t group_id(const std::filesystem::path& path, const std::string& name) {
    std::vector<char> buffer(std::size_t{64} * 1024);
    group entry{};
    group* found = nullptr;
    if (::getgrnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr)
        return found->gr_gid;
    char* end = nullptr;
    errno = 0;
    const unsigned long number = std::strtoul(name.c_str(), &end, 10);
    const bool is_number =
        !name.empty() && *end == '\0' && errno == 0 && name.front() != '-' && number < static_cast<gid_t>(-1);
    if (!is_number)
        fail(path, "there is no group \"" + name + "\"", "mend socket-group");
    return static_cast<gid_t>(number);
}

class Umask {
  public:
    explicit Umask(mode_t mask) : m_before(::umask(mask)) {}
    ~Umask() { ::umask(m_before); }
    Umask(const Umask&) = delete;
    Umask& operator=(const Umask&) = delete;

  private:
    mode_t m_before;
};

}  // namespace

std::filesystem::path default_socket_path() {
    const char* runtime = std::getenv("XDG_RUNTIME_DIR");
    const bool usable = runtime != nullptr && *runtime == '/';
    return std::filesystem::path(usable ? runtime : "/run") / "signet" / "agent.sock";
}

std::optional<ListeningSocket> ListeningSocket::from_service_manager() {
    const int passed = ::sd_listen_fds(1);
    if (passed == 0)
        return std::nullopt;
    if (passed != 1 || ::sd_is_socket_unix(SD_LISTEN_FDS_START, SOCK_STREAM, 1, nullptr, 0) <= 0)
        throw Error(protocol::INTERNAL,
                    "the service manager passed something else than one listening Unix socket",
                    "mend the .socket unit");
    ListeningSocket listening;
    listening.m_descriptor = UniqueDescriptor(SD_LISTEN_FDS_START);
    if (::fcntl(SD_LISTEN_FDS_START, F_SETFD, FD_CLOEXEC) != 0)
        throw std::system_error(errno, std::generic_category(), "fcntl");
    return listening;
}

ListeningSocket ListeningSocket::at(const std::filesystem::path& path, mode_t mode,
                                    const std::optional<std::string>& group, bool make_folder) {
    const auto address = address_of(path);
    ListeningSocket listening;
    if (make_folder && path.has_parent_path() && ::mkdir(path.parent_path().c_str(), folder_mode) != 0 &&
        errno != EEXIST)
        fail_with_errno(path.parent_path(), "cannot be made");
    const auto lock = lock_folder(path);
    clear_the_way(path, address);
    listening.m_descriptor = new_socket(0);
    {
        const Umask umask(private_umask);
        if (::bind(listening.m_descriptor.get(), reinterpret_cast<const sockaddr*>(&address),
                   sizeof address) != 0)
            fail_with_errno(path, "cannot be bound");
    }
    struct stat made {};
    if (::lstat(path.c_str(), &made) != 0)
        fail_with_errno(path, "cannot be looked at");
    listening.m_path = path;
    listening.m_device = made.st_dev;
    listening.m_inode = made.st_ino;
    if (group && ::lchown(path.c_str(), static_cast<uid_t>(-1), group_id(path, *group)) != 0)
        fail_with_errno(path, "cannot be given to socket-group");
    if (::chmod(path.c_str(), mode) != 0)
        fail_with_errno(path, "cannot be given its mode");
    if (::listen(listening.m_descriptor.get(), backlog) != 0)
        fail_with_errno(path, "cannot be listened on");
    return listening;
}

ListeningSocket::ListeningSocket(ListeningSocket&& other) noexcept
    : m_descriptor(std::move(other.m_descriptor)),
      m_path(std::exchange(other.m_path, {})),
      m_device(other.m_device),
      m_inode(other.m_inode) {}

ListeningSocket::~ListeningSocket() {
    struct stat found {};
    const bool ours = !m_path.empty() && ::lstat(m_path.c_str(), &found) == 0 && S_ISSOCK(found.st_mode) &&
                      found.st_dev == m_device && found.st_ino == m_inode;
    if (ours)
        ::unlink(m_path.c_str());
}

}  // namespace signet::agent
