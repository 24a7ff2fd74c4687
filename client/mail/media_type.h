// Content-Type (RFC 2045 section 5.1).
#pragma once

#include "client/mail/entity.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace signet::client::mail {

struct MediaType {
    std::string type;
    std::string subtype;
    std::vector<std::pair<std::string, std::string>> parameters;

    /// Types compare without case; `subtype` "*" stands for any.
    [[nodiscard]] bool is(std::string_view other_type, std::string_view other_subtype) const noexcept;
    /// Empty without it.
    [[nodiscard]] std::string_view parameter(std::string_view name) const noexcept;
};

/// What the entity's Content-Type says; none without that field. Throws Error(malformed) if there are two
/// such fields, if it does not parse, or if a parameter stands twice in it.
[[nodiscard]] std::optional<MediaType> media_type_of(const Entity& entity);

/// The file name that Content-Disposition, else Content-Type's `name`, suggests; empty without. A label to
/// compare, never a path. Throws as above.
[[nodiscard]] std::string file_name_of(const Entity& entity);

}  // namespace signet::client::mail
