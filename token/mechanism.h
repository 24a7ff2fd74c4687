// Mechanisms with their parameters.
#pragma once

#include <p11-kit/pkcs11.h>

#include <span>
#include <variant>

#include "token/hash.h"

namespace signet::token {

enum class MechanismType : CK_MECHANISM_TYPE {
    rsa_pkcs = CKM_RSA_PKCS,
    rsa_pkcs_pss = CKM_RSA_PKCS_PSS,
    rsa_pkcs_oaep = CKM_RSA_PKCS_OAEP,
    ecdsa = CKM_ECDSA,
    ecdh1_derive = CKM_ECDH1_DERIVE,
};

/// A CK_MECHANISM that owns the structure it points to, and therefore stays where it is. Bytes that it is
/// given are the caller's and must outlive it.
class Mechanism {
  public:
    /// PKCS #1 v1.5, to sign and to decrypt.
    static Mechanism rsa_pkcs() { return Mechanism(MechanismType::rsa_pkcs, {}); }
    /// RSASSA-PSS: salt as long as the hash, MGF1 with the same hash.
    static Mechanism rsa_pss(const HashFacts& hash);
    /// RSAES-OAEP (RFC 8017, section 7.1) with the label `label`.
    static Mechanism rsa_oaep(const HashFacts& hash, const HashFacts& mgf_hash,
                              std::span<unsigned char> label);
    /// ECDSA over a digest.
    static Mechanism ecdsa() { return Mechanism(MechanismType::ecdsa, {}); }
    /// ECDH without a KDF; `point` is the other side's, in the form that the module wants.
    static Mechanism ecdh(std::span<unsigned char> point);

    ~Mechanism() = default;
    Mechanism(const Mechanism&) = delete;
    Mechanism& operator=(const Mechanism&) = delete;

    /// For C_...Init; valid as long as this.
    [[nodiscard]] CK_MECHANISM* get() noexcept { return &m_mechanism; }

  private:
    using Parameters =
        std::variant<std::monostate, CK_RSA_PKCS_PSS_PARAMS, CK_RSA_PKCS_OAEP_PARAMS, CK_ECDH1_DERIVE_PARAMS>;

    Mechanism(MechanismType type, const Parameters& parameters);

    Parameters m_parameters;
    CK_MECHANISM m_mechanism{};
};

}  // namespace signet::token
