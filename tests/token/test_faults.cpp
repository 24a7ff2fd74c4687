#include <sys/wait.h>

#include <algorithm>
#include <csignal>

#include "tests/catch.h"
#include "tests/fixtures/test_ca.h"
#include "tests/token/loaded_token.h"
#include "tests/token/peer_key.h"

using namespace signet::tests;

namespace {

/// A token with one key, behind the fault-injecting module, open.
class FaultyToken {
  public:
    FaultyToken()
        : m_peer(public_key(m_softhsm.generate(KeyType::p256, "p256", "01"))),
          m_token(m_softhsm, 1, &m_faults),
          m_scanned(m_token.open()) {}

    /// Signs under `script`; an OK counts only with a signature that verifies.
    protocol::Reply sign(std::string_view script) {
        m_faults.set(script);
        protocol::Reply reply = m_token.sign(key(), protocol::ECDSA, protocol::HASH_SHA256, m_digest);
        if (reply.outcome() == protocol::OK &&
            !verifies(m_peer.get(), protocol::ECDSA, protocol::HASH_SHA256, m_digest, reply.output()))
            throw std::runtime_error("the signature does not verify");
        return reply;
    }
    [[nodiscard]] const protocol::Key& key() const { return m_scanned.private_key("p256"); }
    LoadedToken& token() noexcept { return m_token; }
    const FaultScript& faults() noexcept { return m_faults; }
    SoftHsmToken& softhsm() noexcept { return m_softhsm; }

  private:
    SoftHsmToken m_softhsm;
    signet::cms::EvpPkeyPtr m_peer;
    FaultScript m_faults;
    LoadedToken m_token;
    Scanned m_scanned;
    std::string m_digest = digest_of(protocol::HASH_SHA256, "text");
};

}  // namespace

TEST_CASE("What a token says about a signature decides the outcome") {
    FaultyToken faulty;
    CHECK(faulty.sign("C_Sign error CKR_DEVICE_ERROR").what() == "C_Sign: CKR_DEVICE_ERROR");
    CHECK(faulty.sign("C_Sign error 0x80001234").what() == "C_Sign: CKR 0x80001234");
    CHECK(faulty.sign("C_Sign error CKR_DEVICE_ERROR").outcome() == protocol::DEVICE_FAILED);
    CHECK(faulty.sign("C_SignInit error CKR_FUNCTION_FAILED").outcome() == protocol::DEVICE_FAILED);
    CHECK(faulty.sign("C_SignInit error CKR_KEY_HANDLE_INVALID").outcome() == protocol::KEY_GONE);
    CHECK(faulty.sign("C_SignInit error CKR_USER_NOT_LOGGED_IN").outcome() == protocol::NOT_LOGGED_IN);
    CHECK(faulty.sign("C_SignInit error CKR_MECHANISM_INVALID").outcome() == protocol::CANNOT);
    CHECK(faulty.sign("C_SignInit error CKR_KEY_FUNCTION_NOT_PERMITTED").outcome() == protocol::CANNOT);
    CHECK(faulty.sign("C_Sign error CKR_DEVICE_REMOVED").outcome() == protocol::TOKEN_ABSENT);
    CHECK(faulty.sign("C_Sign error CKR_BUFFER_TOO_SMALL").outcome() == protocol::DEVICE_FAILED);
    CHECK(faulty.sign("").outcome() == protocol::OK);
}

TEST_CASE("A session that is gone or busy is replaced once, and nobody notices") {
    FaultyToken faulty;
    for (const char* ckr :
         {"CKR_SESSION_HANDLE_INVALID", "CKR_SESSION_CLOSED", "CKR_OPERATION_ACTIVE", "CKR_DEVICE_REMOVED"}) {
        INFO(ckr);
        const std::string error = std::string(" error ") + ckr;
        CHECK(faulty.sign("C_SignInit" + error + " times 1").outcome() == protocol::OK);
        CHECK(faulty.sign("C_Sign" + error + " times 1").outcome() == protocol::OK);
        CHECK(faulty.sign("C_SignInit" + error).outcome() != protocol::OK);
        CHECK(faulty.sign("").outcome() == protocol::OK);
    }
}

