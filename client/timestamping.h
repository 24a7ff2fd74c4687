// Timestamps for signatures that were just made (CAdES-T, RFC 5126 section 6.1.1).
#pragma once

#include <string>
#include <vector>

#include "cms/bytes.h"

namespace signet::client {

/// Has the TSA at `url` (http or https) stamp each signature in each SignedData (DER, detached), and puts the
/// timestamps in, where each is one of what was asked (read_timestamp_response). An empty `url` is no TSA:
/// nothing is done. Waits for the TSA, 10 s a timestamp at most. Whether anybody
/// trusts it is for those to judge who verify. Throws Error(9), all or none, and what a
/// SignedData that is none gives.
void add_timestamps(std::vector<cms::Bytes>& signed_data, const std::string& url);

}  // namespace signet::client
