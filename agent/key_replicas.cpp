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
    enum class Turn { probe, well, aside };
    const auto now = m_set_aside.empty() ? Clock::time_point{} : Clock::now();
    const bool probes = may_probe(progress.failures_allowed, !progress.failed_at.empty());
    const Location* best = nullptr;
    std::tuple<bool, Turn, std::size_t> best_rank;
    for (const auto& location : progress.key->locations) {
        const auto& token = *location.token;
        if (!token.current || token.needs_login() || !token.host->is_ready() ||
            !can(location, progress.request) || is_barred(progress, location))
            continue;
        const auto standing = m_set_aside.standing(token, now);
        auto turn = standing == Standing::well ? Turn::well : Turn::aside;
        if (progress.probes(token) || (standing == Standing::due && probes))
            turn = Turn::probe;
        const std::tuple rank(progress.has_failed_at(token), turn, load_of(location));
        if (best == nullptr || rank < best_rank) {
            best = &location;
            best_rank = rank;
        }
    }
    return best;
}

/// Whether another place should be used instead.
bool KeyOperations::is_doubtful(const Progress& progress, const TokenState& token) const {
    return progress.has_failed_at(token) ||
           (!progress.probes(token) && m_set_aside.standing(token, Clock::now()) == Standing::aside);
}

/// Whether it is not to be used, although it shows the key and is logged in.
bool KeyOperations::is_barred(const Progress& progress, const Location& location) const {
    const auto& token = *location.token;
    if (progress.is_unable(token))
        return true;
    if (!location.key || !location.key->always_authenticate)
        return false;
    if (progress.login_failed(token))
        return true;
    const bool may_ask = progress.inability ? progress.may_ask() : !progress.cancelled;
    return !may_ask && m_logins.would_ask(token);
}

/// Whether it can be used now, or when it is logged in to.
bool KeyOperations::may_serve(const Progress& progress, const Location& location) const {
    const auto& token = *location.token;
    if (!token.current || !token.host->is_ready() || is_barred(progress, location))
        return false;
    if (!token.needs_login())
        return can(location, progress.request);
    return obstacle(location, progress.request).empty() && !progress.login_failed(token) &&
           (progress.may_ask() || !m_logins.would_ask(token));
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
    if ((m_set_aside.empty() && progress.failed_at.empty()) || progress.logins >= max_logins ||
        !is_doubtful(progress, *place.token))
        return nullptr;
    std::shared_ptr<TokenState> best;
    for (const auto& location : progress.key->locations) {
        const auto& token = *location.token;
        if (!token.needs_login() || !may_serve(progress, location) || is_doubtful(progress, token))
            continue;
        if (!m_logins.would_ask(token))
            return location.token;
        if (progress.is_last_attempt() && !best)
            best = location.token;
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
