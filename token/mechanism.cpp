#include "token/mechanism.h"

#include <type_traits>

namespace signet::token {

Mechanism::Mechanism(CK_MECHANISM_TYPE type, const Parameters& parameters) : m_parameters(parameters) {
    m_mechanism.mechanism = type;
    std::visit(
        [this](auto& held) {
            if constexpr (!std::is_same_v<std::remove_cvref_t<decltype(held)>, std::monostate>) {
                m_mechanism.pParameter = &held;
                m_mechanism.ulParameterLen = sizeof held;
            }
        },
        m_parameters);
}

Mechanism Mechanism::rsa_pss(const HashFacts& hash) {
    return Mechanism(MechanismType::rsa_pkcs_pss,
                     CK_RSA_PKCS_PSS_PARAMS{hash.mechanism, hash.mgf, hash.size});
}

Mechanism Mechanism::hash_rsa_pss(const HashFacts& hash) {
    return Mechanism(hash.with_rsa_pss, CK_RSA_PKCS_PSS_PARAMS{hash.mechanism, hash.mgf, hash.size});
}

Mechanism Mechanism::rsa_oaep(const HashFacts& hash, const HashFacts& mgf_hash,
                              std::span<unsigned char> label) {
    return Mechanism(MechanismType::rsa_pkcs_oaep,
                     CK_RSA_PKCS_OAEP_PARAMS{hash.mechanism, mgf_hash.mgf, CKZ_DATA_SPECIFIED,
                                             label.empty() ? nullptr : label.data(), label.size()});
}

Mechanism Mechanism::ecdh(std::span<unsigned char> point, Cofactor cofactor) {
    return Mechanism(
        cofactor == Cofactor::used ? MechanismType::ecdh1_cofactor_derive : MechanismType::ecdh1_derive,
        CK_ECDH1_DERIVE_PARAMS{CKD_NULL, 0, nullptr, point.size(), point.data()});
}

}  // namespace signet::token
