#include "cms/revocation.h"

#include <algorithm>
#include <ctime>
#include <utility>

namespace signet::cms {
namespace {

/// No time may be any.
void merge_revocations(CertificateRevocation& known, const CertificateRevocation& more) {
    known.revoked_at = known.revoked_at && more.revoked_at
                           ? std::optional(std::min(*known.revoked_at, *more.revoked_at))
                           : std::nullopt;
    if (leaves_key_safe(known.reason))
        known.reason = more.reason;
}

}  // namespace

std::string_view revocation_token(RevocationStatus status) noexcept {
    switch (status) {
        case RevocationStatus::good:
            return "good";
        case RevocationStatus::revoked:
            return "revoked";
        case RevocationStatus::unknown:
            return "unknown";
    }
    return {};
}

void merge(CertificateRevocation& known, CertificateRevocation more) {
    if (known.status == RevocationStatus::revoked && more.status == RevocationStatus::revoked) {
        merge_revocations(known, more);
        return;
    }
    if (more.status == RevocationStatus::revoked || known.status == RevocationStatus::unknown)
        std::swap(known, more);
    note_later(known, more);
}

CertificateRevocation as_of(const JudgedTime& at, CertificateRevocation revocation) {
    const auto& since = revocation.revoked_at;
    if (at.source != TimeSource::now && since && *since > at.seconds && *since <= std::time(nullptr))
        revocation.status = RevocationStatus::good;
    return revocation;
}

void note_later(CertificateRevocation& known, const CertificateRevocation& more) {
    if (known.status == RevocationStatus::revoked || known.revoked_at)
        return;
    known.revoked_at = more.revoked_at;
    known.reason = more.reason;
}

}  // namespace signet::cms
