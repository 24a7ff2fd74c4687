// Where the PIN of a token comes from, and the two places that need no person.
#pragma once

#include "secret/secret.h"

#include <cstddef>
#include <filesystem>
#include <string>
#include <variant>

namespace signet::agent::pin {

/// Bytes of a PIN, at most.
inline constexpr std::size_t max_pin_size = 255;

/// A person is asked (pin_entry.h).
struct PinFromPinentry {};
struct PinFromFile {
    /// Absolute.
    std::filesystem::path path;
};
/// A systemd credential: the file `name` in $CREDENTIALS_DIRECTORY.
struct PinFromCredential {
    std::string name;
};
/// No login, or only with a PIN from `signet unlock --pin-stdin`.
struct PinNone {};

using PinSource = std::variant<PinFromPinentry, PinFromFile, PinFromCredential, PinNone>;

/// Whether `name` may be a credential's name: 1 to 255 characters of a file name, not "." or "..".
[[nodiscard]] bool is_credential_name(const std::string& name) noexcept;

/// The content without one trailing newline. The file must be regular (no symbolic link), owned by root or
/// the agent's own uid, closed to group and others, and hold 1 to max_pin_size bytes. Throws
/// Error(PIN_UNAVAILABLE) naming the path, never the content.
[[nodiscard]] Secret read_pin(const PinFromFile&);

/// The same of a credential; systemd owns the folder and sets its modes, which may give a service's own uid
/// access through an ACL: the group bits are not looked at. Throws as above.
[[nodiscard]] Secret read_pin(const PinFromCredential&);

}  // namespace signet::agent::pin
