// A public key that no certificate holds.
#pragma once

#include "cms/bytes.h"
#include "cms/certificate.h"
#include "cms/openssl_ptr.h"

#include <string>

namespace signet::cms {

/// Movable; immutable. Every maker throws Error(malformed) for values that are no key.
class PublicKey {
  public:
    /// From the two numbers of an RSAPublicKey (RFC 8017 appendix A.1.1), big-endian.
    static PublicKey rsa(BytesView modulus, BytesView exponent);
    /// From DER of ECParameters and a point (RFC 5480 section 2).
    static PublicKey ec(BytesView parameters, BytesView point);
    /// From the bytes of RFC 8032: Ed25519's 32 or Ed448's 57 (RFC 8410 section 4).
    static PublicKey edwards(BytesView value);
    /// DER of a SubjectPublicKeyInfo, all of it.
    static PublicKey from_info(BytesView info);

    /// DER.
    [[nodiscard]] const Bytes& subject_public_key_info() const noexcept { return m_info; }
    /// Not owned by the caller.
    [[nodiscard]] EVP_PKEY& get() const noexcept { return *m_key; }
    /// See kind_of_key and name_of_key.
    [[nodiscard]] KeyKind kind() const noexcept { return kind_of_key(*m_key); }
    [[nodiscard]] std::string name() const { return name_of_key(*m_key); }

  private:
    PublicKey(Bytes info, EvpPkeyPtr key) noexcept : m_info(std::move(info)), m_key(std::move(key)) {}

    Bytes m_info;
    EvpPkeyPtr m_key;
};

}  // namespace signet::cms
