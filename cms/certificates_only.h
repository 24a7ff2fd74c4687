// Certificates as a message of their own (RFC 5652 section 5, RFC 8551 section 3.8), and those of any
// message.
#pragma once

#include <vector>

#include "cms/byte_stream.h"
#include "cms/bytes.h"
#include "cms/certificate.h"

namespace signet::cms {

/// DER of ContentInfo with a SignedData that nobody signed: `certificates` alone, each once. Throws
/// Error(failed) if there is none.
[[nodiscard]] Bytes certificates_only(const std::vector<Certificate>& certificates);

struct BroughtCertificates {
    std::vector<Certificate> certificates;
    /// Somebody signed something with it; else the message is for its certificates alone.
    bool is_signed = false;
};

/// The X.509 certificates that a SignedData brings, in its order; an attached content is read over. Nothing
/// vouches for any of them. Throws Error(malformed) as SignedDataReader does, and what the source throws.
[[nodiscard]] BroughtCertificates certificates_in(ByteSource message);

}  // namespace signet::cms
