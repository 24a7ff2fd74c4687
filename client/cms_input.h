// CMS as it comes in files: DER or BER, or PEM around it.
#pragma once

#include <string>

#include "cms/bytes.h"

namespace signet::client {

/// The bytes of a CMS message in `file`: as they are, or decoded if `file` starts with a PEM header
/// (-----BEGIN PKCS7----- or -----BEGIN CMS-----, RFC 7468 sections 8 and 9). Throws Error(8), naming `name`,
/// if the PEM is broken.
[[nodiscard]] cms::Bytes decode_cms_input(cms::Bytes file, const std::string& name);

/// Whether `file` starts with such a PEM header, white space before it allowed.
[[nodiscard]] bool starts_with_cms_armour(cms::BytesView file) noexcept;

}  // namespace signet::client
