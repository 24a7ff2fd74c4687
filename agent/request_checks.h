// What can be said of a request from its fields alone.
#pragma once

#include "agent/protocol/signet.pb.h"

namespace signet::agent {

// Each throws Error: MALFORMED for a size, count or value that cannot be, TOO_LARGE for a count above its
// limit, REFUSED for a content type that is not signed here.

void check_hello(const protocol::Request& request);
void check_list(const protocol::Request& request);
void check_status(const protocol::Request& request);
void check_unlock(const protocol::Request& request);
void check_lock(const protocol::Request& request);
void check_sign(const protocol::Request& request);
void check_unwrap(const protocol::Request& request);

}  // namespace signet::agent
