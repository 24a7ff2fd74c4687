#include "agent/selector.h"

#include "agent/certificate_name.h"
#include "agent/error.h"

#include <algorithm>
#include <ctime>
#include <iterator>
#include <limits>
#include <tuple>

namespace signet::agent {

namespace {

/// Matches that an error or the warnings name.
constexpr std::size_t max_named = 8;
/// Bytes of a label in one.
constexpr std::size_t max_label = 64;

std::string day_of(std::int64_t seconds) {
    const auto time = static_cast<std::time_t>(seconds);
    std::tm parts{};
    char text[32];
    if (::gmtime_r(&time, &parts) == nullptr || std::strftime(text, sizeof text, "%Y-%m-%d", &parts) == 0)
        return "?";
    return text;
}

std::vector<std::shared_ptr<const Identity>> those_matching(
    const std::vector<std::shared_ptr<const Identity>>& identities, const std::string& text) {
    if (text.empty())
        return identities;
    const CertificateName name(text);
    std::vector<std::shared_ptr<const Identity>> matches;
    std::copy_if(identities.begin(), identities.end(), std::back_inserter(matches),
                 [&](const auto& identity) { return name.matches(*identity); });
    return matches;
}

/// What tells it from others with the same name.
std::string distinction_of(const Identity& identity) {
    const auto& place = identity.places.front();
    return identity.description() + " " + identity.certificate.key_name() + " \"" +
           place.label.substr(0, max_label) + "\" on token \"" + place.token->label + "\", valid until " +
           day_of(identity.not_after);
}

/// Throws Error(TOKEN_ABSENT) if one of `absent` would sign.
void refuse_absent(const std::vector<std::shared_ptr<const Identity>>& absent, std::int64_t now) {
    for (const auto& identity : absent) {
        if (why_not_signing(*identity, now).empty())
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
        why += (i == 0 ? "" : "; ") + distinction_of(*usable[i]);
    if (usable.size() > max_named)
        why += "; and " + std::to_string(usable.size() - max_named) + " more";
    throw Error(protocol::AMBIGUOUS_IDENTITY, why, "name one by its fingerprint or URI (-k)");
}

}  // namespace

std::string why_not_signing(const Identity& identity, std::int64_t now) {
    if (identity.not_after < now)
        return "expired on " + day_of(identity.not_after);
    if (identity.not_before > now)
        return "is not valid before " + day_of(identity.not_before);
    if (!identity.may_sign)
        return "is not for signing (key usage)";
    if (!key_may_sign(*identity.key))
        return "has a key that its token does not sign with (CKA_SIGN)";
    return {};
}

bool signs_before(const Identity& a, const Identity& b) noexcept {
    return std::tie(a.not_before, a.not_after) > std::tie(b.not_before, b.not_after);
}

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
        const auto why = why_not_signing(*identity, now);
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
    remembered.choice.identity = *std::max_element(
        usable.begin(), usable.end(), [](const auto& a, const auto& b) { return signs_before(*b, *a); });
    return m_remembered.emplace(text, std::move(remembered)).first->second.choice;
}

}  // namespace signet::agent
