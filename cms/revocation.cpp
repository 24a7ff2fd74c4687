#include "cms/revocation.h"

#include <utility>

namespace signet::cms {

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
    const auto later = known.revoked_at ? known.revoked_at : more.revoked_at;
    const bool news = more.status == RevocationStatus::revoked || known.status == RevocationStatus::unknown;
    if (known.status != RevocationStatus::revoked && news)
        known = std::move(more);
    if (!known.revoked_at)
        known.revoked_at = later;
}

}  // namespace signet::cms
