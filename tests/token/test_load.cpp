#include "tests/catch.h"
#include "tests/fixtures/file.h"
#include "tests/token/loaded_token.h"
#include "token/ckr.h"

using namespace signet::tests;

TEST_CASE("A module is loaded and described") {
    const SoftHsmToken softhsm;
    LoadedToken token(softhsm, 3);
    CHECK(token.loaded().outcome() == protocol::OK);
    CHECK(token.loaded().loaded().workers() == 3);
    CHECK(token.loaded().loaded().manufacturer() == "SoftHSM");
    CHECK_FALSE(token.loaded().loaded().description().empty());
}

TEST_CASE("What is no PKCS#11 module is refused, and a module can follow") {
    const SoftHsmToken softhsm;
    TokenProcess process(softhsm.environment());
    for (const char* path : {"/nonexistent/module.so", "/bin/true", "/etc/passwd", "/", "libm.so.6"}) {
        INFO(path);
        const protocol::Reply reply = process.load(path);
        CHECK(reply.outcome() == protocol::NO_MODULE);
        CHECK_FALSE(reply.what().empty());
    }
    CHECK(process.load(SoftHsmToken::module_path()).outcome() == protocol::OK);
}

TEST_CASE("A module that does not initialise says why") {
    const FaultScript faults;
    Environment environment = faults.environment();
    TokenProcess process(environment);
    faults.set("C_Initialize error CKR_DEVICE_ERROR times 1");
    const protocol::Reply reply = process.load(FaultScript::module());
    CHECK(reply.outcome() == protocol::DEVICE_FAILED);
    CHECK(reply.ckr() == static_cast<CK_RV>(signet::token::Ckr::device_error));
    CHECK(reply.what() == "C_Initialize: CKR_DEVICE_ERROR");
}

TEST_CASE("A broken fault script fails aloud") {
    const FaultScript faults;
    TokenProcess process(faults.environment());
    faults.set("# a comment\nC_Sign explode\n");
    const protocol::Reply reply = process.load(FaultScript::module());
    CHECK(reply.what() == "C_Initialize: CKR_GENERAL_ERROR");
    CHECK(process.log().find("line 2: 'explode' is not an action") != std::string::npos);
}

TEST_CASE("Load comes first, once, and makes sense") {
    const SoftHsmToken softhsm;
    TokenProcess process(softhsm.environment());
    protocol::Request scan;
    scan.mutable_scan();
    CHECK(process.reply(scan).outcome() == protocol::BAD_REQUEST);
    CHECK(process.load("", 1).outcome() == protocol::BAD_REQUEST);
    CHECK(process.load(SoftHsmToken::module_path(), 0).outcome() == protocol::BAD_REQUEST);
    CHECK(process.load(SoftHsmToken::module_path(), 1).outcome() == protocol::OK);
    CHECK(process.load(SoftHsmToken::module_path(), 1).outcome() == protocol::BAD_REQUEST);
}

TEST_CASE("An absurd number of sessions is bounded") {
    const SoftHsmToken softhsm;
    LoadedToken token(softhsm, 4'000'000'000U);
    CHECK(token.loaded().outcome() == protocol::OK);
    CHECK(token.loaded().loaded().workers() == 64);
}

TEST_CASE("Malformed datagrams are answered and harm nothing") {
    const SoftHsmToken softhsm;
    TokenProcess process(softhsm.environment());
    const auto check_refusals = [&process] {
        protocol::Request unknown;
        unknown.set_id(7);
        for (const std::string& datagram :
             {std::string("\xff\xff\xff\xff"), std::string("\x0a"), std::string(100'000, '\xaa'),
              std::string(140'000, '\0'), unknown.SerializeAsString()}) {
            INFO(datagram.size());
            process.send(datagram);
            const auto reply = process.receive();
            REQUIRE(reply);
            CHECK(reply->outcome() == protocol::BAD_REQUEST);
        }
    };
    check_refusals();
    REQUIRE(process.load(SoftHsmToken::module_path()).outcome() == protocol::OK);
    check_refusals();
}
