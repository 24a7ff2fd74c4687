// AES key wrap, and the key-encryption key that ECDH yields (RFC 3394, RFC 5753 section 7, RFC 8418 section
// 2). Triple-DES key wrap (RFC 3217 section 3) is undone for old messages.
#pragma once

#include <cstddef>
#include <optional>

#include "cms/algorithms.h"
#include "cms/bytes.h"
#include "cms/recipient_info.h"
#include "secret/secret.h"

namespace signet::cms {

/// Bytes that a wrapped key is longer than the key.
inline constexpr std::size_t wrap_overhead = 8;
inline constexpr std::size_t triple_des_wrap_overhead = 16;
/// Bytes of the key-encryption key of Triple-DES key wrap.
inline constexpr std::size_t triple_des_key_size = 24;

/// Throws Error(failed).
Bytes wrap_key(const Secret& key_encryption_key, const Secret& key);
/// None if `wrapped` was not made with this key-encryption key.
std::optional<Secret> unwrap_key(const Secret& key_encryption_key, BytesView wrapped,
                                 KeyWrap wrap = KeyWrap::aes);

/// The NID of AES key wrap with a key-encryption key of `size` bytes: 16, 24 or 32. Throws Error(failed) for
/// others.
int wrap_nid(std::size_t size);
/// The reverse; none for a NID that is not AES key wrap.
std::optional<std::size_t> wrap_key_size(int nid) noexcept;

/// The KDF over Z with ECC-CMS-SharedInfo; HKDF has it as info, and no salt. `wrap_algorithm` is DER of the
/// key wrap AlgorithmIdentifier; `ukm` is empty without. Throws Error(failed).
Secret derive_key_encryption_key(const Secret& shared_secret, KeyDerivation kdf, DigestAlgorithm digest,
                                 BytesView wrap_algorithm, std::size_t wrap_key_size, BytesView ukm);

}  // namespace signet::cms
