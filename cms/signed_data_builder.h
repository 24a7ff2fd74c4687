// SignedData over a digest that somebody else computed and a signature that a token makes (RFC 5652 section
// 5).
#pragma once

#include "cms/algorithms.h"
#include "cms/bytes.h"
#include "cms/certificate.h"
#include "cms/content_types.h"

#include <cstdint>
#include <string>
#include <vector>

namespace signet::cms {

/// What is constant for one signer: its encoded sid, signingCertificateV2 attribute and certificates. Made
/// once per identity, so that signing encodes nothing twice. Immutable, readable from any thread.
class SignerProfile {
  public:
    /// `chain` is what to send along besides `certificate` (see chain_of). Throws Error.
    SignerProfile(const Certificate& certificate, const std::vector<Certificate>& chain);

    /// The signer's own.
    [[nodiscard]] const Certificate& certificate() const noexcept { return m_certificate; }
    /// DER of the SignerIdentifier, an IssuerAndSerialNumber (RFC 5652 section 5.3).
    [[nodiscard]] const Bytes& sid() const noexcept { return m_sid; }
    /// DER of the Attribute signingCertificateV2 (RFC 5035 section 3).
    [[nodiscard]] const Bytes& signing_certificate_attribute() const noexcept {
        return m_signing_certificate;
    }
    /// DER of each certificate, signer first.
    [[nodiscard]] const std::vector<Bytes>& certificates() const noexcept { return m_certificates; }

  private:
    Certificate m_certificate;
    Bytes m_sid;
    Bytes m_signing_certificate;
    std::vector<Bytes> m_certificates;
};

/// What a signer says besides the content (RFC 5652 section 11, RFC 5035 section 3, RFC 6211).
struct AttributeValues {
    DigestAlgorithm digest_algorithm = DigestAlgorithm::sha256;
    SignatureScheme scheme = SignatureScheme::rsa_pkcs1;
    /// Of the content; must have the size of its hash.
    BytesView digest;
    /// See content_types.h.
    std::string content_type = id_data;
    /// `digest` is of a signature value, and there is no contentType (RFC 5652 section 11.4).
    bool is_countersignature = false;
    /// Seconds since the epoch. UTCTime through 2049, GeneralizedTime after.
    std::int64_t signing_time = 0;
    /// DER of the Attributes that were asked for besides, of attributes/; each type once, and none of those
    /// below. Not owned.
    std::vector<BytesView> further{};
};

/// DER of the SET OF signed attributes (RFC 5652 section 5.4): what the signer hashes and signs. Holds
/// contentType, messageDigest, signingTime, signingCertificateV2 and CMSAlgorithmProtection, and what is
/// asked for besides; a countersignature no contentType. Throws Error(failed) if the digest has the wrong
/// size or does not go with the scheme (goes_with), or the content type is no OID.
[[nodiscard]] Bytes signed_attributes(const SignerProfile&, const AttributeValues&);

/// What the key signs of these: their digest, or for EdDSA they themselves (RFC 8419 section 3.1).
[[nodiscard]] Bytes signature_input(SignatureScheme, DigestAlgorithm, BytesView signed_attributes);

/// One SignerInfo, ready but for its place in a SignedData.
struct Signature {
    const SignerProfile* signer;
    DigestAlgorithm digest_algorithm;
    SignatureScheme scheme;
    /// From signed_attributes().
    Bytes signed_attributes;
    /// As RFC 5652's SignatureValue wants it: the octets of RSA or EdDSA, or DER Ecdsa-Sig-Value.
    Bytes value;
};

enum class IncludedCertificates { chain, signer, none };

/// DER of ContentInfo with a detached SignedData (no eContent). Certificates that several signers share
/// appear once. Throws Error.
[[nodiscard]] Bytes detached_signed_data(const std::vector<Signature>&, const std::string& content_type,
                                         IncludedCertificates);

/// Bytes of detached_signed_data() at most, for these signers with signatures of `signature_size` bytes and
/// `further` bytes of attributes that each is asked for besides: for limits that must be known before
/// anything is signed.
[[nodiscard]] std::size_t signed_data_size_limit(const std::vector<const SignerProfile*>&,
                                                 std::size_t signature_size, IncludedCertificates,
                                                 std::size_t further = 0) noexcept;

/// The same SignedData with `content` as its eContent (RFC 5652 section 5.2). Throws Error(malformed) if
/// `detached` is no detached SignedData. See ContentAttachment for a content that comes in pieces.
[[nodiscard]] Bytes attach_content(BytesView detached, BytesView content);

/// Whether `value` is `key`'s signature by `scheme` over `input`: a message's digest, or for EdDSA the
/// message (signature_input). PSS wants a salt as long as the hash. Throws Error(failed) for a key of another
/// kind than the scheme's.
[[nodiscard]] bool signature_is_valid(EVP_PKEY& key, SignatureScheme scheme, DigestAlgorithm digest_algorithm,
                                      BytesView input, BytesView value);

}  // namespace signet::cms
