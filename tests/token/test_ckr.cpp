#include "tests/catch.h"
#include "token/ckr.h"
#include "token/error.h"

using namespace signet::token;

TEST_CASE("Return values have names, and numbers where they have none") {
    CHECK(ckr_name(Ckr::pin_incorrect) == "CKR_PIN_INCORRECT");
    CHECK(ckr_name(Ckr{0x80000001}) == "CKR 0x80000001");
    CHECK(ckr_name(Ckr{4}) == "CKR 0x00000004");
}

TEST_CASE("The same value means something else for foreign input") {
    for (const Ckr ckr : {Ckr::general_error, Ckr::function_failed, Ckr{0x80000001}}) {
        CHECK(outcome_of(ckr, CallKind::ordinary) == protocol::DEVICE_FAILED);
        CHECK(outcome_of(ckr, CallKind::foreign_input) == protocol::INPUT_REFUSED);
    }
    for (const Ckr ckr : {Ckr::device_error, Ckr::device_memory, Ckr::cryptoki_not_initialized, Ckr{4}})
        CHECK(outcome_of(ckr, CallKind::foreign_input) == protocol::DEVICE_FAILED);
    CHECK(outcome_of(Ckr::ok, CallKind::foreign_input) == protocol::OK);
    CHECK(outcome_of(Ckr::arguments_bad, CallKind::ordinary) == protocol::CANNOT);
    CHECK(outcome_of(Ckr::key_handle_invalid, CallKind::foreign_input) == protocol::KEY_GONE);
}
