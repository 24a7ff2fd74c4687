// Signals that would end the process, held back for a moment.
#pragma once

#include <csignal>

namespace signet::client {

/// From construction to destruction, SIGHUP, SIGINT, SIGQUIT and SIGTERM stay pending for this thread; then
/// they act. For moments that never wait for anybody.
class HoldSignals {
  public:
    HoldSignals() noexcept;
    ~HoldSignals();
    HoldSignals(const HoldSignals&) = delete;
    HoldSignals& operator=(const HoldSignals&) = delete;

  private:
    sigset_t m_before{};
};

}  // namespace signet::client
