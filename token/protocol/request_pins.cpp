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
        case Request::kInitialiseToken: {
            auto& initialise = *request.mutable_initialise_token();
            const bool has_so_pin = initialise.has_so_pin();
            if (has_so_pin)
                wipe(*initialise.mutable_so_pin());
            return wipe_pin(initialise) || has_so_pin;
        }
        case Request::kSetPin: {
            auto& set_pin = *request.mutable_set_pin();
            if (set_pin.has_old_pin())
                wipe(*set_pin.mutable_old_pin());
            if (set_pin.has_new_pin())
                wipe(*set_pin.mutable_new_pin());
            return set_pin.has_old_pin() || set_pin.has_new_pin();
        }
        default:
            return false;
    }
}

}  // namespace signet::token::protocol
