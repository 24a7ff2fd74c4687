// What to do when OpenSSL says no.
#pragma once

#include <string>

namespace signet::cms {

/// Throws Error(failed) with `what` and OpenSSL's reason, and empties OpenSSL's error queue of this thread.
[[noreturn]] void throw_openssl_error(const std::string& what);

/// Throws as above unless `succeeded`.
inline void require_openssl(bool succeeded, const char* what) {
    if (!succeeded)
        throw_openssl_error(what);
}

}  // namespace signet::cms
