// Certificate revocation lists (RFC 5280 section 5).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cms/bytes.h"
#include "cms/certificate.h"
#include "cms/openssl_ptr.h"

namespace signet::cms {

/// Bytes of a CRL at most; in memory it takes some times as much.
inline constexpr std::size_t max_crl_size = std::size_t{16} * 1024 * 1024;
/// CRLs that are looked at for one verification.
inline constexpr std::size_t max_crls = 256;

/// Strict: exactly one CRL, DER. Throws Error(malformed), also for one above max_crl_size.
[[nodiscard]] X509CrlPtr parse_crl(BytesView der);

/// DER of all CRLs of a PEM text, in order; other blocks are passed over, and nothing is parsed but the
/// armour. Throws Error(malformed) if that is broken.
[[nodiscard]] std::vector<Bytes> crls_from_pem(std::string_view pem);

/// Whether it is signed with a weak hash (weak_algorithm.h).
[[nodiscard]] bool has_weak_hash(const X509_CRL& crl);

/// Seconds since the epoch; none if it does not say so in a way that can be read.
[[nodiscard]] std::optional<std::int64_t> seconds_of(const ASN1_TIME* time);

/// Seconds that a CRL or an OCSP response without nextUpdate counts for.
inline constexpr std::int64_t day_without_next_update = 86400;

/// When it was issued (thisUpdate), in seconds since the epoch; none if that cannot be read.
[[nodiscard]] std::optional<std::int64_t> issued_at(const X509_CRL& crl);
/// Whether it is a delta CRL (section 5.2.4).
[[nodiscard]] bool is_delta(const X509_CRL& crl);
/// Whether both are of one issuer and its key, and of the same certificates and reasons
/// (issuingDistributionPoint, section 5.2.5), so that the newer takes the place of the other.
[[nodiscard]] bool have_same_scope(const X509_CRL& one, const X509_CRL& other);
/// Whether `delta`, a delta CRL, tells what changed since `crl` (section 5.2.4): `crl` has its scope, and is
/// not older than the CRL that it is based on.
[[nodiscard]] bool continues(const X509_CRL& delta, const X509_CRL& crl);

/// From when on a revoked certificate was not to be relied upon, in seconds since the epoch: the date of its
/// revocation, or that of the extension invalidityDate (section 5.3.2; null: there is none) before it. None
/// if one of them cannot be read: it may be any.
[[nodiscard]] std::optional<std::int64_t> revoked_since(const ASN1_TIME* revocation_date,
                                                        X509_EXTENSION* invalidity_date);

/// The http URLs of cRLDistributionPoints (section 4.2.1.13), at most 8.
[[nodiscard]] std::vector<std::string> crl_urls(const Certificate&);
/// Those of freshestCRL (sections 4.2.1.15 and 5.2.6), where delta CRLs are.
[[nodiscard]] std::vector<std::string> delta_crl_urls(const Certificate&);
[[nodiscard]] std::vector<std::string> delta_crl_urls(const X509_CRL&);

}  // namespace signet::cms