TEST_CASE("A signature that was left half done does not spoil the next") {
    FaultyToken faulty;
    // C_SignInit went to the module, C_Sign did not: SoftHSM now has an operation active.
    CHECK(faulty.sign("C_Sign error CKR_FUNCTION_FAILED times 1").outcome() == protocol::DEVICE_FAILED);
    CHECK(faulty.sign("").outcome() == protocol::OK);
}

TEST_CASE("A slow token is waited for") {
    FaultyToken faulty;
    CHECK(faulty.sign("C_Sign delay 150ms").outcome() == protocol::OK);
}

TEST_CASE("A module that crashes takes signet-token with it, and a fresh one goes on") {
    FaultyToken faulty;
    CHECK_THROWS(faulty.sign("C_Sign crash times 1"));
    const auto status = faulty.token().process().wait();
    REQUIRE(status);
    CHECK((WIFSIGNALED(*status) && WTERMSIG(*status) == SIGABRT));

    // The count of the crashed process still holds.
    LoadedToken fresh(faulty.softhsm(), 1, &faulty.faults());
    const Scanned scanned = fresh.open();
    CHECK(fresh
              .sign(scanned.private_key("p256"), protocol::ECDSA, protocol::HASH_SHA256,
                    digest_of(protocol::HASH_SHA256, "text"))
              .outcome() == protocol::OK);
}

TEST_CASE("An attribute that cannot be read leaves its field empty") {
    FaultyToken faulty;
    for (const char* ckr : {"CKR_ATTRIBUTE_SENSITIVE", "CKR_ATTRIBUTE_TYPE_INVALID", "CKR_GENERAL_ERROR"}) {
        INFO(ckr);
        faulty.faults().set(std::string("C_GetAttributeValue error ") + ckr);
        const Scanned scanned = faulty.token().scan();
        REQUIRE(scanned.keys.size() == 2);
        CHECK(scanned.keys[0].label().empty());
        CHECK(scanned.keys[0].type() == protocol::UNKNOWN_KEY);
        CHECK(scanned.keys[0].handle() != 0);
    }
}

TEST_CASE("An object that is gone or cannot be read does not lose the token") {
    SoftHsmToken softhsm;
    const std::string pem = softhsm.generate(KeyType::p256, "p256", "01");
    TestCa ca;
    softhsm.import_certificate(ca.issue({.public_key_pem = pem, .common_name = "Alice"}).der, "Alice's",
                               "01");
    const FaultScript faults;
    LoadedToken token(softhsm, 1, &faults);
    token.open();
    // The first object is the certificate, whose attributes are asked for together, and then alone.
    for (const std::string ckr : {"CKR_OBJECT_HANDLE_INVALID", "CKR_DEVICE_ERROR"}) {
        CAPTURE(ckr);
        faults.set("C_GetAttributeValue error " + ckr + " times 1");
        const Scanned whole = token.scan();
        CHECK(whole.certificates.size() == 1);
        CHECK(whole.keys.size() == 2);
    }
    faults.set("C_GetAttributeValue error CKR_OBJECT_HANDLE_INVALID times 2");
    Scanned scanned = token.scan();
    CHECK(scanned.certificates.empty());
    CHECK(scanned.keys.size() == 2);
    // Type, ID and label are read, the value is not.
    faults.set("C_GetAttributeValue error CKR_ATTRIBUTE_SENSITIVE attribute 0x11");
    scanned = token.scan();
    CHECK(scanned.certificates.empty());
    CHECK(scanned.keys.size() == 2);
    CHECK(token.process().log().find("skipped a certificate") != std::string::npos);
    faults.set("C_FindObjects error CKR_SESSION_HANDLE_INVALID times 1");
    scanned = token.scan();
    CHECK(scanned.certificates.size() == 1);
    CHECK(scanned.keys.size() == 2);
}

