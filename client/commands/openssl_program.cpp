#include "client/commands/openssl_program.h"

#include <openssl/crypto.h>

namespace signet::client::commands {

int run_openssl_program(const std::function<ExitStatus()>& body) noexcept {
    // openssl.cnf costs time to read, and could load providers that nobody asked us to use.
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
    return run_program(body);
}

}  // namespace signet::client::commands
