// What `openssl cms` writes where it is told to differ from its defaults, for us to read.
#pragma once

#include <string>
#include <vector>

#include "tests/conformance/matrix/peers.h"
#include "tests/fixtures/process.h"

namespace signet::conformance {

struct OpensslVariant {
    /// "rsa keyid": the party, then what differs.
    std::string name;
    std::string party;
    /// Of `openssl cms -sign`, or of `openssl cms -encrypt`.
    tests::Arguments options;
};

[[nodiscard]] std::vector<OpensslVariant> signing_variants();
[[nodiscard]] std::vector<OpensslVariant> encryption_variants();

/// Signs `content`, which goes inside, or encrypts it, to `message`. Throws std::runtime_error with what the
/// program said.
void sign_variant(const OpensslVariant& variant, const Party& signer, const std::filesystem::path& content,
                  const std::filesystem::path& message);
void encrypt_variant(const OpensslVariant& variant, const Party& recipient,
                     const std::filesystem::path& content, const std::filesystem::path& message);

}  // namespace signet::conformance
