#include "agent/selector.h"

#include "agent/error.h"
#include "agent/token_uri.h"

#include <algorithm>
#include <ctime>
#include <limits>
#include <optional>
#include <set>

namespace signet::agent {

namespace {

/// Matches that an error or the warnings name.
constexpr std::size_t max_named = 8;
constexpr std::size_t min_fingerprint_digits = 8;
constexpr std::size_t fingerprint_digits = 64;

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool equal_but_for_case(std::string_view a, std::string_view b) {
    return a.size() == b.size() &&
           std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

/// The lower-case digits of `text` without colons, if it is a fingerprint or the beginning of one.
std::optional<std::string> fingerprint_in(std::string_view text) {
    std::string digits;
    for (const char c : text) {
        const char digit = lower(c);
        if ((digit >= '0' && digit <= '9') || (digit >= 'a' && digit <= 'f'))
            digits.push_back(digit);
        else if (c != ':')
            return std::nullopt;
    }
    if (digits.size() < min_fingerprint_digits || digits.size() > fingerprint_digits)
        return std::nullopt;
    return digits;
}

bool matches_uri(const Identity& identity, const TokenUri& uri) {
    return std::any_of(identity.places.begin(), identity.places.end(),
                       [&](const Place& place) { return uri.matches(*place.token, place.id, place.label); });
}

bool matches_text(const Identity& identity, const std::string& text,
                  const std::optional<std::string>& fingerprint) {
    if (fingerprint && identity.fingerprint.starts_with(*fingerprint))
        return true;
    const auto has_label = [&](const Place& place) { return place.label == text; };
    if (std::any_of(identity.places.begin(), identity.places.end(), has_label))
        return true;
    const auto is_address = [&](const std::string& address) { return equal_but_for_case(address, text); };
    return std::any_of(identity.emails.begin(), identity.emails.end(), is_address);
}

std::string day_of(std::int64_t seconds) {
    const auto time = static_cast<std::time_t>(seconds);
    std::tm parts{};
    char text[32];
    if (::gmtime_r(&time, &parts) == nullptr || std::strftime(text, sizeof text, "%Y-%m-%d", &parts) == 0)
        return "?";
    return text;
}

/// Why `identity` does not sign now; empty if it does.
std::string obstacle(const Identity& identity, std::int64_t now) {
    if (identity.not_after < now)
        return "expired on " + day_of(identity.not_after);
    if (identity.not_before > now)
        return "is not valid before " + day_of(identity.not_before);
    if (!identity.may_sign)
        return "is not for signing (key usage)";
    return {};
}

std::vector<std::shared_ptr<const Identity>> those_matching(
    const std::vector<std::shared_ptr<const Identity>>& identities, const std::string& text) {
    if (text.empty())
        return identities;
    std::vector<std::shared_ptr<const Identity>> matches;
    const auto keep = [&](auto&& fits) {
        for (const auto& identity : identities) {
            if (fits(*identity))
                matches.push_back(identity);
        }
    };
    if (is_token_uri(text)) {
        const TokenUri uri(text);
        keep([&](const Identity& identity) { return matches_uri(identity, uri); });
    } else {
        const auto fingerprint = fingerprint_in(text);
        keep([&](const Identity& identity) { return matches_text(identity, text, fingerprint); });
    }
    return matches;
}

/// Throws Error(TOKEN_ABSENT) if one of `absent` would sign.
void refuse_absent(const std::vector<std::shared_ptr<const Identity>>& absent, std::int64_t now) {
    for (const auto& identity : absent) {
        if (obstacle(*identity, now).empty())
            throw Error(protocol::TOKEN_ABSENT,
                        "token \"" + identity->places.front().token->label + "\" with " +
                            identity->description() + " is not there",
                        "insert it, or wait for it with --wait");
    }
}

[[noreturn]] void refuse_none(const std::string& text, const std::vector<std::string>& skipped,
                              bool any_token) {
    if (!skipped.empty()) {
        std::string why;
        for (const auto& one : skipped)
            why += (why.empty() ? "" : "; ") + one;
        throw Error(protocol::NO_IDENTITY, why, "choose another identity, or renew the certificate");
    }
    if (!any_token)
        throw Error(protocol::TOKEN_ABSENT, "no token is there", "insert one, or see `signet status`");
    if (text.empty())
        throw Error(protocol::NO_IDENTITY, "no token has a certificate with a private key",
                    "insert a token, or see what `signet list` shows");
    throw Error(protocol::NO_IDENTITY, "no identity matches \"" + text + "\"",
                "see what `signet list` shows");
}

[[noreturn]] void refuse_several(const std::vector<std::shared_ptr<const Identity>>& usable) {
    std::string why = "several identities match: ";
    for (std::size_t i = 0; i < usable.size() && i < max_named; ++i)
        why += (i == 0 ? "" : "; ") + usable[i]->description();
    if (usable.size() > max_named)
        why += "; and " + std::to_string(usable.size() - max_named) + " more";
    throw Error(protocol::AMBIGUOUS_IDENTITY, why, "name one by its fingerprint or URI (-k)");
}

}  // namespace

std::vector<std::shared_ptr<const Identity>> Selector::matching(const std::string& text) const {
    return those_matching(m_catalogue.identities(), text);
}

std::vector<std::shared_ptr<const Identity>> Selector::absent(const std::string& text) const {
    return those_matching(m_catalogue.absent(), text);
}

const SignerChoice& Selector::signer(const std::string& text, std::int64_t now) {
    if (m_generation != m_catalogue.generation() || m_remembered.size() >= max_remembered) {
        m_remembered.clear();
        m_generation = m_catalogue.generation();
    }
    const auto known = m_remembered.find(text);
    if (known != m_remembered.end()) {
        if (known->second.from <= now && now <= known->second.until)
            return known->second.choice;
        m_remembered.erase(known);
    }

    Remembered remembered;
    remembered.from = std::numeric_limits<std::int64_t>::min();
    remembered.until = std::numeric_limits<std::int64_t>::max();
    std::vector<std::shared_ptr<const Identity>> usable;
    auto& skipped = remembered.choice.warnings;
    for (const auto& identity : matching(text)) {
        // The answer holds between the two nearest ends of any match's validity.
        for (const auto edge : {identity->not_before, identity->not_after + 1}) {
            if (edge <= now)
                remembered.from = std::max(remembered.from, edge);
            else
                remembered.until = std::min(remembered.until, edge - 1);
        }
        const auto why = obstacle(*identity, now);
        if (why.empty())
            usable.push_back(identity);
        else if (skipped.size() < max_named)
            skipped.push_back(identity->description() + " " + why);
    }
    if (usable.empty()) {
        refuse_absent(absent(text), now);
        refuse_none(text, skipped, m_catalogue.has_token());
    }
    const bool one_key = std::all_of(usable.begin(), usable.end(), [&](const auto& identity) {
        return identity->key == usable.front()->key;
    });
    if (!one_key)
        refuse_several(usable);
    remembered.choice.identity =
        *std::max_element(usable.begin(), usable.end(),
                          [](const auto& a, const auto& b) { return a->not_before < b->not_before; });
    return m_remembered.emplace(text, std::move(remembered)).first->second.choice;
}

}  // namespace signet::agent
