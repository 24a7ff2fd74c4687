#include "token/protocol/request_pins.h"

#include "secret/secret.h"

namespace signet::token::protocol {

namespace {

template <typename Message>
bool wipe_pin(Message& message) noexcept {
    if (!message.has_pin())
        return false;
    wipe(*message.mutable_pin());
    return true;
}

template <typename Operation>
bool wipe_authentication(Operation& operation) noexcept {
    return operation.has_authentication() && wipe_pin(*operation.mutable_authentication());
}

}  // namespace

bool wipe_pins(Request& request) noexcept {
    switch (request.body_case()) {
        case Request::kLogin:
            return wipe_pin(*request.mutable_login());
        case Request::kSign:
            return wipe_authentication(*request.mutable_sign());
        case Request::kDecrypt:
            return wipe_authentication(*request.mutable_decrypt());
        default:
            return false;
    }
}

}  // namespace signet::token::protocol
