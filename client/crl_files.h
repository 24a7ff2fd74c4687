// CRLs that a command line names.
#pragma once

#include <openssl/types.h>

#include <memory>
#include <string>
#include <vector>

namespace signet::client {

/// The CRLs in a file, PEM with one or several, or DER. Throws Error: 9 if it cannot be read or is
/// above 64 MiB, 8 if it holds none, or one that cannot be read or is above cms::max_crl_size.
[[nodiscard]] std::vector<std::shared_ptr<X509_CRL>> read_crls(const std::string& path);

}  // namespace signet::client
