// What /proc tells of a process.
#pragma once

#include <sys/types.h>

#include <cstddef>

namespace signet::tests {

/// How many descriptors `pid` has open; 0 if it is gone.
[[nodiscard]] std::size_t open_descriptors(pid_t pid);
/// VmRSS in KiB; 0 if it is gone.
[[nodiscard]] std::size_t resident_kib(pid_t pid);

}  // namespace signet::tests
