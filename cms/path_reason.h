// What is said of an error of OpenSSL's about a path (RFC 5280 section 6.1).
#pragma once

#include <openssl/x509_vfy.h>

#include "cms/verification_reason.h"

namespace signet::cms {

/// The reason that X509_verify_cert stopped at in `context`.
[[nodiscard]] Reason reason_of(X509_STORE_CTX& context);

}  // namespace signet::cms
