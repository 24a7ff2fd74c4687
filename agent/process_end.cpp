#include "agent/process_end.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <poll.h>

namespace signet::agent {

namespace {

bool is_readable(int descriptor) noexcept {
    pollfd asked{descriptor, POLLIN, 0};
    return ::poll(&asked, 1, 0) == 1;
}

}  // namespace

boost::asio::awaitable<bool> process_ended(boost::asio::posix::stream_descriptor& pidfd) {
    do {
        boost::system::error_code failed;
        auto token = boost::asio::redirect_error(boost::asio::use_awaitable, failed);
        co_await pidfd.async_wait(boost::asio::posix::stream_descriptor::wait_read, token);
        if (failed)
            co_return false;
    } while (!is_readable(pidfd.native_handle()));
    co_return true;
}

}  // namespace signet::agent
