#include "agent/protocol/status.h"

namespace signet::agent::protocol {

ExitStatus exit_status(Status status) noexcept {
    switch (status) {
        case DONE:
            return ExitStatus::done;
        case CANNOT_UNWRAP:
            return ExitStatus::answer_is_no;
        case NO_IDENTITY:
        case AMBIGUOUS_IDENTITY:
        case NO_RECIPIENT:
            return ExitStatus::identity;
        case PIN_INCORRECT:
        case PIN_LOCKED:
        case PIN_CANCELLED:
        case PIN_UNAVAILABLE:
            return ExitStatus::pin;
        case TOKEN_ABSENT:
        case TOKEN_FAILED:
        case TOKEN_CANNOT:
            return ExitStatus::token;
        case REFUSED:
            return ExitStatus::refused;
        case MALFORMED:
        case TOO_LARGE:
        case UNKNOWN_TYPE:
        case UNKNOWN_VERSION:
            return ExitStatus::malformed;
        case DIGEST_UNSUITABLE:
            return ExitStatus::usage;
        case AUDIT_FAILED:
        case INTERNAL:
        case STOPPING:
        case Status_INT_MIN_SENTINEL_DO_NOT_USE_:
        case Status_INT_MAX_SENTINEL_DO_NOT_USE_:
            break;
    }
    return ExitStatus::other;
}

}  // namespace signet::agent::protocol
