// Mechanisms with their parameters.
#pragma once

#include <p11-kit/pkcs11.h>

#include <span>
#include <variant>

#include "token/hash.h"

namespace signet::token {

enum class MechanismType : CK_MECHANISM_TYPE {
    rsa_pkcs = CKM_RSA_PKCS,
    rsa_x_509 = CKM_RSA_X_509,
    rsa_pkcs_pss = CKM_RSA_PKCS_PSS,
    rsa_pkcs_oaep = CKM_RSA_PKCS_OAEP,
    ecdsa = CKM_ECDSA,
    eddsa = CKM_EDDSA,
    ecdh1_derive = CKM_ECDH1_DERIVE,
    ecdh1_cofactor_derive = CKM_ECDH1_COFACTOR_DERIVE,
};

/// Whether it is CKM_ECDH1_DERIVE or CKM_ECDH1_COFACTOR_DERIVE.
enum class Cofactor { unused, used };

/// CK_EDDSA_PARAMS (PKCS#11 3.0, section 2.3.14), which the header does not have.
struct EddsaParameters {
    CK_BBOOL prehash;
    CK_ULONG context_length;
    unsigned char* context;
};

/// A CK_MECHANISM that owns the structure it points to, and therefore stays where it is. Bytes that it is
/// given are the caller's and must outlive it.
class Mechanism {
  public:
    /// PKCS #1 v1.5, to sign and to decrypt.
    static Mechanism rsa_pkcs() { return Mechanism(MechanismType::rsa_pkcs, {}); }
    /// The same over a message that the token hashes; likewise the next ones that are called so.
    static Mechanism hash_rsa_pkcs(const HashFacts& hash) { return Mechanism(hash.with_rsa_pkcs, {}); }
    /// RSA without padding (RFC 8017, section 5.1.2).
    static Mechanism rsa_raw() { return Mechanism(MechanismType::rsa_x_509, {}); }
    /// RSASSA-PSS: salt as long as the hash, MGF1 with the same hash.
    static Mechanism rsa_pss(const HashFacts& hash);
    /// The same over a message.
    static Mechanism hash_rsa_pss(const HashFacts& hash);
    /// RSAES-OAEP (RFC 8017, section 7.1) with the label `label`.
    static Mechanism rsa_oaep(const HashFacts& hash, const HashFacts& mgf_hash,
                              std::span<unsigned char> label);
    /// ECDSA over a digest.
    static Mechanism ecdsa() { return Mechanism(MechanismType::ecdsa, {}); }
    /// ECDSA over a message.
    static Mechanism hash_ecdsa(const HashFacts& hash) { return Mechanism(hash.with_ecdsa, {}); }
    /// Pure Ed25519 over a message: without parameters, which would make it Ed25519ctx.
    static Mechanism ed25519() { return Mechanism(MechanismType::eddsa, {}); }
    /// Pure Ed448 over a message, with an empty context: here PKCS#11 wants parameters.
    static Mechanism ed448() {
        return Mechanism(MechanismType::eddsa, EddsaParameters{CK_FALSE, 0, nullptr});
    }
    /// ECDH without a KDF; `point` is the other side's, in the form that the module wants.
    static Mechanism ecdh(std::span<unsigned char> point, Cofactor cofactor);

    ~Mechanism() = default;
    Mechanism(const Mechanism&) = delete;
    Mechanism& operator=(const Mechanism&) = delete;

    /// For C_...Init; valid as long as this.
    [[nodiscard]] CK_MECHANISM* get() noexcept { return &m_mechanism; }

  private:
    using Parameters = std::variant<std::monostate, CK_RSA_PKCS_PSS_PARAMS, CK_RSA_PKCS_OAEP_PARAMS,
                                    CK_ECDH1_DERIVE_PARAMS, EddsaParameters>;

    Mechanism(MechanismType type, const Parameters& parameters)
        : Mechanism(static_cast<CK_MECHANISM_TYPE>(type), parameters) {}
    Mechanism(CK_MECHANISM_TYPE type, const Parameters& parameters);

    Parameters m_parameters;
    CK_MECHANISM m_mechanism{};
};

}  // namespace signet::token
