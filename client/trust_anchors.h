// Whom a verification trusts. Never anybody because a message says so.
#pragma once

#include <string>
#include <vector>

#include "cms/certificate.h"

namespace signet::client {

/// The certificates in `path`: a file (PEM with one or several, or DER), or a folder of such files, whose
/// names that begin with a dot are passed over; at most 1024 files, each certificate once. Throws Error: 9 if
/// one of them cannot be read, 8 if it holds no certificate, or the folder no file.
[[nodiscard]] std::vector<cms::Certificate> read_trust_anchors(const std::string& path);

/// The authorities that this system trusts for mail: what p11-kit's trust module has, less what it distrusts.
/// The module is not loaded here; its program `trust` is asked. Empty if that is not installed: the anchors
/// that other files of the system hold are for servers. Throws Error(9) if `trust` fails, or takes more than
/// 20 seconds.
[[nodiscard]] std::vector<cms::Certificate> system_mail_anchors();

}  // namespace signet::client
