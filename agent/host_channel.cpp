#include "agent/host_channel.h"

#include "token/protocol/datagram.h"
#include "token/protocol/request_pins.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace signet::agent {

namespace {

using token::protocol::Request;

/// Whether `size` bytes were sent, would block (nothing happened), or cannot be sent any more.
enum class Sent { yes, would_block, broken };

/// Times that the limit of a request may begin anew.
constexpr int most_limits = 10;
/// A second, of slots that have changed: signet-token sends a few at most.
constexpr int max_reports = 32;

Sent send_datagram(int socket, const std::string& datagram) {
    ssize_t sent = -1;
    do {
        sent = ::send(socket, datagram.data(), datagram.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    } while (sent < 0 && errno == EINTR);
    if (sent >= 0)
        return Sent::yes;
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS ? Sent::would_block : Sent::broken;
}

void take_secret(std::string& output, Answer& answer) {
    try {
        answer.secret = Secret::take(output);
    } catch (const std::system_error& error) {
        answer.outcome = token::protocol::BAD_REQUEST;
        answer.what = std::string("no locked memory for the answer: ") + error.what();
    }
}

}  // namespace

HostChannel::HostChannel(asio::io_context& loop, UniqueDescriptor channel, std::function<void()> freed,
                         SlotsChanged slots_changed)
    : m_loop(loop),
      m_socket(loop),
      m_timer(loop),
      m_freed(std::move(freed)),
      m_slots_changed(std::move(slots_changed)),
      m_in(token::protocol::max_datagram + 1) {
    m_socket.assign(channel.get());
    static_cast<void>(channel.release());
    m_out.reserve(token::protocol::max_datagram);
}

void HostChannel::send(Request& request, Clock::duration limit, Completion<Answer> done) {
    request.set_id(++m_last_id);
    m_out.clear();
    const std::size_t size = request.ByteSizeLong();
    m_out.resize(size);
    request.SerializeWithCachedSizesToArray(reinterpret_cast<std::uint8_t*>(m_out.data()));
    const bool secret_input = token::protocol::wipe_pins(request);

    const bool secret_output = request.has_decrypt() || request.has_derive();
    const bool in_parts = request.has_scan() || request.has_load();
    m_pending.push_back({m_last_id, limit, secret_output, in_parts, std::nullopt, 0, {}, std::move(done)});
    if (m_pending.size() == 1)
        start_clock();

    // What cannot be sent is answered by run(), which sees the same broken channel.
    if (!m_unsent.empty() || send_datagram(m_socket.native_handle(), m_out) == Sent::would_block) {
        m_unsent.push_back(m_out);
        if (m_unsent.size() == 1)
            wait_to_flush();
    }
    if (secret_input)
        wipe(m_out);
}

void HostChannel::wait_to_flush() {
    m_socket.async_wait(asio::posix::stream_descriptor::wait_write,
                        [self = shared_from_this()](const boost::system::error_code& failed) {
                            if (!failed)
                                self->flush();
                        });
}

void HostChannel::flush() {
    while (!m_unsent.empty()) {
        if (send_datagram(m_socket.native_handle(), m_unsent.front()) == Sent::would_block)
            return wait_to_flush();
        wipe(m_unsent.front());
        m_unsent.pop_front();
    }
}

void HostChannel::start_clock() {
    auto& oldest = m_pending.front();
    const auto now = Clock::now();
    if (!oldest.end)
        oldest.end = now + most_limits * oldest.limit;
    m_deadline = std::min(now + oldest.limit, *oldest.end);
    // Operations have one limit, so that their deadlines follow one another, and the timer is left as it is.
    if (!m_watching || m_deadline < m_timer.expiry())
        watch_clock();
}

void HostChannel::watch_clock() {
    m_watching = true;
    m_timer.expires_at(m_deadline);
    m_timer.async_wait([held = weak_from_this()](const boost::system::error_code& cancelled) {
        const auto self = held.lock();
        if (!cancelled && self)
            self->look_at_clock();
    });
}

void HostChannel::look_at_clock() {
    // If it was the agent that was late, the answers are already there.
    while (m_trouble.empty() && receive_one()) {
    }
    m_watching = false;
    if (m_pending.empty() || !m_trouble.empty())
        return;
    m_late = m_deadline <= Clock::now();
    if (m_late)
        stop("passed the deadline of an operation");
    else
        watch_clock();
}

asio::awaitable<std::string> HostChannel::run() {
    while (m_trouble.empty()) {
        if (receive_one())
            continue;
        if (!m_trouble.empty())
            break;
        boost::system::error_code failed;
        auto token = asio::redirect_error(asio::use_awaitable, failed);
        co_await m_socket.async_wait(asio::posix::stream_descriptor::wait_read, token);
        if (failed)
            stop("cannot be waited for: " + failed.message());
    }
    finish_all();
    co_return m_trouble;
}

void HostChannel::close() {
    ::shutdown(m_socket.native_handle(), SHUT_RDWR);
}

void HostChannel::stop(std::string trouble) {
    if (m_trouble.empty())
        m_trouble = std::move(trouble);
    m_socket.cancel();
}

bool HostChannel::receive_one() {
    ssize_t size = -1;
    do {
        size = ::recv(m_socket.native_handle(), m_in.data(), m_in.size(), MSG_DONTWAIT);
    } while (size < 0 && errno == EINTR);
    if (size > 0) {
        take(static_cast<std::size_t>(size));
        return true;
    }
    if (size == 0)
        m_trouble = "closed its channel";
    else if (errno != EAGAIN && errno != EWOULDBLOCK)
        m_trouble = "cannot be received from: " + std::generic_category().message(errno);
    return false;
}

void HostChannel::take(std::size_t size) {
    const bool parsed =
        size <= token::protocol::max_datagram && m_reply.ParseFromArray(m_in.data(), static_cast<int>(size));
    // The ids of requests begin with 1.
    if (parsed && m_reply.id() == 0 && m_reply.has_slots_changed() && allows_report())
        return m_slots_changed(m_reply.slots_changed());
    const auto place = std::find_if(m_pending.begin(), m_pending.end(),
                                    [this](const auto& pending) { return pending.id == m_reply.id(); });
    if (!parsed || place == m_pending.end()) {
        return break_off(size);
    }

    const bool ends = !m_reply.more();
    if (!ends && !place->in_parts)
        return break_off(size);
    const bool oldest = place == m_pending.begin();
    if (!ends || m_reply.has_loaded()) {
        place->parts_size += size;
        place->parts.push_back(m_reply);
        if (place->parts.size() > token::protocol::max_parts ||
            place->parts_size > token::protocol::max_parts_size)
            return stop("reported more objects than can be");
    }
    if (!ends) {
        if (oldest)
            start_clock();
        return;
    }

    Answer answer;
    answer.fate = Fate::answered;
    answer.outcome = m_reply.outcome();
    answer.ckr = m_reply.ckr();
    answer.what = std::move(*m_reply.mutable_what());
    answer.parts = std::move(place->parts);
    if (place->secret_output) {
        wipe(m_in.data(), size);
        take_secret(*m_reply.mutable_output(), answer);
    } else if (m_reply.has_output()) {
        answer.signature = std::move(*m_reply.mutable_output());
    }
    auto done = std::move(place->done);
    m_pending.erase(place);
    if (oldest && !m_pending.empty())
        start_clock();
    // First the next request, so that the token works on.
    m_freed();
    done.resume(std::move(answer));
}

bool HostChannel::allows_report() {
    const auto now = Clock::now();
    if (now - m_reports_since >= std::chrono::seconds{1}) {
        m_reports_since = now;
        m_reports = 0;
    }
    return ++m_reports <= max_reports;
}

void HostChannel::break_off(std::size_t size) {
    wipe(m_in.data(), size);
    wipe(*m_reply.mutable_output());
    stop("broke the protocol");
}

void HostChannel::finish_all() {
    m_timer.cancel();
    bool late = m_late;
    auto pending = std::exchange(m_pending, {});
    const bool alone = pending.size() == 1;
    for (auto& request : pending) {
        Answer answer;
        answer.fate = std::exchange(late, false) ? Fate::timed_out : Fate::lost;
        answer.alone = alone;
        answer.what = "signet-token " + m_trouble;
        request.done.deliver(std::move(answer));
    }
    for (auto& datagram : m_unsent)
        wipe(datagram);
    m_unsent.clear();
}

}  // namespace signet::agent
