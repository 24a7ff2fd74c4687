// What Signet wants to know of an X.509 certificate (RFC 5280, RFC 8550).
#pragma once

#include "cms/bytes.h"
#include "cms/openssl_ptr.h"

#include <cstdint>
#include <string>
#include <vector>

namespace signet::cms {

/// Edwards keys (Ed25519, Ed448) sign, Montgomery keys (X25519, X448) agree on keys, EC keys do both.
enum class KeyKind { rsa, ec, edwards, montgomery, other };

/// By its algorithm (RFC 5480, RFC 8017, RFC 8410); `other` for what is none of these.
KeyKind kind_of_key(const EVP_PKEY& key) noexcept;
/// "RSA-2048", "P-256", "Ed25519", or OpenSSL's name.
std::string name_of_key(const EVP_PKEY& key);

/// A parsed certificate that owns its X509. Copyable (reference counted); immutable, so readable from any
/// thread.
class Certificate {
  public:
    /// Strict: exactly one certificate, no trailing bytes. Throws Error(malformed).
    static Certificate from_der(BytesView der);
    /// All certificates of a PEM text, in order; other PEM blocks are skipped. Throws Error(malformed) if one
    /// of them is broken.
    static std::vector<Certificate> from_pem(std::string_view pem);
    /// Takes a new reference; the caller keeps its own.
    static Certificate share(X509& x509);

    /// Not owned by the caller.
    [[nodiscard]] X509* x509() const noexcept { return m_x509.get(); }
    /// All of it, as it came. Throws Error(failed).
    [[nodiscard]] Bytes der() const;
    /// DER of the SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7). Throws Error(failed).
    [[nodiscard]] Bytes subject_public_key_info() const;
    /// SHA-256 of the DER, 32 bytes.
    [[nodiscard]] Bytes fingerprint() const;
    /// DER of IssuerAndSerialNumber (RFC 5652 section 10.2.4).
    [[nodiscard]] Bytes issuer_and_serial() const;
    /// The subjectKeyIdentifier extension's value, empty without one.
    [[nodiscard]] Bytes subject_key_identifier() const;
    /// RFC 2253, one line, UTF-8, control characters escaped.
    [[nodiscard]] std::string subject() const;
    /// rfc822Names of subjectAltName, else the emailAddress attributes of the subject (RFC 8550 section 3).
    /// UTF-8, as written.
    [[nodiscard]] std::vector<std::string> email_addresses() const;
    /// kind_of_key of the public key; `other` where OpenSSL cannot read it.
    [[nodiscard]] KeyKind key_kind() const;
    /// "RSA-2048", "P-256", "Ed25519", or OpenSSL's name.
    [[nodiscard]] std::string key_name() const;
    /// keyUsage digitalSignature or nonRepudiation, or no keyUsage (RFC 8550 section 4.4.2); and the key can.
    [[nodiscard]] bool may_sign() const;
    /// Whether it is of a kind that messages are encrypted to here: RSA, EC on P-256, P-384 or P-521, X25519,
    /// X448.
    [[nodiscard]] bool has_encryption_key() const;
    /// keyUsage keyEncipherment (RSA) or keyAgreement (EC, Montgomery), or no keyUsage; and
    /// has_encryption_key.
    [[nodiscard]] bool may_decrypt() const;
    /// basicConstraints says so (RFC 5280 section 4.2.1.9).
    [[nodiscard]] bool is_ca() const;
    /// Seconds since the epoch (RFC 5280 section 4.1.2.5).
    [[nodiscard]] std::int64_t not_before() const;
    /// The last second of its validity, since the epoch.
    [[nodiscard]] std::int64_t not_after() const;
    /// Whether issuer and subject name agree (it may still not be signed by itself).
    [[nodiscard]] bool is_self_issued() const;
    /// The public key; not owned by the caller. Throws Error(unsupported) if OpenSSL cannot read it.
    [[nodiscard]] EVP_PKEY* public_key() const;

    Certificate(const Certificate& other);
    Certificate& operator=(const Certificate& other);
    Certificate(Certificate&&) noexcept = default;
    Certificate& operator=(Certificate&&) noexcept = default;
    ~Certificate() = default;

  private:
    explicit Certificate(X509Ptr x509) : m_x509(std::move(x509)) {}
    X509Ptr m_x509;
};

/// The chain of `leaf` as far as `pool` holds it (by issuer name and key identifier), leaf first, self-issued
/// roots left out; at most 8 certificates. Nothing is verified.
std::vector<Certificate> chain_of(const Certificate& leaf, const std::vector<Certificate>& pool);

}  // namespace signet::cms
