// Signed receipts, with openssl as the other side both ways.
#include "tests/end_to_end/labelled_mail.h"

#include <algorithm>

using namespace signet::tests;

namespace {

/// Bob has a key in a file, known to openssl alone.
struct Bob {
    explicit Bob(Session& session)
        : identity(software_identity(session.alice().ca(), KeyType::p256, session.path("."))) {}
    SoftwareIdentity identity;
};

}  // namespace

TEST_CASE("openssl confirms what signet has signed, and signet knows for what") {
    Session session({KeyType::rsa2048, KeyType::p256});
    const Bob bob(session);
    for (const Identity& alice : session.alice().identities()) {
        CAPTURE(alice.label);
        const auto sent =
            session.signet({"mail", "sign", "-k", alice.label, "--request-receipt", alice.email},
                           deal(alice.email, bob.identity.email));
        check_done(sent);
        session.write("sent.eml", sent.out);
        check_done(
            session.openssl({"cms", "-sign_receipt", "-in", "sent.eml", "-signer", bob.identity.certificate,
                             "-inkey", bob.identity.key, "-out", "receipt.eml"}));
        session.write("receipt.eml", "From: " + bob.identity.email + "\n" + session.read("receipt.eml"));
        check_done(session.signet(
            {"mail", "receipt", "--verify", "sent.eml", "--trust", session.root(), "receipt.eml"}));
        const auto json = session.signet(
            {"mail", "receipt", "--verify", "sent.eml", "--trust", session.root(), "--json", "receipt.eml"});
        check_done(json);
        CHECK(json.out.find(R"("holds":true,"reason":null)") != std::string::npos);

        // A copy that somebody has altered is no measure, and no other message either.
        std::string altered = session.read("sent.eml");
        altered.replace(altered.find("have a deal"), 11, "have no ally");
        session.write("altered.eml", altered);
        const auto no_measure = session.signet(
            {"mail", "receipt", "--verify", "altered.eml", "--trust", session.root(), "receipt.eml"});
        check_refused(no_measure, 1);
        CHECK(no_measure.err.find("not as it was sent") != std::string::npos);

        // The same text again is another message.
        const auto again =
            session.signet({"mail", "sign", "-k", alice.label, "--request-receipt", alice.email},
                           deal(alice.email, bob.identity.email));
        session.write("again.eml", again.out);
        const auto other = session.signet(
            {"mail", "receipt", "--verify", "again.eml", "--trust", session.root(), "receipt.eml"});
        check_refused(other, 1);
        CHECK(other.err.find("another message") != std::string::npos);
        // Nobody is trusted without being told.
        check_refused(session.signet({"mail", "receipt", "--verify", "sent.eml", "receipt.eml"}), 1);
        session.write("no.eml", "nothing\n");
        const auto no_mail = session.signet(
            {"mail", "receipt", "--verify", "no.eml", "--trust", session.root(), "receipt.eml"});
        check_refused(no_mail, 8);
        CHECK(has(no_mail.err, "cannot read no.eml: its header"));
        const auto both = session.signet({"mail", "receipt", "--verify", "-", "--trust", session.root()},
                                         session.read("receipt.eml"));
        check_refused(both, 2);
    }
}

