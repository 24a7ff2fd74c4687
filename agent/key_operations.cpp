#include "agent/key_operations.h"

#include "agent/error.h"
#include "agent/key_ability.h"
#include "agent/token_config.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>
#include <vector>

namespace signet::agent {

namespace {

using token::protocol::Request;

constexpr auto extra_time = std::chrono::seconds{10};
/// In a row; each is a wait for a host or a login, or a search.
constexpr int max_preparations = 32;
/// Of these, logins: when none lasts, another one asks the person again for nothing.
constexpr int max_logins = 3;
/// Logouts by others that cost an operation nothing but time. No more of them meet one by chance.
constexpr int max_excused = 100;

void set_place(Request& request, std::uint64_t slot, std::uint64_t key) {
    const auto set = [&](auto& operation) {
        operation.set_slot(slot);
        operation.set_key(key);
    };
    if (request.has_sign())
        set(*request.mutable_sign());
    else if (request.has_decrypt())
        set(*request.mutable_decrypt());
    else
        set(*request.mutable_derive());
}

/// Grows as long as the modules with this key get on.
std::uint64_t answered_at(const Key& key) {
    std::uint64_t answered = 0;
    for (const auto& location : key.locations)
        answered += location.token->host->answered();
    return answered;
}

std::size_t load_of(const Location& location) {
    return location.token->host->outstanding() + location.token->host->queued();
}

/// Whether the next place may do better: the login failed of this token, and of nothing else.
bool is_about_login(protocol::Status status) {
    switch (status) {
        case protocol::PIN_INCORRECT:
        case protocol::PIN_LOCKED:
        case protocol::PIN_CANCELLED:
        case protocol::PIN_UNAVAILABLE:
        case protocol::TOKEN_ABSENT:
        case protocol::TOKEN_FAILED:
            return true;
        default:
            return false;
    }
}

/// Why a token cannot be logged in to: its PIN's doing, behind whichever module it is, or this module's.
struct FailedLogin {
    std::shared_ptr<const TokenState> token;
    bool by_pin;

    [[nodiscard]] bool concerns(const TokenState& other) const {
        return by_pin ? token->id() == other.id() : is_same_place(*token, other);
    }
};

template <typename Predicate>
std::vector<std::shared_ptr<Host>> hosts_of(const Key& key, const Predicate& wanted) {
    std::vector<std::shared_ptr<Host>> hosts;
    for (const auto& location : key.locations) {
        if (wanted(*location.token->host))
            hosts.push_back(location.token->host);
    }
    return hosts;
}

std::vector<Host::Use> uses_of(const Key& key) {
    std::vector<Host::Use> uses;
    for (const auto& location : key.locations)
        uses.emplace_back(location.token->host);
    return uses;
}

}  // namespace

struct KeyOperations::Progress {
    Permit permit;
    std::shared_ptr<const Key> key;
    const Request& request;
    std::uint64_t generation;
    Clock::duration patience;
    /// Moves on while the modules get on: see out_of_time().
    Clock::time_point deadline;
    std::uint64_t answered;
    /// Of its own that it may have.
    int failures_allowed;
    /// Where it has failed already; another place goes first.
    std::vector<std::shared_ptr<TokenState>> failed_at{};
    /// They are not tried again.
    std::vector<FailedLogin> failed_logins{};
    /// The first of them.
    std::exception_ptr login_failure{};
    /// A person does not want to: nobody is asked again.
    bool cancelled = false;
    Company company = Company::any;
    int failures = 0;
    int excused = 0;
    int timeouts = 0;
    int preparations = 0;
    int logins = 0;
    std::vector<Host::Use> uses{};
    bool searched = false;
    bool rescanned = false;

