// What a fuzz target demands besides not to crash.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace signet::fuzz {

/// Ends the process, with `what`, unless it `holds`.
inline void property(bool holds, const char* what) {
    if (holds)
        return;
    std::fprintf(stderr, "property violated: %s\n", what);
    std::abort();
}

}  // namespace signet::fuzz
