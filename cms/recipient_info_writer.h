// RecipientInfos of our own (RFC 5652 section 6.2, RFC 3370, RFC 3560, RFC 5753).
#pragma once

#include "cms/bytes.h"
#include "cms/certificate.h"
#include "cms/enveloped_data.h"
#include "secret/secret.h"

namespace signet::cms {

/// DER of a KeyTransRecipientInfo: `key` for the RSA key of `recipient`. Throws Error(failed).
Bytes write_key_transport(const Certificate& recipient, const Secret& key, RsaKeyTransport transport);

/// DER of a KeyAgreeRecipientInfo: `key` for the EC or Montgomery key of `recipient`, wrapped with a key as
/// long as itself. Throws Error(unsupported) for a curve that is not ours, Error(failed).
Bytes write_key_agreement(const Certificate& recipient, const Secret& key);

}  // namespace signet::cms
