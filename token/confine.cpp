#include "token/confine.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <system_error>

namespace signet::token {

namespace {

void must(int result, const char* what) {
    if (result != 0)
        throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

void confine(int last_descriptor) {
    must(prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0), "PR_SET_PDEATHSIG");
    must(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0), "PR_SET_DUMPABLE");
    const rlimit no_core{0, 0};
    must(setrlimit(RLIMIT_CORE, &no_core), "RLIMIT_CORE");
    must(close_range(static_cast<unsigned>(last_descriptor) + 1, ~0U, 0), "close_range");
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE})
        std::signal(signal, SIG_IGN);
}

}  // namespace signet::token
