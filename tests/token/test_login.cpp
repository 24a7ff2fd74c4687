#include "tests/catch.h"
#include "tests/token/loaded_token.h"
#include "token/ckr.h"

using namespace signet::tests;

namespace {

/// Sends `request`, before which the token was out: that is told first, and its PIN goes nowhere.
void check_goes_nowhere(TokenProcess& process, protocol::Request request, std::uint64_t slot) {
    constexpr std::uint64_t id = 1000;
    request.set_id(id);
    process.send(request.SerializeAsString());
    const auto told = process.receive();
    REQUIRE(told);
    CHECK(told->id() == 0);
    REQUIRE(told->slots_changed().emptied_size() == 1);
    CHECK(told->slots_changed().emptied(0) == slot);
    CHECK(told->slots_changed().filled_size() == 1);
    const auto refused = process.receive();
    REQUIRE(refused);
    CHECK(refused->id() == id);
    CHECK(refused->outcome() == protocol::SLOT_CHANGED);
    CHECK(refused->what() == "the token was out");
}

}  // namespace

TEST_CASE("The right PIN logs in, and logging out logs out") {
    const SoftHsmToken softhsm;
    LoadedToken token(softhsm, 2);
    CHECK(token.login(softhsm.pin()).outcome() == protocol::OK);
    CHECK(token.scan().token.logged_in());
    CHECK(token.logout().outcome() == protocol::OK);
    CHECK_FALSE(token.scan().token.logged_in());
    CHECK(token.logout().outcome() == protocol::OK);
}

TEST_CASE("A wrong PIN is refused by name and does not log in") {
    const SoftHsmToken softhsm;
    LoadedToken token(softhsm);
    const protocol::Reply reply = token.login("654321");
    CHECK(reply.outcome() == protocol::PIN_INCORRECT);
    CHECK(reply.ckr() == static_cast<CK_RV>(signet::token::Ckr::pin_incorrect));
    CHECK(reply.what() == "C_Login: CKR_PIN_INCORRECT");
    CHECK_FALSE(token.scan().token.logged_in());
    CHECK(token.process().log().find("654321") == std::string::npos);
}

TEST_CASE("A PIN is verified even when somebody is logged in") {
    const SoftHsmToken softhsm;
    LoadedToken token(softhsm);
    REQUIRE(token.login(softhsm.pin()).outcome() == protocol::OK);
    CHECK(token.login(softhsm.pin()).outcome() == protocol::OK);
    CHECK(token.login("654321").outcome() == protocol::PIN_INCORRECT);
    CHECK_FALSE(token.scan().token.logged_in());
}

TEST_CASE("A PIN that cannot be one is not tried") {
    const SoftHsmToken softhsm;
    const FaultScript faults;
    LoadedToken token(softhsm, 1, &faults);
    token.slot();
    faults.set("C_Login crash");
    CHECK(token.login("").outcome() == protocol::PIN_INVALID);
    CHECK(token.login(std::string(256, '1')).outcome() == protocol::PIN_INVALID);

    protocol::Request without_pin = token.login_request("");
    without_pin.mutable_login()->clear_pin();
    CHECK(token.process().reply(without_pin).outcome() == protocol::BAD_REQUEST);
}

TEST_CASE("Nobody logs in to a slot that is not there") {
    const SoftHsmToken softhsm;
    LoadedToken token(softhsm);
    protocol::Request request;
    request.mutable_login()->set_slot(0xdeadbeef);
    request.mutable_login()->set_pin("123456");
    CHECK(token.process().reply(request).outcome() == protocol::TOKEN_ABSENT);
}

TEST_CASE("The PIN of one token does not go to another one in its slot") {
    const SoftHsmToken softhsm;
    const FaultScript faults;
    LoadedToken token(softhsm, 1, &faults);
    token.slot();
    faults.set("C_Login crash");
    protocol::Request another_serial = token.login_request("123456");
    another_serial.mutable_login()->set_serial("0000");
    protocol::Request another_label = token.login_request("123456");
    another_label.mutable_login()->set_label("bob");
    for (const auto& request : {another_serial, another_label}) {
        const protocol::Reply reply = token.process().reply(request);
        CHECK(reply.outcome() == protocol::TOKEN_ABSENT);
        CHECK(reply.what() == "another token is in the slot");
    }
}

