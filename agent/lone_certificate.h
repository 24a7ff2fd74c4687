// Certificates that are no identity, as no private key is there for them.
#pragma once

#include "agent/certificate_name.h"
#include "agent/identity.h"
#include "cms/certificate.h"

#include <string>

namespace signet::agent {

/// Never a CA's: that is chain.
struct LoneCertificate {
    cms::Certificate certificate;
    Place place;
    /// Why it has no key, for people.
    std::string why;
};

/// Whether it has the name `name`, as an identity would.
[[nodiscard]] bool is_called(const LoneCertificate& certificate, const CertificateName& name);

}  // namespace signet::agent
