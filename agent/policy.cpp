#include "agent/policy.h"

#include "agent/error.h"

namespace signet::agent {

const char* operation_name(Operation operation) noexcept {
    switch (operation) {
        case Operation::sign:
            return "sign";
        case Operation::unwrap:
            return "unwrap";
        case Operation::admin:
            break;
    }
    return "admin";
}

Decision Policy::check(const Peer& peer, Operation, const Identity*) const {
    if (may_connect(peer))
        return {true, {}};
    return {false, "uid " + std::to_string(peer.uid) + " is not the agent's own"};
}

Permit Policy::require(const Peer& peer, Operation operation, const Identity* identity) const {
    const auto decision = check(peer, operation, identity);
    if (!decision.allowed)
        throw Error(protocol::REFUSED, std::string(operation_name(operation)) + ": " + decision.why,
                    "ask who runs the agent");
    return {peer, operation};
}

}  // namespace signet::agent