    [[nodiscard]] bool login_failed(const TokenState& token) const {
        return std::any_of(failed_logins.begin(), failed_logins.end(),
                           [&token](const auto& failed) { return failed.concerns(token); });
    }
};

asio::awaitable<Answer> KeyOperations::run(Permit permit, std::shared_ptr<const Key> key, Request& request,
                                           KeyUse* use, int failures) {
    const auto& locations = key->locations;
    const auto timeout = locations.empty()
                             ? Clock::duration{}
                             : Clock::duration(locations.front().token->host->config().operation_timeout);
    // The catalogue may have been rebuilt since the caller found the key.
    const auto generation = key->generation;
    const auto answered = answered_at(*key);
    const auto patience = 2 * timeout + extra_time;
    Progress progress{permit,   std::move(key),          request,  generation,
                      patience, Clock::now() + patience, answered, failures};
    progress.uses = uses_of(*progress.key);
    Answer answer;
    while (true) {
        if (permit.peer().gone)
            throw Error(protocol::STOPPING, "the client has gone");
        if (progress.generation != m_hosts.catalogue().generation()) {
            progress.generation = m_hosts.catalogue().generation();
            if (auto now = m_hosts.catalogue().key(progress.key->subject_public_key_info))
                progress.key = std::move(now);
            progress.uses = uses_of(*progress.key);
        }
        const Location* place = pick(progress);
        if (place == nullptr) {
            co_await prepare(progress);
            continue;
        }
        if (load_of(*place) >= place->token->host->room())
            share_load(progress, *place);
        // The catalogue may be rebuilt while the token works.
        const auto held = progress.key;
        const auto host = place->token->host;
        progress.preparations = 0;
        progress.logins = 0;
        set_place(request, place->token->slot, place->key->handle);
        if (use != nullptr)
            use->goes_to(place->token);
        answer = co_await host->call(permit.peer().id, progress.company, place->token, request, use);
        if (answer.ok()) {
            if (use == nullptr || use->accepts(answer))
                co_return answer;
            answer.outcome = token::protocol::DEVICE_FAILED;
            answer.what = "the token made a signature that does not verify";
        }
        if (answer.fate == Fate::client_gone)
            throw Error(protocol::STOPPING, "the client has gone");
        if (!repeat(progress, *place, answer))
            co_return answer;
        const bool gone = answer.fate == Fate::answered && (answer.outcome == token::protocol::KEY_GONE ||
                                                            answer.outcome == token::protocol::TOKEN_ABSENT);
        if (gone)
            co_await host->renew(place->token);
    }
}

bool KeyOperations::out_of_time(Progress& progress) {
    const auto answered = answered_at(*progress.key);
    if (std::exchange(progress.answered, answered) != answered)
        progress.deadline = Clock::now() + progress.patience;
    return Clock::now() >= progress.deadline;
}

bool KeyOperations::by_others(Progress& progress, const TokenState& token, const Answer& answer) {
    const bool lost =
        answer.outcome == token::protocol::NOT_LOGGED_IN || answer.outcome == token::protocol::KEY_GONE;
    const bool changed = !token.current || token.needs_login();
    return lost && changed && ++progress.excused <= max_excused;
}

bool KeyOperations::repeat(Progress& progress, const Location& location, const Answer& answer) {
    if (answer.fate == Fate::not_sent)
        return !out_of_time(progress);
    if (answer.fate == Fate::answered ? !by_others(progress, *location.token, answer) : answer.alone)
        ++progress.failures;
    if (answer.fate == Fate::timed_out && answer.alone)
        ++progress.timeouts;
    if (answer.fate != Fate::answered)
        progress.company = Company::none;
    if (answer.fate == Fate::answered) {
        switch (answer.outcome) {
            case token::protocol::NOT_LOGGED_IN:
                location.token->logged_in = false;
                break;
            case token::protocol::DEVICE_FAILED:
                spdlog::error("token \"{}\": {}", location.token->label, answer.what);
                location.token->host->retire(*location.token, answer.what);
                break;
            case token::protocol::KEY_GONE:
            case token::protocol::TOKEN_ABSENT:
                break;
            default:
                return false;
        }
    }
    progress.failed_at.push_back(location.token);
    return progress.failures < progress.failures_allowed && progress.timeouts < max_timeouts &&
           !out_of_time(progress);
}

const Location* KeyOperations::pick(const Progress& progress) const {
    const Location* best = nullptr;
    bool best_failed = false;
    for (const auto& location : progress.key->locations) {
        const auto& token = *location.token;
        if (!token.current || token.needs_login() || !token.host->is_ready() ||
            !can(location, progress.request))
            continue;
        const bool failed = std::find(progress.failed_at.begin(), progress.failed_at.end(), location.token) !=
                            progress.failed_at.end();
        const bool better = best == nullptr || (best_failed && !failed) ||
                            (best_failed == failed && load_of(location) < load_of(*best));
        if (better) {
            best = &location;
            best_failed = failed;
        }
    }
    return best;
}

void KeyOperations::share_load(const Progress& progress, const Location& full) {
    const auto busy = full.token->host;
    for (const auto& location : progress.key->locations) {
        const auto& token = *location.token;
        if (!token.needs_login() || !token.current || token.host == busy || !token.host->is_ready() ||
            load_of(location) >= token.host->room() || progress.login_failed(token))
            continue;
        // One token does no more behind two modules.
        if (token.id() == full.token->id() || !obstacle(location, progress.request).empty())
            continue;
        m_logins.open_unasked(location.token, [busy] { busy->spread_waiting(); });
    }
}

asio::awaitable<void> KeyOperations::prepare(Progress& progress) {
    const auto key = progress.key;
    if (++progress.preparations > max_preparations || out_of_time(progress))
        throw Error(protocol::TOKEN_FAILED, "the token does not get ready", "see `signet status`");

    std::string why;
    bool may_come = key->locations.empty();
    std::shared_ptr<TokenState> closed;
    bool closed_asks = false;
    for (const auto& location : key->locations) {
        const auto token = location.token;
        const auto hindrance = obstacle(location, progress.request);
        if (!hindrance.empty()) {
            why = hindrance;
            continue;
        }
        if (!token->current || !token->host->is_ready()) {
            may_come = true;
            continue;
        }
        if (token->needs_login()) {
            if (progress.login_failed(*token))
                continue;
            // Nobody is asked for a PIN as long as another place does without.
            const bool asks = may_ask_person(*m_config, *token);
            if (!closed || (closed_asks && !asks)) {
                closed = token;
                closed_asks = asks;
            }
            continue;
        }
        if (!std::exchange(progress.rescanned, true)) {
            // The key may have been made, or shown, since the last scan.
            co_await token->host->scan(token->slot);
            co_return;
        }
        why = "token \"" + token->label + "\" shows no private key for this certificate";
    }
    if (closed && !(closed_asks && progress.cancelled)) {
        co_await log_in(progress, closed);
        co_return;
    }
    if (progress.login_failure && (progress.cancelled || !may_come))
        std::rethrow_exception(progress.login_failure);
    if (!may_come)
        throw Error(protocol::TOKEN_CANNOT, why, "see `signet list`");

    const auto coming = hosts_of(*key, [](const Host& host) { return !host.is_ready() && host.goes_on(); });
    if (!coming.empty()) {
        // Another module may show the key meanwhile. Those that are ready now cannot do it.
        const auto ready_now = hosts_of(*key, [](const Host& host) { return host.is_ready(); });
        const auto that_may_come = [this, key, ready_now] {
            const auto now = m_hosts.catalogue().key(key->subject_public_key_info);
            return hosts_of(now ? *now : *key, [&ready_now](const Host& host) {
                return std::none_of(ready_now.begin(), ready_now.end(),
                                    [&host](const auto& other) { return other.get() == &host; });
            });
        };
        const bool ready = co_await m_hosts.wait_any_ready(that_may_come, progress.deadline);
        if (!ready && progress.login_failure)
            std::rethrow_exception(progress.login_failure);
        if (!ready)
            throw Error(protocol::TOKEN_FAILED,
                        "module " + coming.front()->config().name +
                            " does not get ready: " + coming.front()->trouble(),
                        "see the log of signet-agent");
        co_return;
    }
    // Every host is well, but none has the token where it was: it may have come back elsewhere.
    if (!std::exchange(progress.searched, true)) {
        co_await m_hosts.refresh();
        co_return;
    }
    if (progress.login_failure)
        std::rethrow_exception(progress.login_failure);
    throw Error(protocol::TOKEN_ABSENT, "the token with this key is not there", "insert it");
}

asio::awaitable<void> KeyOperations::log_in(Progress& progress, std::shared_ptr<TokenState> token) {
    if (progress.logins >= max_logins)
        throw Error(protocol::TOKEN_FAILED,
                    "token \"" + token->label + "\" was logged in to, and shows no login",
                    "see the log of signet-agent");
    const auto begin = Clock::now();
    try {
        co_await m_logins.ensure(token, progress.permit.peer());
        ++progress.logins;
    } catch (const Error& error) {
        const auto status = error.status();
        if (!is_about_login(status))
            throw;
        const bool by_module = status == protocol::TOKEN_ABSENT || status == protocol::TOKEN_FAILED;
        progress.failed_logins.push_back({token, !by_module});
        progress.cancelled = progress.cancelled || status == protocol::PIN_CANCELLED;
        if (!progress.login_failure)
            progress.login_failure = std::current_exception();
    }
    // A person may take their time; the operation's own time stands still meanwhile.
    progress.deadline += Clock::now() - begin;
}

void refuse_failed(const Answer& answer) {
    if (answer.fate == Fate::timed_out)
        throw Error(protocol::TOKEN_FAILED, "the token did not answer in time", "see `signet status`");
    if (answer.fate != Fate::answered)
        throw Error(protocol::TOKEN_FAILED, "the token's module keeps failing: " + answer.what,
                    "see the log of signet-agent");
    if (answer.outcome == token::protocol::CANNOT)
        throw Error(protocol::TOKEN_CANNOT, "the token cannot do this: " + answer.what);
    if (answer.outcome == token::protocol::TOKEN_ABSENT || answer.outcome == token::protocol::KEY_GONE)
        throw Error(protocol::TOKEN_ABSENT, "the token with this key has gone: " + answer.what, "insert it");
    throw Error(protocol::TOKEN_FAILED, "the token failed: " + answer.what, "see the log of signet-agent");
}

}  // namespace signet::agent
