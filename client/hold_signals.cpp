#include "client/hold_signals.h"

namespace signet::client {

HoldSignals::HoldSignals() noexcept {
    sigset_t held;
    sigemptyset(&held);
    sigaddset(&held, SIGHUP);
    sigaddset(&held, SIGINT);
    sigaddset(&held, SIGQUIT);
    sigaddset(&held, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &held, &m_before);
}

HoldSignals::~HoldSignals() {
    pthread_sigmask(SIG_SETMASK, &m_before, nullptr);
}

}  // namespace signet::client
