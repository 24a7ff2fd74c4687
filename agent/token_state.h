// A token as the last Scan of its slot saw it.
#pragma once

#include "agent/pin/token_id.h"

#include <p11-kit/pkcs11.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace signet::agent {

class Host;

struct ScannedCertificate {
    /// CKA_ID
    std::string id;
    std::string label;
    std::string der;
};

enum class ScannedKeyType { rsa, ec, edwards, montgomery, unknown };

struct ScannedKey {
    std::uint64_t handle = 0;
    bool is_private = false;
    /// CKA_ID
    std::string id;
    std::string label;
    ScannedKeyType type = ScannedKeyType::unknown;
    /// CKA_KEY_TYPE
    std::uint64_t key_type = 0;
    bool sign = false;
    bool decrypt = false;
    bool derive = false;
    bool always_authenticate = false;
    /// RSA: the modulus without leading zeros; EC: the uncompressed point; Edwards and Montgomery: the bytes
    /// of RFC 8032 and RFC 7748. Empty if the token does not show it.
    std::string public_value;
    /// RSA: the public exponent; EC: DER of the curve. Empty as above.
    std::string parameters{};
};

/// Made anew by each Scan. What a Scan saw does not change; `logged_in` and `current` do.
struct TokenState {
    /// Whose process has the slot; none in tests.
    std::shared_ptr<Host> host;
    /// The module's name in the configuration.
    std::string module;
    std::uint64_t slot = 0;
    std::string label;
    std::string manufacturer;
    std::string model;
    std::string serial;
    /// CK_TOKEN_INFO.flags
    std::uint64_t flags = 0;
    std::vector<std::uint64_t> mechanisms;
    /// A login that goes by this scan says so, and is refused if the token was out since.
    std::uint64_t removals = 0;
    std::vector<ScannedCertificate> certificates;
    std::vector<ScannedKey> keys;
    /// There are more than are looked at.
    bool has_more = false;

    bool logged_in = false;
    /// It was removed since the last login that its module may still believe in: that counts for nothing.
    bool was_away = false;
    /// Slot and handles still mean something: no later Scan, and the same process.
    bool current = true;

    [[nodiscard]] bool has_flag(std::uint64_t flag) const noexcept { return (flags & flag) != 0; }
    /// Without, nothing is on it, and its id() says nothing.
    [[nodiscard]] bool is_initialised() const noexcept { return has_flag(CKF_TOKEN_INITIALIZED); }
    [[nodiscard]] bool needs_login() const noexcept { return has_flag(CKF_LOGIN_REQUIRED) && !logged_in; }
    [[nodiscard]] pin::TokenId id() const { return {serial, label}; }
};

/// Whether they are one token of one module, perhaps as two scans saw it.
[[nodiscard]] inline bool is_same_place(const TokenState& a, const TokenState& b) {
    return &a == &b || (a.module == b.module && a.id() == b.id());
}

}  // namespace signet::agent
