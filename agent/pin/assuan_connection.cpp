#include "agent/pin/assuan_connection.h"

#include "agent/error.h"
#include "agent/pin/pinentry_text.h"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <assuan.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <new>

namespace signet::agent::pin {
namespace {

using boost::asio::posix::stream_descriptor;

/// Lines that say nothing (comments, status) before one answer, at most.
constexpr int max_idle_lines = 64;
/// How long a line may stay cut before it is looked at again.
constexpr std::chrono::milliseconds partial_line_pause{10};

[[noreturn]] void fail(const std::string& why) {
    throw Error(protocol::PIN_UNAVAILABLE, why,
                "try the pinentry by hand, set `pin` of the token in the configuration, or use "
                "`signet unlock --pin-stdin`");
}

/// libassuan writes with write(), which raises SIGPIPE when the child is gone: held back meanwhile, and taken
/// away if it came.
class WithoutSigpipe {
  public:
    WithoutSigpipe() noexcept {
        sigemptyset(&m_pipe);
        sigaddset(&m_pipe, SIGPIPE);
        sigset_t pending;
        sigpending(&pending);
        m_was_pending = sigismember(&pending, SIGPIPE) == 1;
        pthread_sigmask(SIG_BLOCK, &m_pipe, &m_before);
    }
    ~WithoutSigpipe() {
        const timespec at_once{};
        if (!m_was_pending)
            while (sigtimedwait(&m_pipe, nullptr, &at_once) < 0 && errno == EINTR) {
            }
        pthread_sigmask(SIG_SETMASK, &m_before, nullptr);
    }
    WithoutSigpipe(const WithoutSigpipe&) = delete;
    WithoutSigpipe& operator=(const WithoutSigpipe&) = delete;

  private:
    sigset_t m_pipe{};
    sigset_t m_before{};
    bool m_was_pending = false;
};

/// libassuan's line buffers stand in its context and see the PIN: its memory is a Secret's. Each block begins
/// with the Secret that owns it.
constexpr std::size_t block_header = 64;
static_assert(sizeof(Secret) <= block_header);

void* locked_malloc(std::size_t size) {
    try {
        Secret block(size + block_header);
        std::uint8_t* memory = block.data();
        new (memory) Secret(std::move(block));
        return memory + block_header;
    } catch (const std::exception&) {
        errno = ENOMEM;
        return nullptr;
    }
}

Secret* block_of(void* memory) {
    return std::launder(reinterpret_cast<Secret*>(static_cast<std::uint8_t*>(memory) - block_header));
}

void locked_free(void* memory) {
    if (memory == nullptr)
        return;
    const Secret block = std::move(*block_of(memory));
}

void* locked_realloc(void* memory, std::size_t size) {
    void* larger = locked_malloc(size);
    if (larger != nullptr && memory != nullptr) {
        std::memcpy(larger, memory, std::min(size, block_of(memory)->size() - block_header));
        locked_free(memory);
    }
    return larger;
}

/// Says no to every message, whatever the environment (ASSUAN_DEBUG) asks for.
int log_nothing(assuan_context_t /*context*/, void* /*data*/, unsigned /*category*/,
                const char* /*message*/) {
    return 0;
}

/// Whether the other side will send nothing more; what it sent may still be there to read.
bool has_hung_up(int socket) {
    pollfd state{socket, POLLRDHUP, 0};
    return poll(&state, 1, 0) > 0;
}

unsigned error_number(std::string_view text) {
    unsigned number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || number == 0)
        fail("pinentry answered an error without a number");
    return number;
}

}  // namespace

/// Shared with the handler of the timer, which may run when the connection is gone.
struct AssuanConnection::Watch {
    Watch(const boost::asio::any_io_executor& executor, int socket)
        : readable(executor, socket), limit(executor) {}
    stream_descriptor readable;
    boost::asio::steady_timer limit;
    bool is_over = false;

    void end() {
        is_over = true;
        readable.cancel();
    }
};

AssuanConnection::AssuanConnection(const boost::asio::any_io_executor& executor, int socket,
                                   std::chrono::milliseconds limit)
    : m_socket(socket) {
    try {
        m_peeked = Secret(ASSUAN_LINELENGTH);
        const int copy = dup(socket);
        if (copy < 0)
            fail("no descriptor for pinentry");
        m_watch = std::make_shared<Watch>(executor, copy);
        assuan_malloc_hooks hooks{locked_malloc, locked_realloc, locked_free};
        if (assuan_new_ext(&m_context, GPG_ERR_SOURCE_USER_1, &hooks, log_nothing, nullptr) != 0)
            fail("no memory for the dialogue with pinentry");
        m_watch->limit.expires_after(limit);
        const std::weak_ptr<Watch> watched = m_watch;
        m_watch->limit.async_wait([watched](const boost::system::error_code& error) {
            const auto watch = watched.lock();
            if (!error && watch)
                watch->end();
        });
    } catch (...) {
        release();
        throw;
    }
}

