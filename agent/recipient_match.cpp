#include "agent/recipient_match.h"

#include "cms/error.h"

namespace signet::agent {

namespace {

bool names(const cms::RecipientIdentifier& recipient, const Identity& identity) {
    if (!recipient.issuer_and_serial.empty())
        return recipient.issuer_and_serial == identity.issuer_and_serial;
    return !recipient.subject_key_identifier.empty() &&
           recipient.subject_key_identifier == identity.subject_key_identifier;
}

/// The index of the recipient that `info` has for `identity`.
std::optional<std::size_t> recipient_for(const cms::RecipientInfo& info, const Identity& identity) {
    if (const auto* transport = std::get_if<cms::KeyTransport>(&info)) {
        if (identity.key->kind == cms::KeyKind::rsa && names(transport->recipient, identity))
            return 0;
    } else if (const auto* agreement = std::get_if<cms::KeyAgreement>(&info)) {
        for (std::size_t i = 0; i < agreement->recipients.size(); ++i) {
            const auto kind = identity.key->kind;
            if ((kind == cms::KeyKind::ec || kind == cms::KeyKind::montgomery) &&
                names(agreement->recipients[i].identifier, identity))
                return i;
        }
    }
    return std::nullopt;
}

}  // namespace

std::optional<RecipientMatch> match_recipient(const std::vector<cms::BytesView>& infos,
                                              const std::vector<std::shared_ptr<const Identity>>& identities,
                                              std::vector<std::string>& unreadable) {
    for (std::size_t index = 0; index < infos.size(); ++index) {
        std::optional<cms::RecipientInfo> info;
        try {
            info = cms::parse_recipient_info(infos[index]);
        } catch (const cms::Error& error) {
            unreadable.push_back("recipient info " + std::to_string(index + 1) +
                                 " cannot be read: " + error.what());
            continue;
        }
        for (const auto& identity : identities) {
            if (const auto recipient = recipient_for(*info, *identity))
                return RecipientMatch{identity, index, std::move(*info), *recipient};
        }
    }
    return std::nullopt;
}

}  // namespace signet::agent
