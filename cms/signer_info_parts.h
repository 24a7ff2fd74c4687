// A SignerInfo that gets unsigned attributes (RFC 5652 sections 5.3 and 11.4, RFC 5126 section 6.1.1); all
// else of it stays as it is, byte for byte.
#pragma once

#include <optional>

#include "cms/algorithms.h"
#include "cms/bytes.h"
#include "cms/certificate.h"

namespace signet::cms {

// Each takes an encoded SignerInfo, DER or BER, and throws Error(malformed) if it is none.

/// DER of the SignerIdentifier.
[[nodiscard]] Bytes signer_identifier_of(BytesView signer_info);
/// Whether it names `certificate` as its signer's, by issuer and serial number or by key identifier.
[[nodiscard]] bool names_signer(BytesView signer_info, const Certificate& certificate);
/// The signature value's octets.
[[nodiscard]] Bytes signature_of(BytesView signer_info);
/// The hash that it says; none if that is not ours.
[[nodiscard]] std::optional<DigestAlgorithm> digest_algorithm_of(BytesView signer_info);

/// It with a signature-time-stamp attribute more, whose value is `token`.
[[nodiscard]] Bytes with_timestamp(BytesView signer_info, BytesView token);
/// It with a countersignature attribute more, whose value is the SignerInfo `countersignature`.
[[nodiscard]] Bytes with_countersignature(BytesView signer_info, BytesView countersignature);

}  // namespace signet::cms