AssuanConnection::~AssuanConnection() {
    release();
}

void AssuanConnection::give_up() {
    m_watch->end();
}

void AssuanConnection::release() noexcept {
    if (m_context != nullptr) {
        // Says BYE and closes the socket, if it has taken it over.
        const WithoutSigpipe guard;
        assuan_release(m_context);
        m_context = nullptr;
    }
    if (m_socket >= 0)
        close(m_socket);
    m_socket = -1;
    m_watch.reset();
}

boost::asio::awaitable<void> AssuanConnection::wait_for_line() {
    while (m_context != nullptr) {
        if (m_watch->is_over)
            throw Error(protocol::PIN_CANCELLED, "nobody entered a PIN in time", "ask again");
        if (assuan_pending_line(m_context) != 0)
            co_return;
        // Asked before the peek, which then sees all there will be.
        const bool is_last = has_hung_up(m_watch->readable.native_handle());
        const ssize_t size = recv(m_watch->readable.native_handle(), m_peeked.data(), m_peeked.size(),
                                  MSG_PEEK | MSG_DONTWAIT);
        if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR))
            fail("pinentry ended without an answer");
        const auto peeked = size > 0 ? static_cast<std::size_t>(size) : 0;
        if (peeked != 0 && std::memchr(m_peeked.data(), '\n', peeked) != nullptr)
            co_return;
        if (peeked == m_peeked.size())
            fail("pinentry sent a line that is too long");
        if (is_last)
            fail("pinentry ended without an answer");
        boost::system::error_code error;
        auto token = boost::asio::redirect_error(boost::asio::use_awaitable, error);
        if (peeked == 0) {
            co_await m_watch->readable.async_wait(stream_descriptor::wait_read, token);
        } else {
            boost::asio::steady_timer pause(m_watch->limit.get_executor(), partial_line_pause);
            co_await pause.async_wait(token);
        }
    }
}

boost::asio::awaitable<std::string_view> AssuanConnection::read_line() {
    co_await wait_for_line();
    char* line = nullptr;
    std::size_t size = 0;
    if (assuan_read_line(m_context, &line, &size) != 0)
        fail("pinentry sent no line of Assuan");
    co_return std::string_view(line, size);
}

boost::asio::awaitable<void> AssuanConnection::greet() {
    co_await wait_for_line();
    // libassuan would go on reading, and wait, after anything but an answer.
    if (std::memcmp(m_peeked.data(), "OK", 2) != 0)
        fail("pinentry did not greet");
    const int socket = std::exchange(m_socket, -1);
    if (assuan_socket_connect_fd(m_context, socket, 0) != 0)
        fail("pinentry did not greet");
}

void AssuanConnection::send(const std::string& command) {
    const WithoutSigpipe guard;
    if (assuan_write_line(m_context, command.c_str()) != 0)
        fail("pinentry ended without an answer");
}

boost::asio::awaitable<unsigned> AssuanConnection::read_answer(Secret& data) {
    std::size_t received = 0;
    int idle = 0;
    while (true) {
        const std::string_view line = co_await read_line();
        assuan_response_t kind = ASSUAN_RESPONSE_ERROR;
        int offset = 0;
        if (!line.empty() && assuan_client_parse_response(m_context, const_cast<char*>(line.data()),
                                                          static_cast<int>(line.size()), &kind, &offset) != 0)
            fail("pinentry sent what is no answer of Assuan");
        const std::string_view rest = line.substr(static_cast<std::size_t>(offset));
        if (!line.empty() && kind == ASSUAN_RESPONSE_OK) {
            data.truncate(received);
            co_return 0;
        }
        if (!line.empty() && kind == ASSUAN_RESPONSE_ERROR)
            co_return error_number(rest);
        if (!line.empty() && kind == ASSUAN_RESPONSE_DATA)
            received = append_unescaped(rest, data, received);
        else if (!line.empty() && kind != ASSUAN_RESPONSE_STATUS && kind != ASSUAN_RESPONSE_COMMENT)
            fail("pinentry asked back");
        if (++idle > max_idle_lines)
            fail("pinentry talks without an answer");
    }
}

boost::asio::awaitable<unsigned> AssuanConnection::command(const std::string& command) {
    send(command);
    Secret nothing;
    co_return co_await read_answer(nothing);
}

boost::asio::awaitable<unsigned> AssuanConnection::command_for_secret(const std::string& command,
                                                                      Secret& data) {
    assuan_begin_confidential(m_context);
    send(command);
    co_return co_await read_answer(data);
}

}  // namespace signet::agent::pin
