#include "agent/audit_log.h"

#include "agent/audit_file.h"
#include "agent/audit_line.h"
#include "agent/completion.h"
#include "agent/error.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace signet::agent {
namespace {

/// Bytes that may wait for the disk; each request waits for its own record, so this much means a disk that
/// hangs.
constexpr std::size_t max_waiting = std::size_t{16} << 20;

/// Bytes of records that can wait, above which they are written all the same.
constexpr std::size_t max_held_back = std::size_t{64} << 10;

/// A thread that is made meanwhile takes no signal from the loop.
class SignalsBlocked {
  public:
    SignalsBlocked() noexcept {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &m_before);
    }
    ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &m_before, nullptr); }
    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;

  private:
    sigset_t m_before{};
};

}  // namespace

class AuditLog::Writer : public std::enable_shared_from_this<AuditLog::Writer> {
  public:
    Writer(boost::asio::io_context& loop, std::filesystem::path path)
        : m_loop(loop),
          m_path(std::move(path)),
          m_file(m_path, nullptr),
          m_last(m_file.last_sequence()),
          m_settled(m_last) {
        const SignalsBlocked guard;
        m_thread = std::thread([this] { run(); });
    }

    ~Writer() {
        {
            const std::lock_guard lock(m_mutex);
            m_stop = true;
        }
        m_wake.notify_one();
        m_thread.join();
    }
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;
    Writer(Writer&&) = delete;
    Writer& operator=(Writer&&) = delete;

    Ticket submit(const AuditRecord& record, Write write);
    boost::asio::awaitable<void> durable(Ticket ticket);
    void reopen();
    [[nodiscard]] bool failed() {
        collect();
        const std::lock_guard lock(m_mutex);
        return m_error != 0 || m_waiting.size() > max_waiting;
    }

  private:
    struct Waiter {
        Ticket ticket;
        Completion<int> completion;
    };
    struct Lost {
        Ticket first;
        Ticket last;
        int error;
    };
    /// What became of the records up to `last`.
    struct Report {
        Ticket last;
        int error;
        unsigned opening;
    };

    void run();
    void collect();
    void await_next();
    void post_collect();
    void settle(const Report& report);
    [[nodiscard]] int error_of(Ticket ticket) const noexcept;
    [[noreturn]] void fail(int error) const;

    // The loop's.
    boost::asio::io_context& m_loop;
    const std::filesystem::path m_path;
    /// Written by the thread while m_is_writing, replaced by the loop while not.
    AuditFile m_file;
    Ticket m_last;
    /// Each record up to here is on disk or lost.
    Ticket m_settled;
    int m_error = 0;
    std::vector<Lost> m_lost;
    std::vector<Waiter> m_waiters;
    /// Keeps the loop running while somebody waits.
    std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> m_work;

    // Under the mutex.
    std::mutex m_mutex;
    std::condition_variable m_wake;
    std::condition_variable m_idle;
    std::string m_waiting;
    Ticket m_waiting_last = 0;
    /// Whether what waits is to be written now.
    bool m_is_urgent = false;
    /// Which opening of the file the thread writes to, and the error that broke it.
    unsigned m_opening = 0;
    int m_broken = 0;
    bool m_is_writing = false;
    bool m_stop = false;
    std::vector<Report> m_reports;
    /// Whether the loop wants to be told of the next report.
    bool m_is_awaited = false;

    std::thread m_thread;
};

void AuditLog::Writer::fail(int error) const {
    throw Error(
        protocol::AUDIT_FAILED,
        "cannot write the audit log " + m_path.string() + ": " + std::generic_category().message(error),
        "mend that, then send signet-agent SIGHUP (systemctl reload)");
}

AuditLog::Ticket AuditLog::Writer::submit(const AuditRecord& record, Write write) {
    collect();
    if (m_error != 0)
        fail(m_error);
    const auto now = std::chrono::system_clock::now();
    bool wakes = write == Write::now;
    {
        const std::lock_guard lock(m_mutex);
        if (m_waiting.size() > max_waiting)
            fail(ETIMEDOUT);
        append_audit_line(m_waiting, m_last + 1, now, record);
        m_waiting_last = ++m_last;
        if (m_waiting.size() > max_held_back)
            wakes = wakes || !m_is_urgent;
        m_is_urgent = m_is_urgent || wakes;
    }
    if (wakes)
        m_wake.notify_one();
    return m_last;
}

