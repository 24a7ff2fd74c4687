// The fields of a request on their way to the agent.
#pragma once

#include <string>

#include "secret/secret.h"

namespace signet::client {

/// Wipes a string inside a message on every way out.
class WipedField {
  public:
    explicit WipedField(std::string* field) noexcept : m_field(field) {}
    ~WipedField() { wipe(*m_field); }
    WipedField(const WipedField&) = delete;
    WipedField& operator=(const WipedField&) = delete;

  private:
    std::string* m_field;
};

/// `text`, a name or nothing, as a message takes it: protobuf sends other bytes than UTF-8 too, and the agent
/// then reads none of the request. Throws Error(2) for a text that is not UTF-8 or a pkcs11: URI that is
/// none: whoever writes that has made a mistake of usage, not sent a bad file.
const std::string& checked_name(const std::string& text, const std::string& what_failed);

}  // namespace signet::client
