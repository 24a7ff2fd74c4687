// AlgorithmIdentifiers of hashes and signatures: ours as DER, and what a foreign one means (RFC 3370, RFC
// 4055, RFC 4056, RFC 5754, RFC 8419).
#pragma once

#include <openssl/types.h>
#include <openssl/x509.h>

#include <optional>
#include <string>

#include "cms/algorithms.h"
#include "cms/bytes.h"

namespace signet::cms {

/// DER of a DigestAlgorithmIdentifier: SHA-2 with parameters absent (RFC 5754 section 2), or id-shake256-len
/// with 512 bits (RFC 8419 section 2.3). Made once; static.
const Bytes& digest_algorithm_identifier(DigestAlgorithm);
/// DER of a SignatureAlgorithmIdentifier: rsaEncryption with NULL, id-RSASSA-PSS with the same hash
/// throughout and a salt as long, ecdsa-with-SHA2, id-Ed25519 or id-Ed448. Empty if they do not go together
/// (goes_with). Made once; static.
const Bytes& signature_algorithm_identifier(SignatureScheme, DigestAlgorithm);
/// DER of an AlgorithmIdentifier; without `parameters` they are absent.
Bytes algorithm_identifier(int nid, BytesView parameters = {});
/// DER of a hash with NULL parameters, as RFC 4055 section 2.1 wants it within PSS and OAEP.
Bytes hash_identifier_with_null(DigestAlgorithm);

/// A signature algorithm with all its parameters.
struct SignatureAlgorithm {
    SignatureScheme scheme = SignatureScheme::rsa_pkcs1;
    DigestAlgorithm digest = DigestAlgorithm::sha256;
    /// PSS only.
    DigestAlgorithm mgf1_digest = DigestAlgorithm::sha256;
    /// PSS only, bytes.
    int salt_length = 0;
};

/// What a SignerInfo's signatureAlgorithm says; rsaEncryption takes its hash from `digest`, and EdDSA has the
/// one that goes with it. Throws
/// Error(unsupported) for an algorithm that is not ours, Error(malformed) for parameters that do not belong.
SignatureAlgorithm read_signature_algorithm(const X509_ALGOR& algorithm, DigestAlgorithm digest);
/// A hash with parameters absent or NULL, or SHAKE256 of 512 bits as RFC 8419 or RFC 8702 names it; none for
/// a hash that is not ours or other parameters.
std::optional<DigestAlgorithm> read_digest_algorithm(const X509_ALGOR& algorithm);
/// The hash within PSS and OAEP parameters: null is SHA-1, the default. Throws as above.
DigestAlgorithm read_parameter_hash(const X509_ALGOR* algorithm);
/// The hash of MGF1 within PSS and OAEP parameters: null is MGF1 with SHA-1. Throws as above.
DigestAlgorithm read_mask_generation(const X509_ALGOR* algorithm);
bool has_null_or_no_parameters(const X509_ALGOR& algorithm) noexcept;
/// What OpenSSL calls it, or its dotted decimal.
std::string algorithm_name(const X509_ALGOR& algorithm);
/// Dotted decimal.
std::string object_text(const ASN1_OBJECT& object);
int algorithm_nid(const X509_ALGOR& algorithm) noexcept;

}  // namespace signet::cms
