// One module: its process of signet-token, kept alive, and the requests for it.
#pragma once

#include "agent/asio.h"
#include "agent/broadcast.h"
#include "agent/config.h"
#include "agent/context_pin.h"
#include "agent/host_channel.h"
#include "agent/operation_queue.h"
#include "agent/token_state.h"

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace signet::agent {

/// How long a person may take at a PIN pad.
inline constexpr auto pin_pad_limit = std::chrono::minutes{2};

/// Told when a request has gone out, so that other work is done while the token does its own.
class SendWatch {
  public:
    virtual ~SendWatch() = default;
    /// On the loop's thread, before anything is answered.
    virtual void sent() noexcept = 0;

  protected:
    SendWatch() = default;
    SendWatch(const SendWatch&) = default;
    SendWatch& operator=(const SendWatch&) = default;
};

/// Starts signet-token, loads the module, scans, and starts a fresh process when one ends, with back-off.
/// Keeps at most outstanding_per_worker operations a worker outstanding; the rest waits in a fair queue. On
/// the loop's thread only; owned by shared_ptr.
class Host : public std::enable_shared_from_this<Host> {
  public:
    enum class State {
        /// A process is loading and scanning.
        starting,
        ready,
        /// The device failed: what is outstanding is finished, then a fresh process starts.
        retiring,
        /// Between two processes.
        waiting,
        /// The module could not be loaded, ever. Nothing tries again.
        unloadable,
        ended,
    };

    /// Called for each token that a scan does not find any more, before `scanned`; for all when the host
    /// ends, and when its configuration means another module, with the name that it had. A token that fails,
    /// or whose process ends, is not removed.
    using Removed = std::function<void(const pin::TokenId&, const std::string& module)>;

    /// `scanned` is called whenever tokens() has changed, also when the host gets ready with the same ones or
    /// can get ready no more.
    Host(asio::io_context&, ModuleConfig, std::string program, std::function<void()> scanned,
         Removed removed);
    ~Host();
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;
    Host(Host&&) = delete;
    Host& operator=(Host&&) = delete;

    /// Somebody who may still need it, between one request and the next: until then a host that leaves stays,
    /// with its login.
    class Use {
      public:
        explicit Use(std::shared_ptr<Host> host) : m_host(std::move(host)) { ++m_host->m_users; }
        ~Use() {
            if (m_host)
                m_host->end_use();
        }
        Use(Use&&) = default;
        Use& operator=(Use&&) = delete;
        Use(const Use&) = delete;
        Use& operator=(const Use&) = delete;

      private:
        std::shared_ptr<Host> m_host;
    };

    /// Brings the first process up; once.
    void start();
    /// The next process follows `config`. If the one that runs does not, it finishes what is outstanding and
    /// is replaced; what the last scan saw stays meanwhile, so that requests wait.
    void reconfigure(ModuleConfig config);
    /// Ends when nothing is outstanding or waits any more, and nobody uses it.
    void leave();
    /// For good: what is outstanding is lost, the process is killed.
    void end();

    /// A key operation on `token`, when it is `client`'s turn; not sent if `token` is not current any more
    /// then. `pin` (may be null) goes into `request` only as it is sent, and is wiped there. `request`, `pin`
    /// and `watch` (may be null) must live until the answer.
    asio::awaitable<Answer> call(ClientId client, Company company, std::shared_ptr<const TokenState> token,
                                 token::protocol::Request& request, const ContextPin* pin, SendWatch* watch);
    /// At once, ahead of the queue; a Login or Logout. What is outstanding before it does not count in
    /// `limit`.
    asio::awaitable<Answer> control(token::protocol::Request& request, Clock::duration limit);
    /// If signet-token says in `answer` that `token` was out, and so has not been sent its PIN: that counts
    /// as Fate::not_sent, and as a removal.
    void heed_removal(const TokenState& token, Answer& answer);
    /// Scans one slot, or all; whether that succeeded. tokens() is then up to date.
    asio::awaitable<bool> scan(std::optional<std::uint64_t> slot);
    /// Scans the slot of `token`, which shows that it is out of date; whoever comes while one does that waits
    /// for the same scan.
    asio::awaitable<void> renew(std::shared_ptr<const TokenState> token);
    /// Whether tokens() has one that is initialised.
    [[nodiscard]] bool shows_token() const noexcept;
    /// Replaces a process that shows no token for some time and has nothing to do: some modules look
    /// for tokens only as they start. Once a minute at most. Whether it did.
    bool look_anew();
    /// Replaces the process, which is well, when it has nothing outstanding: a token was made anew.
    void start_anew();
    /// Whether the host got ready before `deadline`.
    asio::awaitable<bool> wait_ready(Clock::time_point deadline);
    /// Whether the first scan is in, or there will be none, before `deadline`. Does not wait for a module
    /// that has failed twice.
    asio::awaitable<bool> wait_settled(Clock::time_point deadline);

    /// The process should be replaced: `token` of it has failed. Nothing happens if it was replaced since.
    void retire(const TokenState& token, const std::string& why);
    /// The token was logged in: from now on its module is believed again (TokenState::was_away).
    void believe(const pin::TokenId& token) { m_away.erase(token); }
    /// A login of a token that does not show now counts for nothing when it shows again.
    void disbelieve(const pin::TokenId& token) { m_away.insert(token); }
    /// Ends the calls that still wait, with Fate::not_sent: another token with their key may have room now.
    /// Those that go without company stay.
    void spread_waiting();
    /// Ends the calls of `client` that still wait, with Fate::client_gone.
    void drop(ClientId client);

    /// The last that it was given; reconfigure() changes it.
    [[nodiscard]] const ModuleConfig& config() const noexcept { return m_config; }
    [[nodiscard]] State state() const noexcept { return m_state; }
    [[nodiscard]] bool is_ready() const noexcept { return m_state == State::ready; }
    /// As `signet status` shows it.
    [[nodiscard]] std::string_view state_name() const noexcept;
    /// Of the process; -1 without one.
    [[nodiscard]] pid_t pid() const noexcept { return m_pid; }
    /// Processes started after the first.
    [[nodiscard]] std::uint32_t restarts() const noexcept { return m_restarts; }
    /// Whether it is ready or can get so: there is a process, or will be one.
    [[nodiscard]] bool goes_on() const noexcept {
        return m_state != State::unloadable && m_state != State::ended;
    }
    /// Threads of the process that do key operations; of the last one, if there is none.
    [[nodiscard]] std::uint32_t workers() const noexcept { return m_workers; }
    /// Requests that the process has not answered, of all kinds.
    [[nodiscard]] std::size_t outstanding() const noexcept;
    /// Key operations that wait for their turn.
    [[nodiscard]] std::size_t queued() const noexcept { return m_queue.size(); }
    /// Key operations that may be outstanding at once.
    [[nodiscard]] std::size_t room() const noexcept;
    /// Key operations that were answered, other than by a failed device, or that key or login had gone:
    /// whether it grows says whether the module gets on.
    [[nodiscard]] std::uint64_t answered() const noexcept { return m_answered; }
    /// Why there is no process, or why the last one ended; empty if nothing ever went wrong.
    [[nodiscard]] const std::string& trouble() const noexcept { return m_trouble; }
    /// By slot, as the last scan saw them.
    [[nodiscard]] const std::map<std::uint64_t, std::shared_ptr<TokenState>>& tokens() const noexcept {
        return m_tokens;
    }

  private:
    struct Waiting {
        std::shared_ptr<const TokenState> token;
        token::protocol::Request* request;
        const ContextPin* pin;
        SendWatch* watch;
        Completion<Answer> done;
    };

    static asio::awaitable<void> supervise(std::shared_ptr<Host> self);
    static asio::awaitable<void> bring_up(std::shared_ptr<Host> self, std::shared_ptr<HostChannel> channel);
    asio::awaitable<void> run_process();
    asio::awaitable<void> back_off();
    void tell_trouble();
    asio::awaitable<Answer> ask(std::shared_ptr<HostChannel> channel, token::protocol::Request& request,
                                Clock::duration limit);
    void replace_process(const std::string& why);
    void slots_changed(const token::protocol::SlotsChanged& slots);
    void token_was_out(std::uint64_t slot);
    static asio::awaitable<void> look_at_slots(std::shared_ptr<Host> self);
    void forget_slot(std::optional<std::uint64_t> slot);
    void take_scan(std::optional<std::uint64_t> slot, const Answer& answer);
    void notice_removals(std::optional<std::uint64_t> slot, const Answer& answer);
    void go_back();
    void forget_process();
    void end_use();
    void end_if_unused();
    void send(token::protocol::Request& request, const TokenState& token, const ContextPin* pin,
              SendWatch* watch, Completion<Answer> done);
    void send_waiting();
    void send_back_waiting();
    static void send_back(Waiting waiting, const std::string& why);
    void set_state(State state);

    asio::io_context& m_loop;
    ModuleConfig m_config;
    std::string m_program;
    std::function<void()> m_scanned;
    Removed m_removed;
    State m_state = State::waiting;
    Broadcast m_changed;
    asio::steady_timer m_pause;
    std::shared_ptr<HostChannel> m_channel;
    OperationQueue<Waiting> m_queue;
    /// Key operations that m_channel has not answered.
    std::size_t m_operations = 0;
    std::map<std::uint64_t, std::shared_ptr<TokenState>> m_tokens;
    /// Tokens that were there and are not known to have gone, and their last slot.
    std::map<pin::TokenId, std::uint64_t> m_seen;
    /// Tokens that were removed, or locked while they did not show, since this process began, and not logged
    /// in since.
    std::set<pin::TokenId> m_away;
    /// What it goes back to if the module of a new configuration cannot be loaded.
    std::optional<ModuleConfig> m_previous;
    bool m_scanning = false;
    /// Slots whose token has come, or went during a scan, and which have not been looked at since.
    std::set<std::uint64_t> m_to_look_at;
    bool m_looking_at_slots = false;
    bool m_was_loaded = false;
    bool m_leaving = false;
    std::size_t m_users = 0;
    bool m_succeeded = false;
    Clock::duration m_back_off{};
    pid_t m_pid = -1;
    /// When the process began, and when it last showed a token.
    Clock::time_point m_begin{};
    Clock::time_point m_last_shown{};
    /// When look_anew() replaced one last, and whether the next is no restart for that.
    std::optional<Clock::time_point> m_looked;
    bool m_looks_anew = false;
    std::uint32_t m_restarts = 0;
    std::uint64_t m_answered = 0;
    std::uint32_t m_workers = 0;
    std::string m_trouble;
    /// The trouble that the log was told of last, since the module worked.
    std::string m_told;
    /// Processes that ended since one got ready, that one included, or since the configuration meant another.
    int m_failed_starts = 0;
};

}  // namespace signet::agent
