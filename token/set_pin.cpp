#include "token/set_pin.h"

#include "token/error.h"
#include "token/pin.h"

namespace signet::token {

void set_pin(const Session& session, protocol::SetPin& request) {
    if (request.has_old_pin() != request.has_new_pin())
        throw TokenError(protocol::BAD_REQUEST, "one PIN without the other");
    const Pin before(request.has_old_pin() ? request.mutable_old_pin() : nullptr);
    const Pin after(request.has_new_pin() ? request.mutable_new_pin() : nullptr);
    check("C_SetPIN", session.functions().C_SetPIN(session.handle(), before.data(), before.size(),
                                                   after.data(), after.size()));
}

}  // namespace signet::token
