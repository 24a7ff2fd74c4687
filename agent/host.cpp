#include "agent/host.h"

#include "agent/host_process.h"
#include "agent/process_end.h"
#include "agent/spawn.h"

#include <spdlog/spdlog.h>

#include <fcntl.h>

#include <algorithm>
#include <exception>

namespace signet::agent {

namespace {

using token::protocol::Request;

/// Whether they are one to who trusts it with a PIN.
bool is_same_module(const ModuleConfig& a, const ModuleConfig& b) {
    return a.name == b.name && a.path == b.path && a.environment == b.environment &&
           a.init_args == b.init_args;
}

bool need_another_process(const ModuleConfig& a, const ModuleConfig& b) {
    return !is_same_module(a, b) || a.sessions != b.sessions;
}

constexpr auto first_back_off = std::chrono::milliseconds{100};
constexpr auto longest_back_off = std::chrono::seconds{10};
/// In a row, after which nobody waits for the next one.
constexpr int hopeless_starts = 2;
/// A process that lived as long as this was well.
constexpr auto long_life = std::chrono::seconds{10};
/// From one process that is replaced because it shows no token to the next.
constexpr auto look_again = std::chrono::minutes{1};
/// A look at the slots that hangs holds up a login for so long, and no login beyond its own time.
constexpr auto max_look = std::chrono::milliseconds{1000};

/// Both are held until then.
asio::awaitable<void> close_at_end(std::shared_ptr<asio::posix::stream_descriptor> end,
                                   std::shared_ptr<HostChannel> channel) {
    const bool ended = co_await process_ended(*end);
    if (ended)
        channel->close();
}

}  // namespace

Host::Host(asio::io_context& loop, ModuleConfig config, std::string program, std::function<void()> scanned,
           Removed removed)
    : m_loop(loop),
      m_config(std::move(config)),
      m_program(std::move(program)),
      m_scanned(std::move(scanned)),
      m_removed(std::move(removed)),
      m_changed(loop),
      m_pause(loop) {}

Host::~Host() = default;

void Host::start() {
    spawn(m_loop, supervise(shared_from_this()));
}

void Host::reconfigure(ModuleConfig config) {
    if (!is_same_module(m_config, config)) {
        for (const auto& [id, slot] : m_seen)
            m_removed(id, m_config.name);
    }
    const auto before = std::exchange(m_config, std::move(config));
    if (!need_another_process(before, m_config))
        return;
    if (std::exchange(m_was_loaded, false))
        m_previous = before;
    m_back_off = {};
    m_failed_starts = 0;
    m_pause.cancel();
    if (m_state == State::ready || m_state == State::starting)
        replace_process("its configuration has changed");
}

void Host::go_back() {
    spdlog::error("module {} ({}): {}; it stays as it was", m_config.name, m_config.path.string(), m_trouble);
    m_config = *std::exchange(m_previous, std::nullopt);
    m_was_loaded = true;
    set_state(State::retiring);
}

void Host::leave() {
    m_leaving = true;
    end_if_unused();
}

void Host::end_use() {
    // Not at once: whoever ends one use may begin the next.
    if (--m_users == 0 && m_leaving)
        asio::post(m_loop, [self = shared_from_this()] { self->end_if_unused(); });
}

void Host::end_if_unused() {
    if (!m_leaving || m_users > 0 || m_state == State::ended)
        return;
    const bool works = m_state == State::ready || m_state == State::retiring;
    if (!works || (outstanding() == 0 && m_queue.size() == 0))
        end();
}

void Host::end() {
    set_state(State::ended);
    m_pause.cancel();
    if (m_channel)
        m_channel->close();
    forget_process();
}

asio::awaitable<void> Host::supervise(std::shared_ptr<Host> self) {
    while (self->goes_on()) {
        self->m_begin = Clock::now();
        self->m_succeeded = false;
        try {
            co_await self->run_process();
        } catch (const std::exception& error) {
            self->m_trouble = error.what();
            self->m_pid = -1;
            self->tell_trouble();
        }
        ++self->m_failed_starts;
        if (self->m_leaving && self->m_users == 0)
            self->set_state(State::ended);
        self->forget_process();
        if (!self->goes_on())
            break;
        if (self->m_succeeded || Clock::now() - self->m_begin >= long_life)
            self->m_back_off = {};
        co_await self->back_off();
        if (!std::exchange(self->m_looks_anew, false))
            ++self->m_restarts;
    }
    self->m_changed.notify_all();
}

asio::awaitable<void> Host::back_off() {
    if (m_back_off > Clock::duration{}) {
        set_state(State::waiting);
        m_pause.expires_after(m_back_off);
        boost::system::error_code ended;
        auto token = asio::redirect_error(asio::use_awaitable, ended);
        co_await m_pause.async_wait(token);
    }
    m_back_off = std::min<Clock::duration>(std::max<Clock::duration>(first_back_off, 2 * m_back_off),
                                           longest_back_off);
}

asio::awaitable<void> Host::run_process() {
    set_state(State::starting);
    HostProcess host_process(m_program, m_config.environment);
    auto& process = host_process.process();
    m_pid = process.pid();
    const auto channel = std::make_shared<HostChannel>(
        m_loop, host_process.take_channel(), [this] { send_waiting(); },
        [this](const token::protocol::SlotsChanged& slots) { slots_changed(slots); });
    m_channel = channel;

    // A module may leave children that hold the channel open: the end of the process counts too.
    const auto end = std::make_shared<asio::posix::stream_descriptor>(
        m_loop, ::fcntl(process.pidfd(), F_DUPFD_CLOEXEC, 0));
    spawn(m_loop, close_at_end(end, channel));
    spawn(m_loop, bring_up(shared_from_this(), channel));
    const auto trouble = co_await channel->run();

    // From here on nothing may be sent: nobody would answer.
    if (m_state == State::ready || m_state == State::starting)
        set_state(State::waiting);
    forget_process();
    process.kill();
    end->cancel();
    static_cast<void>(co_await process_ended(*end));
    const auto how = process.reap();
    m_pid = -1;
    if (m_state == State::ended)
        co_return;
    if (m_state == State::waiting)
        m_trouble = "signet-token " + trouble + " and " + how;
    tell_trouble();
}

void Host::tell_trouble() {
    // One that never works would say so every ten seconds.
    if (m_told != m_trouble)
        spdlog::warn("module {}: {}", m_config.name, m_trouble);
    m_told = m_trouble;
}

asio::awaitable<void> Host::bring_up(std::shared_ptr<Host> self, std::shared_ptr<HostChannel> channel) {
    Request load;
    load.mutable_load()->set_path(self->m_config.path.string());
    load.mutable_load()->set_init_args(self->m_config.init_args);
    load.mutable_load()->set_sessions(self->m_config.sessions);
    const auto longest_look =
        std::min<std::chrono::milliseconds>(self->m_config.operation_timeout / 4, max_look);
    load.mutable_load()->set_longest_look(static_cast<std::uint32_t>(longest_look.count()));
    const auto loaded = co_await self->ask(channel, load, self->m_config.operation_timeout);
    if (loaded.fate != Fate::answered || self->m_channel != channel || self->m_state != State::starting)
        co_return;
    if (loaded.outcome != token::protocol::OK || loaded.parts.empty()) {
        self->m_trouble = loaded.what.empty() ? "the module could not be loaded" : loaded.what;
        if (self->m_was_loaded || loaded.outcome != token::protocol::NO_MODULE)
            self->set_state(State::retiring);
        else if (self->m_previous)
            self->go_back();
        else
            self->set_state(State::unloadable);
        channel->close();
        co_return;
    }
    self->m_was_loaded = true;
    self->m_previous.reset();
    self->m_workers = std::clamp(loaded.parts.front().loaded().workers(), 1U, self->m_config.sessions);

    Request scan;
    scan.mutable_scan()->set_uninitialised(true);
    const auto scanned = co_await self->ask(channel, scan, self->m_config.operation_timeout);
    if (self->m_channel != channel || self->m_state != State::starting)
        co_return;
    if (!scanned.ok()) {
        if (scanned.fate == Fate::answered) {
            self->m_trouble = "cannot be scanned: " + scanned.what;
            self->set_state(State::retiring);
            channel->close();
        }
        co_return;
    }
    spdlog::info("module {}: signet-token {} has {} workers", self->m_config.name, self->m_pid,
                 self->m_workers);
    self->m_told.clear();
    self->m_failed_starts = 0;
    self->set_state(State::ready);
    self->take_scan(std::nullopt, scanned);
    self->m_changed.notify_all();
    if (!self->m_to_look_at.empty() && !self->m_looking_at_slots)
        spawn(self->m_loop, look_at_slots(self));
}

asio::awaitable<Answer> Host::ask(std::shared_ptr<HostChannel> channel, Request& request,
                                  Clock::duration limit) {
    auto start = [&](Completion<Answer> done) { channel->send(request, limit, std::move(done)); };
    co_return co_await wait_for<Answer>(m_loop, start);
}

asio::awaitable<Answer> Host::control(Request& request, Clock::duration limit) {
    if (!is_ready()) {
        Answer refused;
        refused.fate = Fate::not_sent;
        co_return refused;
    }
    co_return co_await ask(m_channel, request, limit);
}

asio::awaitable<bool> Host::wait_ready(Clock::time_point deadline) {
    while (!is_ready() && goes_on() && Clock::now() < deadline)
        co_await m_changed.wait_until(deadline);
    co_return is_ready();
}

asio::awaitable<bool> Host::wait_settled(Clock::time_point deadline) {
    while (!is_ready() && m_failed_starts < hopeless_starts && goes_on() && Clock::now() < deadline)
        co_await m_changed.wait_until(deadline);
    co_return is_ready() || m_state == State::unloadable;
}

void Host::retire(const TokenState& token, const std::string& why) {
    if (token.current && is_ready())
        replace_process(why);
}

bool Host::look_anew() {
    const auto now = Clock::now();
    const bool busy = outstanding() + queued() > 0;
    const auto empty_since = std::max(m_begin, m_last_shown);
    if (!is_ready() || shows_token() || busy || now - empty_since < long_life ||
        (m_looked && now - *m_looked < look_again))
        return false;
    m_looked = now;
    m_looks_anew = true;
    // No trouble.
    replace_process({});
    return true;
}

void Host::start_anew() {
    if (!is_ready())
        return;
    m_looks_anew = true;
    replace_process({});
}

void Host::replace_process(const std::string& why) {
    m_trouble = why;
    const bool works = is_ready();
    set_state(State::retiring);
    send_back_waiting();
    if (m_channel && (!works || m_channel->outstanding() == 0))
        m_channel->close();
}

void Host::forget_process() {
    for (auto& [slot, token] : m_tokens) {
        token->current = false;
        token->logged_in = false;
    }
    // The last picture stays, so that requests wait for the fresh process instead of finding no identity.
    if (!goes_on())
        m_tokens.clear();
    m_away.clear();
    if (m_state == State::ended) {
        for (const auto& [id, slot] : std::exchange(m_seen, {}))
            m_removed(id, m_config.name);
    }
    m_channel.reset();
    m_to_look_at.clear();
    m_operations = 0;
    send_back_waiting();
    if (!goes_on())
        m_scanned();
    m_changed.notify_all();
}

std::size_t Host::outstanding() const noexcept {
    return m_channel ? m_channel->outstanding() : 0;
}

void Host::set_state(State state) {
    if (m_state == State::ended)
        return;
    m_state = state;
    m_changed.notify_all();
}

std::string_view Host::state_name() const noexcept {
    switch (m_state) {
        case State::starting:
            return "starting";
        case State::ready:
            return "ready";
        case State::retiring:
            return "restarting";
        case State::waiting:
            return "waiting";
        case State::unloadable:
            return "not loadable";
        case State::ended:
            break;
    }
    return "ended";
}

}  // namespace signet::agent
