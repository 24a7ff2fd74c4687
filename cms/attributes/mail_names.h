// GeneralNames where they name somebody who has a mailbox (RFC 5280 section 4.2.1.6, RFC 2634).
#pragma once

#include "cms/asn1/rfc2634.h"
#include "cms/attributes/mail_name.h"

#include <cstddef>
#include <string>
#include <vector>

namespace signet::cms {

/// Whom one GeneralNames means: one person or program, by however many addresses. Empty if it has names of
/// other kinds alone.
using MailNames = std::vector<std::string>;

/// DER of a GeneralNames for each of `addresses`, one rfc822Name each, one after the other. Throws
/// Error(failed) for an address that is no is_mail_name.
[[nodiscard]] Bytes encode_mail_names(const std::vector<std::string>& addresses);

/// The rfc822Names of each GeneralNames, in order. Throws Error(malformed) above `most` GeneralNames, for
/// none, and for an address with a NUL.
[[nodiscard]] std::vector<MailNames> read_mail_names(const STACK_OF(GENERAL_NAMES) * names, std::size_t most);

}  // namespace signet::cms
