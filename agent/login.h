// Logs in to tokens: one login a token at a time, with the PIN that may be sent, once.
#pragma once

#include "agent/asio.h"
#include "agent/broadcast.h"
#include "agent/config.h"
#include "agent/context_pin.h"
#include "agent/hosts.h"
#include "agent/peer.h"
#include "agent/pin/pin_store.h"
#include "agent/pin/refused_pins.h"
#include "agent/token_state.h"
#include "agent/token_turns.h"
#include "secret/secret.h"

#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace signet::agent {

/// Invariant 3: a wrong PIN is tried once and never again by itself; nothing automatic spends the last try; a
/// PIN that no token has confirmed is not sent twice when the process died under it. On the loop's thread
/// only.
class Logins {
  public:
    /// `config` and `hosts` must outlive it; the configuration may be exchanged.
    Logins(asio::io_context&, const std::shared_ptr<const Config>& config, const Hosts& hosts);

    /// Logs in to `token` by its PIN source, if it needs that; who comes while such a login is under way gets
    /// its result. `token` may not be current any more then: look it up again. Throws Error (PIN_*, TOKEN_*;
    /// STOPPING if a person would have to be asked, but the agent ends or the client has gone).
    asio::awaitable<void> ensure(std::shared_ptr<TokenState> token, const Peer& peer);

    /// A person brings `pin`: the token verifies it even if it is logged in. Throws as above.
    asio::awaitable<void> unlock(std::shared_ptr<TokenState> token, const Peer& peer, Secret pin);

    /// Who sees to it that a token which does not open is left alone for a while.
    enum class Pauses { here, caller };

    /// Logs in to `token` in the background where nobody is asked for it and no last try spent: with a PIN
    /// that is kept, or from a file or credential. Not where a login is for one request alone; and once a
    /// minute at most, unless somebody else has opened it meanwhile or the caller has pauses of its own.
    /// Whether it began; then `ended` is told whether the token opened.
    bool open_unasked(const std::shared_ptr<TokenState>& token, Pauses pauses,
                      std::function<void(bool opened)> ended);

    /// Whether logging in to it, or using a key that asks for its PIN each time, would ask a person now.
    [[nodiscard]] bool would_ask(const TokenState& token) const;

    /// For one operation of a key that asks for the PIN at each use: the PIN that is kept, or stored at the
    /// PIN source, or a person's; none for a PIN pad. `last_try`: one try is left, and only a person may
    /// spend it. `error` is what a person is told of the PIN before. Throws as ensure.
    asio::awaitable<ContextPin> context_pin(std::shared_ptr<TokenState> token, const Peer& peer,
                                            bool last_try, const std::string& error);
    /// For who brings such a PIN, from before it is found till the token has answered: what the token says to
    /// it decides what the next one sends. A change of the PIN waits for it, too.
    asio::awaitable<TokenTurns::Turn> take_turn(pin::TokenId id) { return m_turns.take(std::move(id)); }
    /// What became of it at `token`: taken; refused; or sent, and no answer came.
    void context_pin_taken(const TokenState& token, ContextPin pin);
    void context_pin_refused(const TokenState& token, const ContextPin& pin);
    void context_pin_unanswered(const TokenState& token, const ContextPin& pin);
    /// Grows whenever the PIN of the token is forgotten or changed, because somebody said so or it went: what
    /// was found before is no more its PIN.
    [[nodiscard]] std::uint64_t forgotten(const pin::TokenId& id) const;
    /// A key of the token was used: its time may begin anew.
    void used(const TokenState& token) noexcept { m_kept.used(token.id(), token.module, Clock::now()); }
    /// PINs that a person brings; who is asked for those that are none.
    struct BroughtPins {
        /// The SO PIN, or the PIN as it is.
        std::optional<Secret> authority{};
        std::optional<Secret> fresh{};
    };

    /// Makes `token` anew under `label`, and destroys all that is on it; its process is replaced then. The SO
    /// PIN of one that is initialised must be right: one that was refused is not tried again. Forgets what
    /// was known of its PINs. The new token; none if it does not show. Throws Error (PIN_*, TOKEN_*,
    /// STOPPING). In login_provisioning.cpp, as the next.
    asio::awaitable<std::shared_ptr<TokenState>> initialise(std::shared_ptr<TokenState> token,
                                                            const Peer& peer, BroughtPins pins,
                                                            const std::string& label);

    /// Changes the PIN of `token`. A wrong old one counts as any wrong PIN; afterwards the old one counts as
    /// refused. Throws as above.
    asio::awaitable<void> change_pin(std::shared_ptr<TokenState> token, const Peer& peer, BroughtPins pins);

    /// Forgets the PIN and logs out; a token that is not there is logged out. Throws Error(TOKEN_FAILED) if
    /// the token did not; its process is replaced then, so that the login does not outlive it.
    asio::awaitable<void> lock(pin::TokenId id);
    /// Forgets all PINs, at once. Who is logged in stays so.
    void forget_all() noexcept {
        ++m_forgotten_all;
        m_kept.drop_all();
    }
    /// Tokens whose PIN is kept, there or not, and those that somebody is logging in to.
    [[nodiscard]] std::vector<pin::TokenId> remembered() const;
    /// The token is not behind this module any more, or that is not the module that took the PIN: the PIN
    /// goes, also that of a login under way.
    void removed(const pin::TokenId& id, const std::string& module);

    using RequestId = std::uint64_t;

