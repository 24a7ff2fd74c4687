#include "agent/key_progress.h"

#include "agent/error.h"
#include "agent/key_ability.h"

#include <spdlog/spdlog.h>

#include <vector>

namespace signet::agent {

namespace {

using token::protocol::Request;

constexpr auto extra_time = std::chrono::seconds{10};
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

std::vector<Host::Use> uses_of(const Key& key) {
    std::vector<Host::Use> uses;
    for (const auto& location : key.locations)
        uses.emplace_back(location.token->host);
    return uses;
}

}  // namespace

asio::awaitable<Answer> KeyOperations::run(Permit permit, std::shared_ptr<const Key> key, Request& request,
                                           KeyUse* use, Effort effort) {
    const auto& locations = key->locations;
    const auto timeout = locations.empty()
                             ? Clock::duration{}
                             : Clock::duration(locations.front().token->host->config().operation_timeout);
    // The catalogue may have been rebuilt since the caller found the key.
    const auto generation = key->generation;
    const auto answered = answered_at(*key);
    const auto patience = 2 * timeout + extra_time;
    Questions own_questions;
    Progress progress{permit,
                      std::move(key),
                      request,
                      generation,
                      patience,
                      Clock::now() + patience,
                      answered,
                      effort.failures,
                      effort.waits,
                      effort.asks_for_another,
                      effort.questions != nullptr ? *effort.questions : own_questions};
    progress.uses = uses_of(*progress.key);
    Answer answer;
    while (true) {
        if (permit.peer().gone)
            throw Error(protocol::STOPPING, "the client has gone");
        follow_catalogue(progress);
        reopen(progress);
        const Location* place = pick(progress);
        if (place == nullptr) {
            progress.let_go_of_pin();
            progress.probe.reset();
            const bool goes_on = co_await prepare_another(progress);
            if (!goes_on)
                co_return std::move(*progress.inability);
            continue;
        }
        if (auto closed = better_closed(progress, *place)) {
            progress.let_go_of_pin();
            co_await log_in(progress, std::move(closed));
            continue;
        }
        probe(progress, *place);
        share_load(progress, *place);
        // The catalogue may be rebuilt while the token works.
        const auto held = progress.key;
        const auto host = place->token->host;
        const bool authenticates = place->key->always_authenticate;
        if (use_asks(progress, *place)) {
            const bool waited = co_await await_unasked(progress);
            if (waited)
                continue;
        }
        if (authenticates && !progress.has_pin_for(*place->token, m_logins)) {
            co_await find_pin(progress, place->token, use);
            continue;
        }
        if (!authenticates)
            progress.let_go_of_pin();
        progress.preparations = 0;
        progress.awaited = false;
        progress.logins = 0;
        set_place(request, place->token->slot, place->key->handle);
        fit(*place, request);
        if (use != nullptr)
            use->goes_to(place->token);
        const ContextPin* pin = authenticates ? &*progress.pin : nullptr;
        const auto begun = m_set_aside.mark();
        answer = co_await host->call(permit.peer().id, progress.company, place->token, request, pin, use);
        progress.probe.reset();
        const bool faulty = answer.ok() && use != nullptr && !use->accepts(answer);
        learn(*place->token, answer, faulty, begun);
        if (authenticates && answer.fate != Fate::not_sent && answer.fate != Fate::client_gone) {
            const bool again = co_await judge_pin(progress, place->token, answer);
            if (again)
                continue;
        }
        if (answer.ok() && !faulty) {
            m_logins.used(*place->token);
            co_return answer;
        }
        if (faulty) {
            answer.outcome = token::protocol::DEVICE_FAILED;
            answer.what = "the token made a signature that does not verify";
        }
        if (answer.fate == Fate::client_gone)
            throw Error(protocol::STOPPING, "the client has gone");
        if (answer.fate == Fate::answered && answer.outcome == token::protocol::CANNOT) {
            progress.unable.push_back(place->token);
            if (!progress.inability)
                progress.inability = std::move(answer);
            if (!another_may_serve(progress))
                co_return std::move(*progress.inability);
            continue;
        }
        if (!repeat(progress, *place, answer))
            co_return answer;
        const bool gone = answer.fate == Fate::answered && (answer.outcome == token::protocol::KEY_GONE ||
                                                            answer.outcome == token::protocol::TOKEN_ABSENT);
        if (gone)
            co_await host->renew(place->token);
    }
}

void KeyOperations::follow_catalogue(Progress& progress) const {
    if (progress.generation == m_hosts.catalogue().generation())
        return;
    progress.generation = m_hosts.catalogue().generation();
    if (auto now = m_hosts.catalogue().key(progress.key->subject_public_key_info))
        progress.key = std::move(now);
    progress.uses = uses_of(*progress.key);
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
    if (!progress.has_failed_at(*location.token))
        progress.failed_at.push_back(location.token);
    const bool enough = progress.failures >= progress.failures_allowed || progress.timeouts >= max_timeouts;
    // Each further attempt is for another token: there are no more of them than tokens.
    const auto most = max_failures + static_cast<int>(progress.key->locations.size());
    const bool goes_on = !enough || (progress.failures < most && fresh_one_may_serve(progress));
    return goes_on && !out_of_time(progress);
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
