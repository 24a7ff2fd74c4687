// Which of the tokens with a key an operation goes to.
#include "agent/key_ability.h"
#include "agent/key_progress.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <tuple>

namespace signet::agent {

namespace {

using Standing = SetAside::Standing;

std::size_t load_of(const Location& location) {
    return location.token->host->outstanding() + location.token->host->queued();
}

/// Whether an operation may be the one that tries a token of which it is not known how it does: not if it has
/// failed before, or has nothing to lose.
bool may_probe(int failures_allowed, bool has_failed) {
    return failures_allowed > 1 && !has_failed;
}

}  // namespace

const Location* KeyOperations::pick(const Progress& progress) const {
    const Location* best = nullptr;
    std::tuple<bool, Rank, bool, std::size_t> best_rank;
    for (const auto& location : progress.key->locations) {
        const auto& token = *location.token;
        if (!token.current || token.needs_login() || !token.host->is_ready() ||
            !can(location, progress.request) || is_barred(progress, location))
            continue;
        const bool asks = use_asks(progress, location);
        const bool in_turn = !is_set_aside(token) || is_aside(progress, token, asks);
        // A PIN that was asked for is for the next use.
        const bool unprepared = !location.key->always_authenticate || !progress.has_pin_for(token, m_logins);
        const std::tuple place_rank(unprepared, rank(progress, token, asks), in_turn, load_of(location));
        if (best == nullptr || place_rank < best_rank) {
            best = &location;
            best_rank = place_rank;
        }
    }
    return best;
}

/// Nobody is asked for a PIN as long as another place does without, even one that failed: only before the
/// last failure that is allowed.
KeyOperations::Rank KeyOperations::rank(const Progress& progress, const TokenState& token, bool asks) const {
    const bool failed = progress.has_failed_at(token);
    const bool aside = is_aside(progress, token, asks);
    if (progress.is_last_attempt() && progress.may_ask())
        return {failed, aside, asks};
    return {asks, failed, aside};
}

/// Whether others go first because it failed last, and this operation is not the one that tries it. Nobody
/// is asked for a try.
bool KeyOperations::is_aside(const Progress& progress, const TokenState& token, bool asks) const {
    if (m_set_aside.empty() || progress.probes(token))
        return false;
    const auto standing = m_set_aside.standing(token, Clock::now());
    const bool probes = may_probe(progress.failures_allowed, !progress.failed_at.empty());
    return standing == Standing::aside || (standing == Standing::due && (asks || !probes));
}

/// Whether a person is asked for the PIN when the key is used there, besides any login.
bool KeyOperations::use_asks(const Progress& progress, const Location& location) const {
    return location.key && location.key->always_authenticate && m_logins.would_ask(*location.token) &&
           !progress.has_pin_for(*location.token, m_logins);
}

/// Whether it is not to be used, although it shows the key and is logged in.
bool KeyOperations::is_barred(const Progress& progress, const Location& location) const {
    const auto& token = *location.token;
    if (progress.is_unable(token))
        return true;
    if (!location.key || !location.key->always_authenticate)
        return false;
    if (progress.login_failed(token) || is_passed_over(progress, token))
        return true;
    return !progress.asks_for_another && progress.moves_from_another(token) && m_logins.would_ask(token);
}

/// Whether it can be used now, or when it is logged in to.
bool KeyOperations::may_serve(const Progress& progress, const Location& location) const {
    const auto& token = *location.token;
    if (!token.current || !token.host->is_ready() || is_barred(progress, location))
        return false;
    if (!token.needs_login())
        return can(location, progress.request);
    return obstacle(location, progress.request).empty() && !progress.login_failed(token) &&
           !is_passed_over(progress, token) && (progress.may_ask() || !m_logins.would_ask(token));
}

bool KeyOperations::another_may_serve(const Progress& progress) const {
    const auto& locations = progress.key->locations;
    return std::any_of(locations.begin(), locations.end(), [&](const Location& location) {
        const auto& host = *location.token->host;
        const bool comes = !host.is_ready() && host.goes_on() && !progress.is_unable(*location.token);
        // How long it takes must not tell a stranger what the first token made of their bytes.
        return may_serve(progress, location) || (comes && progress.asks_for_another);
    });
}

bool KeyOperations::fresh_one_may_serve(const Progress& progress) const {
    const auto& locations = progress.key->locations;
    return std::any_of(locations.begin(), locations.end(), [&](const Location& location) {
        return !progress.has_failed_at(*location.token) && may_serve(progress, location);
    });
}

/// One to log in to before `place` is used; null if there is none.
std::shared_ptr<TokenState> KeyOperations::better_closed(const Progress& progress,
                                                         const Location& place) const {
    const bool place_asks = use_asks(progress, place);
    auto best_rank = rank(progress, *place.token, place_asks);
    if (best_rank == Rank{} || progress.logins >= max_logins)
        return nullptr;
    // What is set aside, and closed, has its own time (reopen) as long as another place may do.
    const bool in_need = place_asks || progress.is_last_attempt();
    std::shared_ptr<TokenState> best;
    for (const auto& location : progress.key->locations) {
        const auto& token = *location.token;
        if (!token.needs_login() || !may_serve(progress, location))
            continue;
        const bool asks = m_logins.would_ask(token);
        const auto place_rank = rank(progress, token, asks);
        if (place_rank < best_rank && (in_need || !is_aside(progress, token, asks))) {
            best = location.token;
            best_rank = place_rank;
        }
    }
    return best;
}

void KeyOperations::share_load(const Progress& progress, const Location& full) {
    const auto busy = full.token->host;
    if (load_of(full) < busy->room())
        return;
    for (const auto& location : progress.key->locations) {
        const auto& token = *location.token;
        if (!token.needs_login() || !token.current || token.host == busy || !token.host->is_ready() ||
            load_of(location) >= token.host->room() || progress.login_failed(token))
            continue;
        // One token does no more behind two modules. One that is set aside has its own time: reopen().
        if (token.id() == full.token->id() || !obstacle(location, progress.request).empty() ||
            is_set_aside(token))
            continue;
        m_logins.open_unasked(location.token, Logins::Pauses::here, [busy](bool opened) {
            if (opened)
                busy->spread_waiting();
        });
    }
}

/// Takes the turn to try `place`, if it is time.
void KeyOperations::probe(Progress& progress, const Location& place) {
    if (progress.probes(*place.token))
        return;
    progress.probe.reset();
    if (m_set_aside.empty())
        return;
    progress.probe = m_set_aside.begin_probe(*place.token, Clock::now());
    progress.probed = place.token;
}

/// A token that failed may have lost its login with its process: it cannot be tried without.
void KeyOperations::reopen(const Progress& progress) {
    if (m_set_aside.empty() || progress.key->locations.size() < 2)
        return;
    const auto now = Clock::now();
    for (const auto& location : progress.key->locations) {
        const auto token = location.token;
        if (!token->needs_login() || !token->current || !token->host->is_ready() ||
            progress.login_failed(*token) || !obstacle(location, progress.request).empty())
            continue;
        const auto probe = m_set_aside.begin_probe(*token, now);
        if (probe == nullptr)
            continue;
        const bool begun =
            m_logins.open_unasked(token, Logins::Pauses::caller, [this, token, probe](bool opened) {
                if (!opened)
                    m_set_aside.failed(*token, Clock::now());
            });
        // Somebody has to open it. That is not looked for with every operation.
        if (!begun)
            m_set_aside.failed(*token, now);
    }
}

void KeyOperations::learn(const TokenState& token, const Answer& answer, bool faulty, SetAside::Mark begun) {
    if (answer.ok() && !faulty) {
        if (m_set_aside.succeeded(token, begun))
            spdlog::info("token \"{}\" of module {} works again", token.label, token.module);
        return;
    }
    const bool ended = answer.fate == Fate::lost || answer.fate == Fate::timed_out;
    const bool failed = answer.fate == Fate::answered && answer.outcome == token::protocol::DEVICE_FAILED;
    if ((ended || failed || faulty) && m_set_aside.failed(token, Clock::now()))
        spdlog::warn("token \"{}\" of module {} failed: other tokens with its keys go first until it works",
                     token.label, token.module);
}

}  // namespace signet::agent
