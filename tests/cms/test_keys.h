// Private keys for tests, generated once a process.
#pragma once

#include "cms/openssl_ptr.h"

namespace signet::cms::test {

enum class KeyType { rsa1024, rsa2048, p256, p384, p521, ed25519, ed448, x25519, x448, dsa1024, dsa2048 };

/// The first or second key of this type; lives as long as the process.
EVP_PKEY& test_key(KeyType type, int which = 0);

}  // namespace signet::cms::test
