// A smartcard that comes and goes: pcscd, a virtual reader, a CAC card, OpenSC's module.
#include "tests/end_to_end/token_session.h"
#include "tests/fixtures/virtual_card.h"

using namespace signet::tests;

namespace {

struct CardHolder {
    TestCa ca;
    VirtualCard card{ca};
    TokenSession session{card.opensc(), VirtualCard::uri, ca.root()};

    CardHolder() { await_card(); }
    // The reader's daemon looks from time to time, and so does the agent.
    void await_card() {
        REQUIRE(wait_until([this] { return session.shows(VirtualCard::token_label); }));
    }
    void await_empty_reader() {
        REQUIRE(wait_until([this] { return !session.shows(VirtualCard::token_label); }));
    }
    void open_again() {
        check_done(session.unlock(VirtualCard::pin_line));
        check_done(session.sign(card.signature()));
    }

    void check_signs_a_mail() {
        const std::string& sender = card.signature().email;
        const ProcessResult signed_mail = session.signet(
            {"mail", "sign"}, "From: Alice <" + sender +
                                  ">\nTo: Bob <bob@example.org>\nSubject: The contract\nMIME-Version: 1.0\n"
                                  "Content-Type: text/plain\n\nDear Bob, we have a deal.\n");
        check_done(signed_mail);
        const ProcessResult verified = session.openssl(
            {"cms", "-verify", "-CAfile", ca.root(), "-purpose", "smimesign"}, signed_mail.out);
        check_done(verified);
        CHECK(verified.out.find("Dear Bob, we have a deal.") != std::string::npos);
    }
    void check_opens_a_mail() {
        write_file(session.path("letter"),
                   "Content-Type: text/plain\r\n\r\nThe treasure is under the oak.\r\n");
        const ProcessResult encrypted =
            session.openssl({"cms", "-encrypt", "-aes-256-gcm", "-in", "letter", "-subject", "Secret",
                             "-recip", card.encryption().certificate.pem});
        check_done(encrypted);
        const ProcessResult opened = session.signet({"mail", "decrypt"}, encrypted.out);
        check_done(opened);
        CHECK(opened.out.find("The treasure is under the oak.") != std::string::npos);
    }
};

}  // namespace

TEST_CASE("a card signs and opens mail, is pulled and put back, and does it again") {
    CardHolder alice;
    const TokenSession& session = alice.session;
    const std::string list = session.signet({"list"}).out;
    for (const Identity* each : {&alice.card.id(), &alice.card.signature(), &alice.card.encryption()}) {
        CAPTURE(list, each->label);
        CHECK(list.find("label       " + each->label + "\n") != std::string::npos);
        CHECK(list.find(each->email) != std::string::npos);
    }
    check_refused(session.sign(alice.card.signature()), 5);
    check_done(session.unlock(VirtualCard::pin_line));
    alice.check_signs_a_mail();
    alice.check_opens_a_mail();

    alice.card.pull();
    alice.await_empty_reader();
    check_refused(session.sign(alice.card.signature()), 6);

    alice.card.insert();
    alice.await_card();
    // Whoever put it back may be another.
    check_refused(session.sign(alice.card.signature()), 5);
    alice.open_again();
    alice.check_signs_a_mail();
    alice.check_opens_a_mail();
}

TEST_CASE(
    "a card that is pulled amid a hundred signatures ends the request, and the next one after it is back "
    "works") {
    CardHolder alice;
    const TokenSession& session = alice.session;
    check_done(session.unlock(VirtualCard::pin_line));
    Arguments arguments{"sign", "-k", alice.card.signature().label};
    for (int i = 0; i < 100; ++i) {
        arguments.push_back("file" + std::to_string(i));
        write_file(session.path(arguments.back()), "All is well.\n");
    }
    Arguments argv{program("signet")};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    BackgroundProcess many(
        argv, {.environment = alice.session.agent().folder().environment(), .folder = session.path(".")});
    REQUIRE(wait_until([&] { return audit_records(alice.session.agent(), "sign", "begun") > 0; }));
    alice.card.pull();
    const auto status = many.wait(std::chrono::seconds(60));
    INFO(many.err() << alice.session.agent().log());
    REQUIRE(status);
    // OpenSC may still show a card that it has lost, for a moment: one that nobody has unlocked, then.
    if (*status != 6) {
        CHECK(*status == 5);
        CHECK_THAT(many.err(), Catch::Contains("is locked"));
    }
    CHECK(count_lines(many.err()) == 1);
    // All are signed, or none.
    CHECK_FALSE(std::filesystem::exists(session.path("file0.p7s")));
    alice.await_empty_reader();
    alice.card.insert();
    alice.await_card();
    alice.open_again();
    session.check_signs(alice.card.signature());
}

TEST_CASE("a card's wrong PIN is tried once, and three wrong ones lock it") {
    CardHolder alice;
    const TokenSession& session = alice.session;
    check_refused(session.unlock("999999\n"), 5);
    // The card does not see it a second time: it would have one try less.
    check_refused(session.unlock("999999\n"), 5);
    check_refused(session.sign(alice.card.signature()), 5);
    check_refused(session.unlock("888888\n"), 5);
    check_done(session.unlock(VirtualCard::pin_line));
    session.check_signs(alice.card.signature());
    check_done(session.signet({"lock"}));
    for (const std::string wrong : {"111111\n", "222222\n", "333333\n"})
        check_refused(session.unlock(wrong), 5);
    const ProcessResult locked = session.unlock(VirtualCard::pin_line);
    check_refused(locked, 5);
    CHECK_THAT(locked.err, Catch::Contains("is locked"));
}

TEST_CASE("a card signs with PKCS#1 v1.5 and PSS, and opens PKCS#1 v1.5 and OAEP") {
    CardHolder alice;
    const TokenSession& session = alice.session;
    check_done(session.unlock(VirtualCard::pin_line));
    for (const std::string digest : {"sha256", "sha384", "sha512"}) {
        CAPTURE(digest);
        session.check_signs(alice.card.signature(), {"--digest", digest});
        session.check_signs_with_pss(alice.card.signature(), digest);
        session.check_opens(alice.card.encryption(), oaep(digest));
    }
    session.check_opens(alice.card.encryption());
    session.check_opens(alice.card.encryption(), oaep("sha1"));
    session.check_opens(alice.card.encryption(), labelled_oaep());
    session.check_tells_no_padding(alice.card.encryption());
}
