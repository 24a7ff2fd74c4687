#include "cms/certificate.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <array>
#include <climits>
#include <ctime>
#include <string_view>

#include "cms/asn1/codec.h"
#include "cms/asn1/der.h"
#include "cms/digest_stream.h"
#include "cms/error.h"
#include "cms/openssl_error.h"

namespace signet::cms {
namespace {

constexpr std::size_t max_certificate_size = std::size_t{64} * 1024;

X509* with_reference(X509* x509) noexcept {
    X509_up_ref(x509);
    return x509;
}

std::int64_t seconds_of(const ASN1_TIME* time) {
    std::tm utc{};
    if (ASN1_TIME_to_tm(time, &utc) != 1)
        throw Error(ErrorCode::malformed, "a certificate with a malformed validity");
    return timegm(&utc);
}

std::string group_name(const EVP_PKEY& key) {
    std::array<char, 64> name{};
    std::size_t size = 0;
    if (EVP_PKEY_get_group_name(&key, name.data(), name.size(), &size) != 1) {
        ERR_clear_error();
        return {};
    }
    return {name.data(), size};
}

/// The name of a curve that Signet agrees keys on, else OpenSSL's.
std::string curve_name(const std::string& group) {
    if (group == SN_X9_62_prime256v1)
        return "P-256";
    if (group == SN_secp384r1)
        return "P-384";
    if (group == SN_secp521r1)
        return "P-521";
    return group;
}

}  // namespace

Certificate::Certificate(const Certificate& other) : m_x509(with_reference(other.x509())) {}

Certificate& Certificate::operator=(const Certificate& other) {
    if (this != &other)
        m_x509.reset(with_reference(other.x509()));
    return *this;
}

Certificate Certificate::from_der(BytesView der) {
    if (der.size() > max_certificate_size)
        throw Error(ErrorCode::malformed, "a certificate above 64 KiB");
    return Certificate(X509Ptr(asn1::decode<X509>(der, "certificate").release()));
}

std::vector<Certificate> Certificate::from_pem(std::string_view pem) {
    if (pem.size() > static_cast<std::size_t>(INT_MAX))
        throw Error(ErrorCode::malformed, "a PEM text above 2 GiB");
    const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    require_openssl(bio != nullptr, "cannot read PEM");
    std::vector<Certificate> certificates;
    for (;;) {
        char* name = nullptr;
        char* headers = nullptr;
        unsigned char* data = nullptr;
        long size = 0;
        if (PEM_read_bio(bio.get(), &name, &headers, &data, &size) != 1) {
            const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
            ERR_clear_error();
            if (at_end)
                return certificates;
            throw Error(ErrorCode::malformed, "malformed PEM");
        }
        const OpensslMemoryPtr<char> name_owner(name);
        const OpensslMemoryPtr<char> headers_owner(headers);
        const OpensslMemoryPtr<unsigned char> data_owner(data, {static_cast<std::size_t>(size)});
        const std::string_view label(name);
        if (label == PEM_STRING_X509 || label == PEM_STRING_X509_OLD)
            certificates.push_back(from_der({data, static_cast<std::size_t>(size)}));
    }
}

Certificate Certificate::share(X509& x509) {
    return Certificate(X509Ptr(with_reference(&x509)));
}

Bytes Certificate::der() const {
    return asn1::encode(*x509());
}

Bytes Certificate::subject_public_key_info() const {
    const X509_PUBKEY* key = X509_get_X509_PUBKEY(x509());
    return asn1::encode_item(reinterpret_cast<const ASN1_VALUE*>(key), X509_PUBKEY_it());
}

Bytes Certificate::fingerprint() const {
    return digest(DigestAlgorithm::sha256, der());
}

Bytes Certificate::issuer_and_serial() const {
    const unsigned char* name = nullptr;
    std::size_t size = 0;
    require_openssl(X509_NAME_get0_der(X509_get_issuer_name(x509()), &name, &size) == 1,
                    "cannot encode the issuer's name");
    const Bytes serial = asn1::encode_item(
        reinterpret_cast<const ASN1_VALUE*>(X509_get0_serialNumber(x509())), ASN1_INTEGER_it());
    return asn1::tlv(asn1::Tag::sequence, {BytesView(name, size), serial});
}

Bytes Certificate::subject_key_identifier() const {
    const ASN1_OCTET_STRING* identifier = X509_get0_subject_key_id(x509());
    if (identifier == nullptr)
        return {};
    const BytesView octets = asn1::view_of(*identifier);
    return {octets.begin(), octets.end()};
}

KeyKind kind_of_key(const EVP_PKEY& key) noexcept {
    if (EVP_PKEY_is_a(&key, "RSA") == 1)
        return KeyKind::rsa;
    if (EVP_PKEY_is_a(&key, "EC") == 1)
        return KeyKind::ec;
    if (EVP_PKEY_is_a(&key, "ED25519") == 1 || EVP_PKEY_is_a(&key, "ED448") == 1)
        return KeyKind::edwards;
    const bool is_montgomery = EVP_PKEY_is_a(&key, "X25519") == 1 || EVP_PKEY_is_a(&key, "X448") == 1;
    return is_montgomery ? KeyKind::montgomery : KeyKind::other;
}

std::string name_of_key(const EVP_PKEY& key) {
    const char* type = EVP_PKEY_get0_type_name(&key);
    const std::string name = type == nullptr ? "unknown" : type;
    if (name == "RSA" || name == "RSA-PSS")
        return name + "-" + std::to_string(EVP_PKEY_get_bits(&key));
    if (name == "EC")
        return curve_name(group_name(key));
    if (name == "ED25519")
        return "Ed25519";
    return name == "ED448" ? "Ed448" : name;
}

KeyKind Certificate::key_kind() const {
    const EVP_PKEY* key = X509_get0_pubkey(x509());
    if (key == nullptr) {
        ERR_clear_error();
        return KeyKind::other;
    }
    return kind_of_key(*key);
}

std::string Certificate::key_name() const {
    const EVP_PKEY* key = X509_get0_pubkey(x509());
    if (key == nullptr) {
        ERR_clear_error();
        return "unknown";
    }
    return name_of_key(*key);
}

bool Certificate::may_sign() const {
    return key_kind() != KeyKind::montgomery &&
           (X509_get_key_usage(x509()) & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) != 0;
}

bool Certificate::has_encryption_key() const {
    switch (key_kind()) {
        case KeyKind::rsa:
        case KeyKind::montgomery:
            return true;
        case KeyKind::ec: {
            const std::string curve = key_name();
            return curve == "P-256" || curve == "P-384" || curve == "P-521";
        }
        case KeyKind::edwards:
        case KeyKind::other:
            break;
    }
    return false;
}

bool Certificate::may_decrypt() const {
    const std::uint32_t needed = key_kind() == KeyKind::rsa ? KU_KEY_ENCIPHERMENT : KU_KEY_AGREEMENT;
    return has_encryption_key() && (X509_get_key_usage(x509()) & needed) != 0;
}

bool Certificate::is_ca() const {
    // Other positive answers are guesses about certificates without basicConstraints.
    return X509_check_ca(x509()) == 1;
}

std::int64_t Certificate::not_before() const {
    return seconds_of(X509_get0_notBefore(x509()));
}

std::int64_t Certificate::not_after() const {
    return seconds_of(X509_get0_notAfter(x509()));
}

bool Certificate::is_self_issued() const {
    return X509_NAME_cmp(X509_get_subject_name(x509()), X509_get_issuer_name(x509())) == 0;
}

EVP_PKEY* Certificate::public_key() const {
    EVP_PKEY* key = X509_get0_pubkey(x509());
    if (key == nullptr) {
        ERR_clear_error();
        throw Error(ErrorCode::unsupported, "a certificate whose public key cannot be read");
    }
    return key;
}

}  // namespace signet::cms
