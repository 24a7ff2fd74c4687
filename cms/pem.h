// DER in the armour of RFC 7468.
#pragma once

#include "cms/bytes.h"

#include <string>

namespace signet::cms {

/// `der` between BEGIN and END lines with `label` ("CERTIFICATE REQUEST"). Throws Error(failed).
std::string pem(const char* label, BytesView der);

}  // namespace signet::cms
