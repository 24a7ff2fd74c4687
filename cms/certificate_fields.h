// Pieces of a certificate as they stand in it (RFC 5280 section 4.1.2).
#pragma once

#include "cms/bytes.h"
#include "cms/certificate.h"

namespace signet::cms {

/// DER: what PKCS#11 wants beside a certificate (2.40, section 4.6.3).
struct CertificateFields {
    Bytes subject;
    Bytes issuer;
    /// INTEGER
    Bytes serial_number;
};

/// Throws Error(failed).
[[nodiscard]] CertificateFields fields_of(const Certificate& certificate);

}  // namespace signet::cms