TEST_CASE("The PIN of a token that was out since the scan goes nowhere until the next") {
    const SoftHsmToken softhsm;
    const FaultScript faults;
    LoadedToken token(softhsm, 2, &faults);
    const protocol::Request login = token.login_request(softhsm.pin());
    faults.set("token insertion 1\nC_Login crash");
    check_goes_nowhere(token.process(), login, token.slot());
    // Although no look finds anything new.
    CHECK(token.process().reply(login).outcome() == protocol::SLOT_CHANGED);
    faults.set("token insertion 1");
    protocol::Request after_scan = login;
    after_scan.mutable_login()->set_removals(token.scan().token.removals());
    CHECK(token.process().reply(after_scan).outcome() == protocol::OK);
    CHECK(token.process().reply(after_scan).outcome() == protocol::OK);
}

TEST_CASE("Nor does the PIN for one use of a key") {
    SoftHsmToken softhsm;
    softhsm.generate(KeyType::p256, "p256", "01");
    const FaultScript faults;
    LoadedToken token(softhsm, 2, &faults);
    const Scanned scanned = token.open();
    protocol::Request request;
    protocol::Sign& sign = *request.mutable_sign();
    sign.set_slot(scanned.token.slot());
    sign.set_key(scanned.private_key("p256").handle());
    sign.set_scheme(protocol::ECDSA);
    sign.set_hash(protocol::HASH_SHA256);
    sign.set_digest(digest_of(protocol::HASH_SHA256, "text"));
    protocol::Authentication& authentication = *sign.mutable_authentication();
    authentication.set_pin(softhsm.pin());
    authentication.set_serial(scanned.token.serial());
    authentication.set_label(scanned.token.label());
    authentication.set_removals(scanned.token.removals());
    faults.set("token insertion 1\nC_Login crash\nC_SignInit crash");
    check_goes_nowhere(token.process(), request, scanned.token.slot());
}

TEST_CASE("What a token says about a login is passed on") {
    const SoftHsmToken softhsm;
    const FaultScript faults;
    LoadedToken token(softhsm, 1, &faults);
    token.slot();
    const auto answer_to = [&](const std::string& ckr) {
        faults.set("C_Login error " + ckr);
        return token.login(softhsm.pin()).outcome();
    };
    CHECK(answer_to("CKR_PIN_LOCKED") == protocol::PIN_LOCKED);
    CHECK(answer_to("CKR_PIN_LEN_RANGE") == protocol::PIN_INVALID);
    CHECK(answer_to("CKR_FUNCTION_CANCELED") == protocol::PIN_CANCELLED);
    CHECK(answer_to("CKR_DEVICE_ERROR") == protocol::DEVICE_FAILED);
    CHECK(answer_to("CKR_GENERAL_ERROR") == protocol::DEVICE_FAILED);
    CHECK(answer_to("CKR_USER_ALREADY_LOGGED_IN") == protocol::CANNOT);
}

TEST_CASE("A PIN goes to C_Login once at most") {
    const SoftHsmToken softhsm;
    const FaultScript faults;
    LoadedToken token(softhsm, 1, &faults);
    token.slot();
    for (const std::string ckr : {"CKR_SESSION_HANDLE_INVALID", "CKR_SESSION_CLOSED", "CKR_DEVICE_REMOVED",
                                  "CKR_OPERATION_ACTIVE", "CKR_USER_ALREADY_LOGGED_IN"}) {
        CAPTURE(ckr);
        // A second call would log in.
        faults.set("C_Login error " + ckr + " times 1");
        CHECK(token.login(softhsm.pin()).outcome() != protocol::OK);
        CHECK_FALSE(token.scan().token.logged_in());
    }
}

TEST_CASE("What fails before C_Login is repeated with a new session") {
    const SoftHsmToken softhsm;
    const FaultScript faults;
    LoadedToken token(softhsm, 1, &faults);
    token.slot();
    faults.set("C_GetSessionInfo error CKR_SESSION_HANDLE_INVALID times 1\nC_Login crash after 1");
    CHECK(token.login(softhsm.pin()).outcome() == protocol::OK);
    CHECK(token.scan().token.logged_in());
}
