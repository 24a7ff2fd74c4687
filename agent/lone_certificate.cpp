#include "agent/lone_certificate.h"

#include "agent/hex.h"

namespace signet::agent {

bool is_called(const LoneCertificate& lone, const CertificateName& name) {
    return name.matches(hex(cms::as_text(lone.certificate.fingerprint())), lone.certificate.email_addresses(),
                        {lone.place});
}

}  // namespace signet::agent