TEST_CASE("What a module does not give together with the rest is read alone") {
    SoftHsmToken softhsm;
    softhsm.generate(KeyType::p256, "p256", "01");
    const FaultScript faults;
    LoadedToken token(softhsm, 1, &faults);
    token.open();
    // Of the private key alone, and asked for with all the others.
    for (const std::string fault :
         {"error CKR_ATTRIBUTE_TYPE_INVALID", "error CKR_FUNCTION_FAILED", "garble length unavailable"}) {
        CAPTURE(fault);
        faults.set("C_GetAttributeValue " + fault + " attribute 0x202");
        const protocol::Key key = token.scan().private_key("p256");
        CHECK(key.id() == "\x01");
        CHECK(key.type() == protocol::EC);
        CHECK(key.sign());
        CHECK_FALSE(key.always_authenticate());
    }
}

TEST_CASE("Keys of several types are read whatever their order, and what one of them does not give") {
    SoftHsmToken softhsm;
    for (const auto& [type, label, id] :
         {std::tuple(KeyType::p256, "curve", "01"), std::tuple(KeyType::rsa2048, "rsa", "02"),
          std::tuple(KeyType::ed25519, "edwards", "03"), std::tuple(KeyType::p384, "other curve", "04"),
          std::tuple(KeyType::rsa2048, "other rsa", "05")})
        softhsm.generate(type, label, id);
    softhsm.import_dsa("dsa", "06");
    const FaultScript faults;
    LoadedToken token(softhsm, 1, &faults);
    const Scanned whole = token.open();
    REQUIRE(whole.keys.size() == 12);
    const auto same = [](const protocol::Key& a, const protocol::Key& b) {
        return a.SerializeAsString() == b.SerializeAsString();
    };
    for (const auto& key : whole.keys) {
        CAPTURE(key.label(), key.is_private());
        const bool is_rsa = key.label().ends_with("rsa");
        const bool is_curve = key.label().ends_with("curve");
        const bool is_dsa = key.label() == "dsa";
        CHECK(key.type() == (is_rsa     ? protocol::RSA
                             : is_curve ? protocol::EC
                             : is_dsa   ? protocol::UNKNOWN_KEY
                                        : protocol::EDWARDS));
        CHECK(key.parameters().empty() == !(is_rsa || is_curve));
        CHECK(key.public_value().empty() == (is_dsa || (key.is_private() && !is_rsa)));
        CHECK(key.sign() == key.is_private());
    }

    // Of those that are asked for in company, because the key before had them.
    for (const std::string attribute : {"0x120", "0x122", "0x180", "0x181"})
        for (const std::string fault : {"error CKR_FUNCTION_FAILED", "error CKR_BUFFER_TOO_SMALL",
                                        "garble length unavailable", "garble length 99999"}) {
            CAPTURE(attribute, fault);
            faults.set(
                std::string("C_GetAttributeValue ").append(fault).append(" attribute ").append(attribute));
            const Scanned scanned = token.scan();
            REQUIRE(scanned.keys.size() == whole.keys.size());
            for (std::size_t i = 0; i < whole.keys.size(); ++i) {
                protocol::Key key = scanned.keys[i];
                CAPTURE(key.label(), key.is_private());
                // An Edwards key without its curve is still one: its value tells.
                CHECK((key.public_value().empty() || key.public_value() == whole.keys[i].public_value()));
                CHECK((key.parameters().empty() || key.parameters() == whole.keys[i].parameters()));
                key.set_public_value(whole.keys[i].public_value());
                key.set_parameters(whole.keys[i].parameters());
                CHECK(same(key, whole.keys[i]));
            }
        }
}

TEST_CASE("A token that fails is left out of a scan of all, and named in a scan of its own") {
    FaultyToken faulty;
    const std::uint64_t slot = faulty.token().slot();
    protocol::Request request;
    request.mutable_scan();
    faulty.faults().set("C_FindObjectsInit error CKR_DEVICE_ERROR");
    const auto all = faulty.token().process().replies(request);
    CHECK(all.back().outcome() == protocol::OK);
    CHECK(faulty.token().process().log().find("C_FindObjectsInit: CKR_DEVICE_ERROR") != std::string::npos);
    request.mutable_scan()->set_slot(slot);
    CHECK(faulty.token().process().replies(request).back().outcome() == protocol::DEVICE_FAILED);

    faulty.faults().set("C_GetSlotList error CKR_CRYPTOKI_NOT_INITIALIZED");
    request.mutable_scan()->clear_slot();
    CHECK(faulty.token().process().reply(request).outcome() == protocol::DEVICE_FAILED);
}
