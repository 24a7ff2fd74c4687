#include "agent/certificate_name.h"

#include <algorithm>
#include <string_view>

namespace signet::agent {

namespace {

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

}  // namespace

CertificateName::CertificateName(const std::string& text) : m_text(text) {
    if (is_token_uri(text))
        m_uri.emplace(text);
    else
        m_fingerprint = fingerprint_in(text);
}

bool CertificateName::matches(const std::string& fingerprint, const std::vector<std::string>& emails,
                              const std::vector<Place>& places) const {
    if (m_text.empty())
        return true;
    const auto is_place = [this](const Place& place) {
        return m_uri ? m_uri->matches(*place.token, place.id, place.label) : place.label == m_text;
    };
    if (std::any_of(places.begin(), places.end(), is_place))
        return true;
    if (m_uri)
        return false;
    if (m_fingerprint && fingerprint.starts_with(*m_fingerprint))
        return true;
    return std::any_of(emails.begin(), emails.end(),
                       [this](const std::string& address) { return equal_but_for_case(address, m_text); });
}

}  // namespace signet::agent
