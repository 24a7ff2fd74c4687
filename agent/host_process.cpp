#include "agent/host_process.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <cerrno>
#include <system_error>

namespace signet::agent {

HostProcess::Channel::Channel() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        throw std::system_error(errno, std::generic_category(), "socketpair");
    ours = UniqueDescriptor(ends[0]);
    theirs = UniqueDescriptor(ends[1]);
    // Only our end: the workers of signet-token block in recv.
    if (::fcntl(ours.get(), F_SETFL, O_NONBLOCK) != 0)
        throw std::system_error(errno, std::generic_category(), "fcntl");
}

HostProcess::HostProcess(Channel channel, const std::string& program,
                         const std::map<std::string, std::string>& environment)
    : m_channel(std::move(channel.ours)),
      m_process({.program = program, .environment = environment, .channel = channel.theirs.get()}) {}

}  // namespace signet::agent
