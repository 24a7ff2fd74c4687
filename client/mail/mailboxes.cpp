#include "client/mail/mailboxes.h"

#include "client/mail/error.h"
#include "client/mail/gmime_ptr.h"

#include <algorithm>
#include <utility>

namespace signet::client::mail {

namespace {

void collect(InternetAddressList* list, bool in_group, std::vector<std::string>& addresses) {
    for (int i = 0; i < internet_address_list_length(list); ++i) {
        auto* address = internet_address_list_get_address(list, i);
        if (INTERNET_ADDRESS_IS_MAILBOX(address)) {
            const char* text = internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(address));
            addresses.emplace_back(text != nullptr ? text : "");
        } else if (INTERNET_ADDRESS_IS_GROUP(address) && !in_group) {
            collect(internet_address_group_get_members(INTERNET_ADDRESS_GROUP(address)), true, addresses);
        } else {
            throw Error(ErrorCode::malformed, "it has a group of addresses within a group");
        }
    }
}

/// What stands outside quoted strings, comments and domain literals. GMime reads leniently even when told to
/// be strict: it drops what it cannot read after an address ("eve@example.org\\ <alice@example.org>"), and
/// descends without end into groups in groups. So its answer counts only if it accounts for every "@".
class AddressScan {
  public:
    /// False if brackets or quotes are not balanced, something stands after <...>, a group within a group, a
    /// backslash outside quotes, or an address as the name of another.
    bool run(std::string_view value);
    [[nodiscard]] std::size_t at_signs() const noexcept { return m_at_signs; }

  private:
    bool plain(char c);
    bool next_address();

    std::size_t m_at_signs = 0;
    int m_comment_depth = 0;
    bool m_quoted = false;
    bool m_literal = false;
    bool m_group = false;
    bool m_address_begun = false;
    bool m_angle = false;
    bool m_closed = false;
};

bool AddressScan::run(std::string_view value) {
    for (std::size_t i = 0; i < value.size(); ++i) {
        const char c = value[i];
        if (c == '\\') {
            if (!m_quoted && m_comment_depth == 0) {
                return false;
            }
            ++i;
        } else if (m_quoted) {
            m_quoted = c != '"';
        } else if (m_comment_depth > 0) {
            m_comment_depth += (c == '(' ? 1 : 0) - (c == ')' ? 1 : 0);
        } else if (m_literal) {
            m_literal = c != ']';
        } else if (!plain(c)) {
            return false;
        }
    }
    return !m_quoted && !m_literal && !m_angle && m_comment_depth == 0;
}

bool AddressScan::plain(char c) {
    // After <...> there is only white space or a comment, until the next address.
    if (m_closed && std::string_view(" \t(,;").find(c) == std::string_view::npos) {
        return false;
    }
    switch (c) {
        case '"':
            m_quoted = true;
            return true;
        case '(':
            m_comment_depth = 1;
            return true;
        case '[':
            m_literal = true;
            return true;
        case '@':
            ++m_at_signs;
            m_address_begun = true;
            return true;
        case '<':
            return !m_address_begun && !std::exchange(m_angle, true);
        case '>':
            m_closed = true;
            return std::exchange(m_angle, false);
        case ',':
            return next_address();
        case ':':
            return next_address() && !std::exchange(m_group, true);
        case ';':
            return next_address() && std::exchange(m_group, false);
        case ')':
        case ']':
            return false;
        default:
            return true;
    }
}

bool AddressScan::next_address() {
    m_closed = false;
    m_address_begun = false;
    return !m_angle;
}

[[noreturn]] void reject(std::string_view name) {
    throw Error(ErrorCode::malformed, "its " + std::string(name) + " field holds no valid addresses");
}

void check(const std::string& address, std::string_view name) {
    const auto at = address.rfind('@');
    const bool printable = std::none_of(address.begin(), address.end(), [](char c) {
        return (c >= 0 && c <= ' ') || c == 127 || c == '<' || c == '>' || c == ',';
    });
    if (at == std::string::npos || at == 0 || at + 1 == address.size() || !printable) {
        reject(name);
    }
}

}  // namespace

std::vector<std::string> mailboxes_of(const Entity& message, std::string_view name) {
    use_gmime();
    const ParserOptionsPtr options(g_mime_parser_options_new());
    g_mime_parser_options_set_address_compliance_mode(options.get(), GMIME_RFC_COMPLIANCE_STRICT);
    std::vector<std::string> addresses;
    for (const auto& field : message.fields) {
        if (!field.is(name)) {
            continue;
        }
        const auto value = field.value();
        if (value.empty()) {
            continue;
        }
        AddressScan scan;
        if (field.raw.size() > max_parsed_field_size || !scan.run(value)) {
            reject(name);
        }
        const GObjectPtr<InternetAddressList> list(internet_address_list_parse(options.get(), value.c_str()));
        if (list == nullptr) {
            reject(name);
        }
        const auto before = addresses.size();
        collect(list.get(), false, addresses);
        if (addresses.size() - before != scan.at_signs()) {
            reject(name);
        }
    }
    for (const auto& address : addresses) {
        check(address, name);
    }
    return addresses;
}

std::vector<std::string> senders_of(const Entity& message) {
    static_cast<void>(message.only("From"));
    return mailboxes_of(message, "From");
}

std::string joined(const std::vector<std::string>& items) {
    std::string text;
    for (const auto& item : items) {
        text += (text.empty() ? "" : ", ") + item;
    }
    return text;
}

std::string sender_mismatch(const Entity& message, const std::vector<std::string>& signer) {
    const auto senders = senders_of(message);
    const bool all = std::all_of(senders.begin(), senders.end(), [&signer](const auto& sender) {
        return std::any_of(signer.begin(), signer.end(),
                           [&sender](const auto& address) { return equal_without_case(address, sender); });
    });
    if (all && !senders.empty()) {
        return {};
    }
    if (message.only("From") == nullptr) {
        return "the message does not say whom it is from: it has no From field";
    }
    const auto from = senders.empty() ? "nobody" : joined(senders);
    return signer.empty() ? "the signer's certificate holds no address, the message says it is from " + from
                          : "the signer is " + joined(signer) + ", the message says it is from " + from;
}

}  // namespace signet::client::mail
