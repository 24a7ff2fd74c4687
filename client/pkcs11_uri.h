// The form of pkcs11: URIs (RFC 7512), as far as it shows without a token: the agent says which they match.
#pragma once

#include <string>
#include <string_view>

namespace signet::client {

/// Whether `text` is meant as a URI.
[[nodiscard]] bool is_pkcs11_uri(std::string_view text) noexcept;

/// What is wrong with the URI `text`: an attribute without a value or of a name that RFC 7512 does not have,
/// or a percent sign without two hexadecimal digits. Empty if nothing is.
[[nodiscard]] std::string fault_of_pkcs11_uri(std::string_view text);

}  // namespace signet::client
