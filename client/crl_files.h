// CRLs that a command line names.
#pragma once

#include <string>
#include <vector>

#include "cms/bytes.h"

namespace signet::client {

/// DER of the CRLs in a file, PEM with one or several, or DER. Throws Error: 9 if it cannot be read or is
/// above 64 MiB, 8 if it holds none, or one that cannot be read or is above cms::max_crl_size.
[[nodiscard]] std::vector<cms::Bytes> read_crls(const std::string& path);

}  // namespace signet::client