TEST_CASE("signet confirms what openssl has signed, and openssl knows for what") {
    Session session({KeyType::rsa2048, KeyType::p256});
    const Bob bob(session);
    for (const Identity& alice : session.alice().identities()) {
        CAPTURE(alice.label);
        session.write("body.txt", "Content-Type: text/plain\n\nWe have a deal.\n");
        check_done(session.openssl({"cms", "-sign", "-in", "body.txt", "-signer", bob.identity.certificate,
                                    "-inkey", bob.identity.key, "-receipt_request_to", bob.identity.email,
                                    "-receipt_request_all", "-from", bob.identity.email, "-to", alice.email,
                                    "-subject", "A deal", "-out", "sent.eml"}));
        check_done(session.signet({"mail", "receipt", "-k", alice.label, "--trust", session.root(), "-o",
                                   "receipt.eml", "sent.eml"}));
        const std::string receipt = session.read("receipt.eml");
        CHECK(receipt.find("smime-type=signed-receipt") != std::string::npos);
        CHECK(receipt.find("To: " + bob.identity.email) != std::string::npos);
        CHECK(receipt.find("From: " + alice.email) != std::string::npos);
        for (const char* command : {"verify", "unwrap"}) {
            const auto other = session.signet({"mail", command, "--trust", session.root(), "receipt.eml"});
            check_refused(other, 8);
            CHECK(has(other.err, "it is a signed receipt"));
        }
        const auto told = session.signet(
            {"mail", "unwrap", "--json", "-o", "inside", "--trust", session.root(), "receipt.eml"});
        CHECK(told.status == 8);
        CHECK(has(told.out, "it is a signed receipt, without a text"));
        CHECK_FALSE(session.exists("inside"));
        check_done(session.openssl({"cms", "-verify_receipt", "receipt.eml", "-in", "sent.eml", "-CAfile",
                                    session.root(), "-out", "out"}));
        check_done(session.signet(
            {"mail", "receipt", "--verify", "sent.eml", "--trust", session.root(), "receipt.eml"}));
    }
    CHECK(signet::tests::audit_records(session.agent(), "sign", "begun", R"("attributes":"receipt")") == 2);
}

TEST_CASE("no receipt is made where none is due") {
    Session session({KeyType::p256});
    const Bob bob(session);
    const std::string alice = session.alice().identity(KeyType::p256).email;
    const auto receipt_for = [&](const Arguments& request) {
        session.write("body.txt", "Content-Type: text/plain\n\nWe have a deal.\n");
        Arguments arguments{
            "cms",    "-sign",          "-in",   "body.txt",         "-signer", bob.identity.certificate,
            "-inkey", bob.identity.key, "-from", bob.identity.email, "-to",     alice,
            "-out",   "sent.eml"};
        arguments.insert(arguments.end(), request.begin(), request.end());
        check_done(session.openssl(arguments));
        return session.signet({"mail", "receipt", "--trust", session.root(), "sent.eml"});
    };
    check_refused(receipt_for({}), 1);
    check_refused(receipt_for({"-receipt_request_to", bob.identity.email, "-receipt_request_from",
                               "carol@example.org"}),
                  1);
    check_done(receipt_for({"-receipt_request_to", bob.identity.email, "-receipt_request_from", alice}));
    check_done(receipt_for({"-receipt_request_to", bob.identity.email, "-receipt_request_first"}));
    // What does not hold is not confirmed.
    std::string altered = session.read("sent.eml");
    altered.replace(altered.find("have a deal"), 11, "have no ally");
    check_refused(session.signet({"mail", "receipt", "--trust", session.root()}, altered), 1);
    check_refused(session.signet({"mail", "receipt"}, session.read("sent.eml")), 1);
    CHECK(session.audit_records("sign", "begun") == 2);
}

TEST_CASE("nobody confirms a receipt, whatever it asks for") {
    Session session({KeyType::p256});
    const Bob bob(session);
    const std::string alice = session.alice().identity(KeyType::p256).email;
    session.write("receipt.der", "what a receipt says");
    check_done(session.openssl({"cms",
                                "-sign",
                                "-nodetach",
                                "-binary",
                                "-econtent_type",
                                "id-smime-ct-receipt",
                                "-in",
                                "receipt.der",
                                "-signer",
                                bob.identity.certificate,
                                "-inkey",
                                bob.identity.key,
                                "-receipt_request_to",
                                bob.identity.email,
                                "-receipt_request_all",
                                "-from",
                                bob.identity.email,
                                "-to",
                                alice,
                                "-out",
                                "sent.eml"}));
    const auto refused = session.signet({"mail", "receipt", "--trust", session.root(), "sent.eml"});
    check_refused(refused, 1);
    CHECK(refused.err.find("it is a receipt itself") != std::string::npos);
    CHECK(session.audit_records("sign", "begun") == 0);
}
