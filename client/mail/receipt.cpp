#include "client/mail/receipt.h"

#include "client/hex.h"
#include "client/mail/mailboxes.h"
#include "client/mail/smime_part.h"
#include "client/timestamping.h"
#include "cms/content_types.h"
#include "cms/digest_stream.h"
#include "cms/signed_data_builder.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <tuple>

namespace signet::client::mail {

namespace {

constexpr char cannot_confirm[] = "cannot make a receipt";

struct Reader {
    cms::Certificate certificate;
    std::vector<std::string> addresses;
    bool is_valid = false;
    std::int64_t not_before = 0;
};

/// One more of the readers; of a key that has several certificates, as after a renewal, the newest valid one.
void add_reader(std::vector<Reader>& readers, Reader reader) {
    const auto known = std::find_if(readers.begin(), readers.end(), [&](const Reader& other) {
        return other.certificate.subject_public_key_info() == reader.certificate.subject_public_key_info();
    });
    if (known == readers.end()) {
        readers.push_back(std::move(reader));
    } else if (std::tie(known->is_valid, known->not_before) < std::tie(reader.is_valid, reader.not_before)) {
        *known = std::move(reader);
    }
}

std::vector<std::string> addressed(const Entity& message) {
    std::vector<std::string> addresses;
    for (const char* field : {"To", "Cc"}) {
        const auto more = mailboxes_of(message, field);
        addresses.insert(addresses.end(), more.begin(), more.end());
    }
    return addresses;
}

/// Who signs the receipt.
Reader find_reader(AgentConnection& agent, const std::vector<std::string>& named, const Entity& message) {
    const auto list = agent.list(named.empty() ? std::string() : named.front(), true);
    const auto to = addressed(message);
    const std::int64_t now = std::time(nullptr);
    std::vector<Reader> readers;
    for (const auto& identity : list.identities()) {
        const bool signs =
            std::find(identity.usage().begin(), identity.usage().end(), "sign") != identity.usage().end();
        const bool is_meant =
            !named.empty() || std::any_of(identity.email().begin(), identity.email().end(), [&](auto& own) {
                return std::find(to.begin(), to.end(), own) != to.end();
            });
        if (signs && is_meant) {
            add_reader(readers, {cms::Certificate::from_der(cms::as_bytes(identity.certificate())),
                                 {identity.email().begin(), identity.email().end()},
                                 identity.not_before() <= now && now <= identity.not_after(),
                                 identity.not_before()});
        }
    }
    if (readers.size() == 1 && !readers.front().addresses.empty()) {
        return readers.front();
    }
    throw client::Error(ExitStatus::identity, cannot_confirm,
                        readers.empty() ? "nobody with a key here is among its recipients"
                                        : "it is not clear whose key and address the receipt is of",
                        "say with -k who has read it");
}

/// RFC 5322 section 3.3.
std::string date_field() {
    const std::time_t now = std::time(nullptr);
    std::tm utc{};
    std::array<char, 64> text{};
    if (gmtime_r(&now, &utc) == nullptr) {
        return {};
    }
    const auto size = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S +0000", &utc);
    return "Date: " + std::string(text.data(), size) + "\r\n";
}

/// The message that is confirmed, as far as its Message-ID fits into one line.
std::string reference_field(const Entity& message) {
    const auto* field = message.only("Message-ID");
    const auto value = field == nullptr ? std::string() : field->value();
    const bool fits = !value.empty() && value.size() <= 900 &&
                      std::all_of(value.begin(), value.end(), [](char c) { return c > 0x20 && c < 0x7F; });
    return fits ? "In-Reply-To: " + value + "\r\n" : std::string();
}

std::string header_of(const Entity& message, const Reader& reader, const std::vector<std::string>& to) {
    std::string recipients;
    for (const auto& address : to) {
        recipients += (recipients.empty() ? "" : ",\r\n ") + address;
    }
    return date_field() + "From: " + reader.addresses.front() + "\r\nTo: " + recipients +
           "\r\nSubject: Signed receipt\r\n" + reference_field(message) + "MIME-Version: 1.0\r\n";
}

bool is_address(const std::string& text) {
    return text.find('@') != std::string::npos &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F && c != ','; });
}

}  // namespace

FinishedMessage make_receipt(AgentConnection& agent, SigningOptions options, const Entity& message,
                             const Unwrapped& unwrapped) {
    const auto& author = *unwrapped.author();
    // Two programs would confirm each other's receipts without end (RFC 2634 section 2.4).
    if (author.content_type == cms::id_ct_receipt) {
        throw client::Error(ExitStatus::answer_is_no, cannot_confirm, "it is a receipt itself",
                            "see signet mail receipt --verify");
    }
    const auto request = cms::receipt_request_of(author);
    if (!request) {
        throw client::Error(ExitStatus::answer_is_no, cannot_confirm, "the message asks for none");
    }
    const auto reader = find_reader(agent, options.identities, message);
    auto to =
        cms::receipt_addresses(*request, cms::expansion_history_of(*unwrapped.outermost()), reader.addresses);
    // Somebody else wrote them, and they become a header field.
    std::erase_if(to, [](const std::string& address) { return !is_address(address); });
    if (to.empty()) {
        throw client::Error(ExitStatus::answer_is_no, cannot_confirm,
                            "the message asks for none of " + joined(reader.addresses));
    }
    const auto content = cms::receipt_content(author);
    const auto der = cms::encode_receipt(content.receipt);
    options.identities = {hex(cms::as_text(reader.certificate.fingerprint()))};
    options.digest_algorithm = digest_algorithm_of(agent, options);
    options.content_type = cms::id_ct_receipt;
    options.attributes.set_msg_sig_digest(content.msg_sig_digest.data(), content.msg_sig_digest.size());
    auto result = sign_digests(agent, options, {cms::digest(*options.digest_algorithm, der)});
    add_timestamps(result.signed_data, options.timestamp);
    return {header_of(message, reader, to) +
                smime_part("signed-receipt", cms::attach_content(result.signed_data.front(), der)),
            std::move(result.warnings)};
}

std::string receipt_fault(const Unwrapped& receipt, const Unwrapped& sent) {
    if (receipt.author() == nullptr) {
        return "nobody has signed it";
    }
    if (sent.author() == nullptr) {
        return "nobody has signed what was sent";
    }
    return cms::receipt_mismatch(*receipt.author(), *sent.author());
}

}  // namespace signet::client::mail
