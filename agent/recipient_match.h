// Which RecipientInfo of a message is for an identity of ours.
#pragma once

#include "agent/identity.h"
#include "cms/recipient_info.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace signet::agent {

/// The one that will be opened; no other is tried.
struct RecipientMatch {
    std::shared_ptr<const Identity> identity;
    /// Among the message's RecipientInfos.
    std::size_t index = 0;
    cms::RecipientInfo info;
    /// KeyAgreement only: among its recipients.
    std::size_t recipient = 0;
};

/// The first of `infos` (DER) that names one of `identities` and fits its kind of key. What cannot be read is
/// for somebody else; its reason is appended to `unreadable`, one sentence each.
std::optional<RecipientMatch> match_recipient(const std::vector<cms::BytesView>& infos,
                                              const std::vector<std::shared_ptr<const Identity>>& identities,
                                              std::vector<std::string>& unreadable);

}  // namespace signet::agent
