// RSA key transport: what the sender does with the content-encryption key (RFC 3370 section 4.2.1, RFC 3560).
#pragma once

#include <openssl/types.h>

#include "cms/bytes.h"
#include "cms/recipient_info.h"
#include "secret/secret.h"

namespace signet::cms {

/// `key` encrypted with the RSA key of a recipient, with the padding, the hashes and the label of `how`; the
/// rest of `how` counts for nothing. Throws Error(failed), also if the RSA key is too small for that.
[[nodiscard]] Bytes transport_key(EVP_PKEY& recipient, const Secret& key, const KeyTransport& how);

}  // namespace signet::cms
