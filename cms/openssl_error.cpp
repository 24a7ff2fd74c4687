#include "cms/openssl_error.h"

#include <openssl/err.h>

#include "cms/error.h"

namespace signet::cms {

void throw_openssl_error(const std::string& what) {
    const unsigned long code = ERR_peek_last_error();
    const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
    ERR_clear_error();
    throw Error(ErrorCode::failed, reason == nullptr ? what : what + ": " + reason);
}

}  // namespace signet::cms
