// Private keys on tokens for which there is no certificate there.
#pragma once

#include "agent/catalogue.h"
#include "agent/identity.h"
#include "cms/public_key.h"

#include <memory>
#include <string>
#include <vector>

namespace signet::agent {

struct BareKey {
    std::shared_ptr<TokenState> token;
    /// The private key; where that shows only after a login, the public one.
    ScannedKey shown;
    /// None if the token does not show it, or it is of a type that is not supported.
    std::shared_ptr<const cms::PublicKey> public_key{};
    /// The same with its one place; none without.
    std::shared_ptr<const Key> key{};
    /// The token shows public keys, and nothing tells which is this one's (KeyIndex): there is none then.
    bool is_ambiguous = false;
};

/// In the order of the catalogue's tokens. Looks through all of them: not for what is done often.
[[nodiscard]] std::vector<BareKey> bare_keys(const Catalogue& catalogue);

/// Whether it is called `name`: a pkcs11: URI, or its label; the empty name is any. Throws Error(MALFORMED)
/// for a bad URI.
[[nodiscard]] bool is_called(const BareKey& key, const std::string& name);

/// "RSA-2048", "P-256", "Ed25519", or the number of its type.
[[nodiscard]] std::string type_name(const BareKey& key);

}  // namespace signet::agent
