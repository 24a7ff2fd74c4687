// A PIN in a request, as the module takes it.
#pragma once

#include <p11-kit/pkcs11.h>

#include <string>

#include "token/error.h"
#include "token/protocol/datagram.h"

namespace signet::token {

/// A view of `text`, which lives longer and is wiped by its owner; null for a token with a PIN pad. Throws
/// TokenError (PIN_INVALID) for what no token could accept.
class Pin {
  public:
    explicit Pin(std::string* text) : m_text(text) {
        if (text != nullptr && (text->empty() || text->size() > protocol::max_pin))
            throw TokenError(protocol::PIN_INVALID, "the PIN is empty or too long");
    }
    [[nodiscard]] unsigned char* data() const noexcept {
        return m_text == nullptr ? nullptr : reinterpret_cast<unsigned char*>(m_text->data());
    }
    [[nodiscard]] CK_ULONG size() const noexcept { return m_text == nullptr ? 0 : m_text->size(); }

  private:
    std::string* m_text;
};

}  // namespace signet::token
