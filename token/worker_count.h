// How many workers a module can use.
#pragma once

#include <p11-kit/pkcs11.h>

namespace signet::token {

/// Threads that one process runs, at most.
inline constexpr unsigned max_workers = 64;

/// As many workers as `wanted` (1 or more), but no more than max_workers and no more than the most generous
/// token allows sessions. Tokens that allow fewer are shared (WorkerSessions). Throws TokenError if the slots
/// cannot be listed.
unsigned worker_count(const CK_FUNCTION_LIST& functions, unsigned wanted);

}  // namespace signet::token
