// What can be said of a request from its fields alone.
#pragma once

#include "agent/protocol/signet.pb.h"

#include <cstddef>
#include <string>

namespace signet::agent {

/// MALFORMED for a text that is too long or holds a NUL; `field` is its name.
void check_text(const std::string& text, const char* field);

/// Bytes of a digest. MALFORMED for an algorithm that is not known.
[[nodiscard]] std::size_t digest_size(protocol::DigestAlgorithm algorithm);

// Each throws Error: MALFORMED for a size, count or value that cannot be, TOO_LARGE for a count above its
// limit, REFUSED for a content type that is not signed here.

void check_hello(const protocol::Request& request);
void check_list(const protocol::Request& request);
void check_status(const protocol::Request& request);
void check_unlock(const protocol::Request& request);
void check_lock(const protocol::Request& request);
void check_sign(const protocol::Request& request);
// In attribute_checks.cpp: of what a signer says besides. MALFORMED.
void check_signed_attributes(const protocol::Sign& sign);
void check_unwrap(const protocol::Request& request);
// In provisioning_checks.cpp.
void check_generate_key(const protocol::Request& request);
void check_request_certificate(const protocol::Request& request);
void check_import_certificates(const protocol::Request& request);
void check_initialise_token(const protocol::Request& request);
void check_change_pin(const protocol::Request& request);
void check_delete_key(const protocol::Request& request);

}  // namespace signet::agent
