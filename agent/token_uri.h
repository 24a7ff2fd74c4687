// RFC 7512 URIs of tokens and certificates. Uses p11-kit's parser, which loads nothing.
#pragma once

#include "agent/token_state.h"

#include <memory>
#include <string>
#include <string_view>

namespace signet::agent {

/// "pkcs11:model=...;manufacturer=...;serial=...;token=..."; of one that is not initialised, with slot-id
/// instead of the last two.
std::string uri_of(const TokenState& token);
/// The same with id, object and type=cert.
std::string uri_of(const TokenState& token, const ScannedCertificate& certificate);
/// The same of a key, with type=private.
std::string uri_of(const TokenState& token, const ScannedKey& key);
/// "pkcs11:serial=...;token=..."
std::string uri_of(const pin::TokenId& token);

/// A parsed pkcs11: URI.
class TokenUri {
  public:
    /// Throws Error(MALFORMED) if `text` is no such URI, or has attributes that are not understood.
    explicit TokenUri(const std::string& text);
    ~TokenUri();
    TokenUri(TokenUri&&) = delete;
    TokenUri& operator=(TokenUri&&) = delete;
    TokenUri(const TokenUri&) = delete;
    TokenUri& operator=(const TokenUri&) = delete;

    /// Whether all that it says of a token is so of this one; id and object are not looked at.
    [[nodiscard]] bool matches(const TokenState& token) const;
    [[nodiscard]] bool matches(const pin::TokenDescription& token) const;
    /// As far as these two tell: the manufacturer, say, is not known and not looked at. A URI with neither
    /// label nor serial number matches none.
    [[nodiscard]] bool matches(const pin::TokenId& token) const;
    /// An object with this CKA_ID and CKA_LABEL; its type is not looked at.
    [[nodiscard]] bool matches(const TokenState& token, std::string_view id, std::string_view label) const;

  private:
    struct Parsed;
    std::unique_ptr<Parsed> m_parsed;
};

/// Whether `text` begins like a pkcs11: URI.
bool is_token_uri(std::string_view text) noexcept;

}  // namespace signet::agent
