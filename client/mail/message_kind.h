// What a message is that a command cannot use.
#pragma once

#include "client/mail/entity.h"

#include <string>

namespace signet::client::mail {

/// Which command reads `message`, for one that is not of the kind that another command wants; that it is read
/// as it is, if none does. Throws Error(malformed) as media_type_of.
[[nodiscard]] std::string how_to_read(const Entity& message);

}  // namespace signet::client::mail