    /// A request of `peer` for a key begins; request_ended() must follow.
    [[nodiscard]] RequestId request_begins(const Peer& peer);
    /// Tokens whose PIN is not kept ask again for the next request, when those for which somebody logged in
    /// have ended.
    void request_ended(RequestId request);

    /// After the configuration was exchanged: kept PINs live no longer than it says now.
    void reconfigured();

    /// A client has gone (Peer::gone): a dialogue that nobody else waits for is closed.
    void client_gone();
    /// Closes all dialogues, and opens none any more: who waits for a person gets Error(STOPPING).
    void stop_asking();
    /// Forgets all PINs and sets no timer any more. Ends with stop_asking().
    void stop();

  private:
    struct UnderWay;
    struct Attempt;

    enum class Kind { by_source, by_brought_pin, unasked, context, logout };

    asio::awaitable<std::shared_ptr<UnderWay>> begin(const pin::TokenId& id, Kind kind);
    void finish(const pin::TokenId& id, const std::exception_ptr& failure);
    asio::awaitable<void> one_at_a_time(std::shared_ptr<TokenState> token, const Peer& peer,
                                        const Secret* brought);
    asio::awaitable<void> log_in(std::shared_ptr<TokenState> token, const Peer& peer, const Secret* brought,
                                 UnderWay& under_way);
    [[nodiscard]] bool opens_unasked(const TokenState& token) const;
    asio::awaitable<void> log_in_unasked(std::shared_ptr<TokenState> token,
                                         std::shared_ptr<UnderWay> under_way);
    static void tell_unopened(const TokenState& token, const std::exception_ptr& failure);
    asio::awaitable<void> by_pin_pad(Attempt& attempt);
    asio::awaitable<void> by_brought_pin(Attempt& attempt, const Secret& pin);
    asio::awaitable<void> by_source(Attempt& attempt);
    asio::awaitable<void> by_stored_pin(Attempt& attempt, Secret pin);
    asio::awaitable<void> by_pinentry(Attempt& attempt);
    asio::awaitable<ContextPin> ask_context_pin(Attempt& attempt, const std::string& error);
    asio::awaitable<Secret> ask_person(Attempt& attempt, const pin::PinPrompt& prompt);
    static std::string description(const Attempt& attempt);
    asio::awaitable<bool> try_pin(Attempt& attempt, const Secret& pin, bool confirmed);
    asio::awaitable<Answer> send(Attempt& attempt, const Secret* pin, bool may_repeat);
    asio::awaitable<void> look_again(Attempt& attempt);
    bool is_unanswered_too_often(const TokenState& token, const Secret& pin);
    asio::awaitable<void> succeed(Attempt& attempt);
    void share(const pin::TokenId& id, const UnderWay& login);
    asio::awaitable<std::shared_ptr<TokenState>> initialise_alone(Attempt& attempt, BroughtPins& pins,
                                                                  const std::string& label);
    /// Sends the change once; the answer.
    asio::awaitable<Answer> send_change(Attempt& attempt, const BroughtPins& pins);
    asio::awaitable<void> change_pin_alone(Attempt& attempt, BroughtPins& pins);
    asio::awaitable<void> find_so_pin(Attempt& attempt, BroughtPins& pins);
    asio::awaitable<Secret> ask_once(Attempt& attempt, std::string what);
    asio::awaitable<Secret> ask_new(Attempt& attempt, std::string what);
    asio::awaitable<void> log_out_everywhere(pin::TokenId id);
    static asio::awaitable<void> log_out(std::shared_ptr<TokenState> token);
    asio::awaitable<void> log_out_expired(pin::TokenId id);
    void keep(const Attempt& attempt, std::optional<Secret> pin);
    void note_forgotten(const pin::TokenId& id);
    void keep(const TokenState& token, std::optional<Secret> pin, pin::PinLifetime lifetime);
    void restart_by_use();
    void refuse(const pin::TokenId& id, const Secret& pin);
    void expire();
    void expire_at(Clock::time_point when);

    asio::io_context& m_loop;
    const std::shared_ptr<const Config>& m_config;
    const Hosts& m_hosts;
    TokenTurns m_turns;
    pin::PinStore m_kept;
    /// How often all PINs were forgotten, and those of each token.
    std::uint64_t m_forgotten_all = 0;
    std::map<pin::TokenId, std::uint64_t> m_forgotten;
    pin::RefusedPins m_refused;
    /// Sent, but the process ended before the token answered: perhaps refused.
    pin::RefusedPins m_in_doubt;
    /// SO PINs.
    pin::RefusedPins m_refused_so;
    /// How often in a row a PIN that was right before was sent, and no answer came.
    std::map<pin::TokenId, int> m_unanswered;
    std::map<pin::TokenId, std::shared_ptr<UnderWay>> m_under_way;
    /// Tokens and their modules that nobody opens unasked till then.
    std::map<std::pair<pin::TokenId, std::string>, Clock::time_point> m_left_alone;
    /// Those for a key, and whose they are.
    std::map<RequestId, ClientId> m_requests;
    RequestId m_last_request = 0;
    /// The requests, of clients for whom somebody logged in, that were there then and have not ended: till
    /// then the login stays, although its time is over. No later request gets in here.
    std::map<pin::TokenId, std::set<RequestId>> m_sharers;
    asio::steady_timer m_expiry;
    bool m_asks_each_time = false;
    /// No person is asked any more.
    bool m_stopping = false;
    /// Whose time is over while they work: nothing new is begun on their login, and they are logged out when
    /// they are idle.
    std::set<pin::TokenId> m_closing;
};

}  // namespace signet::agent