int AuditLog::Writer::error_of(Ticket ticket) const noexcept {
    for (const Lost& lost : m_lost)
        if (ticket >= lost.first && ticket <= lost.last)
            return lost.error;
    return 0;
}

boost::asio::awaitable<void> AuditLog::Writer::durable(Ticket ticket) {
    int error = 0;
    collect();
    if (ticket <= m_settled) {
        error = error_of(ticket);
    } else {
        auto start = [&](Completion<int> completion) {
            m_waiters.push_back({ticket, std::move(completion)});
            await_next();
        };
        error = co_await wait_for<int>(m_loop, start);
    }
    if (error != 0)
        fail(error);
}

void AuditLog::Writer::await_next() {
    if (!m_work)
        m_work.emplace(m_loop.get_executor());
    bool has_come = false;
    bool wakes = false;
    {
        const std::lock_guard lock(m_mutex);
        has_come = !m_reports.empty();
        m_is_awaited = !has_come;
        wakes = !m_waiting.empty() && !std::exchange(m_is_urgent, true);
    }
    if (wakes)
        m_wake.notify_one();
    if (has_come)
        post_collect();
}

void AuditLog::Writer::post_collect() {
    boost::asio::post(m_loop, [watched = weak_from_this()] {
        if (const auto writer = watched.lock())
            writer->collect();
    });
}

void AuditLog::Writer::collect() {
    // Looked at whenever the loop is here, and posted only to one who waits: a wake-up of the loop for each
    // record costs more than the record.
    std::vector<Report> reports;
    {
        const std::lock_guard lock(m_mutex);
        reports.swap(m_reports);
    }
    for (const auto& report : reports)
        settle(report);
    if (m_waiters.empty())
        m_work.reset();
    else if (!reports.empty())
        await_next();
}

void AuditLog::Writer::settle(const Report& report) {
    if (report.error != 0) {
        m_lost.push_back({m_settled + 1, report.last, report.error});
        // A failure of the file before a reopen() says nothing of the file of now.
        if (report.opening == m_opening)
            m_error = report.error;
    }
    m_settled = report.last;
    const auto ready = std::stable_partition(m_waiters.begin(), m_waiters.end(),
                                             [&](const Waiter& waiter) { return waiter.ticket > m_settled; });
    for (auto waiter = ready; waiter != m_waiters.end(); ++waiter)
        waiter->completion.deliver(error_of(waiter->ticket));
    m_waiters.erase(ready, m_waiters.end());
}

void AuditLog::Writer::reopen() {
    std::unique_lock lock(m_mutex);
    // Only what is urgent and waits wakes the thread: urgent without, it would never be woken again.
    m_is_urgent = !m_waiting.empty();
    m_wake.notify_one();
    m_idle.wait(lock, [this] { return !m_is_writing && m_waiting.empty(); });
    m_file = AuditFile(m_path, &m_file);
    ++m_opening;
    m_broken = 0;
    m_error = 0;
    m_last = std::max(m_last, m_file.last_sequence());
}

void AuditLog::Writer::run() {
    std::string lines;
    std::unique_lock lock(m_mutex);
    while (true) {
        m_wake.wait(lock, [this] { return m_stop || (m_is_urgent && !m_waiting.empty()); });
        if (m_waiting.empty())
            return;
        lines.swap(m_waiting);
        m_is_urgent = false;
        Report report{m_waiting_last, m_broken, m_opening};
        m_is_writing = true;
        lock.unlock();

        if (report.error == 0)
            report.error = m_file.append(lines);
        lines.clear();

        lock.lock();
        m_broken = report.error;
        m_is_writing = false;
        m_reports.push_back(report);
        const bool is_awaited = std::exchange(m_is_awaited, false);
        if (m_waiting.empty())
            m_idle.notify_one();
        if (!is_awaited)
            continue;
        lock.unlock();
        post_collect();
        lock.lock();
    }
}

AuditLog::AuditLog(boost::asio::io_context& loop, std::filesystem::path path)
    : m_writer(std::make_shared<Writer>(loop, std::move(path))) {}

AuditLog::~AuditLog() = default;

AuditLog::Ticket AuditLog::submit(const AuditRecord& record, Write write) {
    return m_writer->submit(record, write);
}

boost::asio::awaitable<void> AuditLog::durable(Ticket ticket) {
    return m_writer->durable(ticket);
}

void AuditLog::reopen() {
    m_writer->reopen();
}

bool AuditLog::failed() const {
    return m_writer->failed();
}

}  // namespace signet::agent
