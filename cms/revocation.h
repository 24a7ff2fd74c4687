// Whether a certificate was revoked: what is known, and from where (RFC 5280 section 6.3, RFC 6960).
#pragma once

#include <openssl/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cms/path_settings.h"
#include "cms/revocation_reason.h"
#include "cms/revocation_transport.h"

namespace signet::cms {

enum class RevocationStatus { good, revoked, unknown };

/// "good", "revoked", "unknown".
[[nodiscard]] std::string_view revocation_token(RevocationStatus) noexcept;

/// Of one certificate.
struct CertificateRevocation {
    RevocationStatus status = RevocationStatus::unknown;
    /// "crl" or "ocsp"; empty while unknown.
    std::string source;
    /// Why unknown; a clause for people.
    std::string text = "no CRL and no OCSP response is here";
    /// Seconds since the epoch. Of one that is not revoked: when it was, later than the time that is judged.
    std::optional<std::int64_t> revoked_at{};
    /// Why it was, or will be; of several that are told, one that matters most. None if nobody says.
    std::optional<RevocationReason> reason{};
};

/// Adds to what is `known` of a certificate what another source tells: whoever says that it was revoked is
/// right, later than the time that is judged too; else whoever says that it was not. Of two revocations, the
/// earlier time counts, and the reason that says that the key may not be safe.
void merge(CertificateRevocation& known, CertificateRevocation more);

/// Notes the later revocation that `more` tells of, if `known` is not revoked and has none.
void note_later(CertificateRevocation& known, const CertificateRevocation& more);

/// `revocation`, a revoked one, as of `at`: good if that is in the past, and before the revocation, which was
/// since.
[[nodiscard]] CertificateRevocation as_of(const JudgedTime& at, CertificateRevocation revocation);

/// What is done to learn of revocation.
enum class RevocationMode {
    /// What was given, came with the message or was kept from before is looked at.
    given,
    /// What is missing is fetched; what cannot be had is unknown, and that is only said.
    fetch,
    /// The same, and a certificate whose status is unknown is not trusted.
    require,
};

struct RevocationOptions {
    RevocationMode mode = RevocationMode::given;
    /// CRLs that the person who verifies trusts to be the newest (parse_crl).
    std::vector<std::shared_ptr<X509_CRL>> crls;
    /// How to fetch and where to keep; null: neither.
    std::shared_ptr<RevocationTransport> transport;
};

}  // namespace signet::cms
