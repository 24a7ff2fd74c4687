// What --json says of a message that was decrypted.
#pragma once

#include <string>

#include "client/commands/json_writer.h"
#include "client/content_opener.h"

namespace signet::client::commands {

/// Into an object: authenticated, cipher, content_type and identity, as about_opened says.
inline JsonWriter& write_opened(JsonWriter& json, const OpenedMessage& opened) {
    json.key("authenticated").boolean(opened.authenticated);
    json.key("cipher").text(cms::cipher_name(opened.cipher));
    json.key("content_type").text(opened.content_type);
    return json.key("identity").text(opened.identity);
}

/// What --help says of these keys, without a line end at the end.
inline constexpr char about_opened[] =
    "  authenticated  false: nothing protects the content from alteration\n"
    "  cipher         aes-256-gcm, chacha20-poly1305, aes-256-cbc, des-ede3-cbc, rc2-40-cbc, ...\n"
    "  content_type   object identifier\n"
    "  identity       whose key opened it: fingerprint of the certificate (SHA-256, hex)";

}  // namespace signet::client::commands
