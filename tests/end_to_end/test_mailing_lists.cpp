// Mailing lists (RFC 2634 section 4).
#include "tests/end_to_end/labelled_mail.h"

using namespace signet::tests;

TEST_CASE("a list sends a message on to its members, once") {
    Session session({KeyType::rsa2048, KeyType::p256, KeyType::p384});
    const Parties parties(session);
    const Identity& second = session.alice().identity(KeyType::p384);
    const std::string oid = policy;
    const auto wrapped =
        session.signet({"mail", "wrap", "--no-self", "-k", parties.alice.label, "-r", parties.list.label,
                        "--label", oid + "/3", "--category", "1.2.3.4=HR", "--category", "1.2.3.4:integer=5",
                        "--category", "1.2.3.5:der=300302010a", "--request-receipt", parties.alice.email},
                       deal(parties.alice.email, parties.list.email));
    check_done(wrapped);
    const auto sent_on =
        session.signet({"mail", "expand", "-k", parties.list.label, "-r", second.label, "--trust",
                        session.root(), "--receipts", "instead-of", "--receipts-to", "owner@example.org"},
                       wrapped.out);
    check_done(sent_on);
    session.write("first.eml", sent_on.out);
    check_done(
        session.openssl({"cms", "-verify", "-in", "first.eml", "-CAfile", session.root(), "-out", "x"}));
    const auto printed = session.openssl({"cms", "-cmsout", "-print", "-in", "first.eml"});
    CHECK(has(printed.out, "id-smime-aa-mlExpandHistory"));
    CHECK(has(printed.out, "id-smime-aa-securityLabel"));

    const auto read = session.signet({"mail", "unwrap", "--trust", session.root(), "first.eml"});
    check_done(read);
    CHECK(has(read.out, "We have a deal."));
    // The list kept what it need not understand, as unwrap compares it with the one inside.
    CHECK(has(read.err,
              "label: " + oid + " classification 3, 1.2.3.4: 5, 1.2.3.4: HR, 1.2.3.5: DER 300302010a"));
    const auto receipt =
        session.signet({"mail", "receipt", "-k", second.label, "--trust", session.root(), "first.eml"});
    check_done(receipt);
    CHECK(has(receipt.out, "To: owner@example.org"));
    CHECK_FALSE(has(receipt.out, "To: " + parties.alice.email));
    session.write("receipt.eml", receipt.out);
    session.write("wrapped.eml", wrapped.out);
    check_done(session.signet(
        {"mail", "receipt", "--verify", "wrapped.eml", "--trust", session.root(), "receipt.eml"}));

    // The second list has the first among its members.
    const auto back = session.signet({"mail", "expand", "-k", second.label, "-r", parties.list.label,
                                      "--trust", session.root(), "--receipts", "none"},
                                     sent_on.out);
    check_done(back);
    check_refused(
        session.signet({"mail", "receipt", "-k", parties.list.label, "--trust", session.root()}, back.out),
        1);
    const auto loop = session.signet(
        {"mail", "expand", "-k", parties.list.label, "-r", second.label, "--trust", session.root()},
        back.out);
    check_refused(loop, 1);
    CHECK(has(loop.err, "loop"));
    // An outer signature that does not hold is not passed on.
    check_refused(session.signet({"mail", "expand", "-k", second.label, "-r", second.label}, wrapped.out), 1);
}

TEST_CASE("a list keeps what the outer signature says of the content that it hides") {
    Session session({KeyType::rsa2048, KeyType::p256, KeyType::p384});
    const Parties parties(session);
    const auto encrypted = session.signet(
        {"mail", "encrypt", "--no-self", "--sign", "-k", parties.alice.label, "-r", parties.list.label},
        deal(parties.alice.email, parties.list.email));
    check_done(encrypted);
    const auto outer = session.signet(
        {"mail", "sign", "-k", parties.alice.label, "--content-hint", "Minutes of July"}, encrypted.out);
    check_done(outer);
    const auto sent_on = session.signet({"mail", "expand", "-k", parties.list.label, "-r",
                                         session.label(KeyType::p384), "--trust", session.root()},
                                        outer.out);
    check_done(sent_on);
    // Not the sender's own signature, so it is no holding mail yet; but what it says is there.
    const auto verified =
        session.signet({"mail", "verify", "--trust", session.root(), "--json"}, sent_on.out);
    CHECK(has(verified.out, R"("content_hints":{"description":"Minutes of July")"));
    CHECK(has(verified.out, R"("expansion_history":[{"time")"));
    check_done(session.signet({"mail", "unwrap", "--trust", session.root()}, sent_on.out));
}

TEST_CASE("a list leaves an author's signature in its place") {
    Session session({KeyType::rsa2048, KeyType::p256});
    const Parties parties(session);
    const auto made = session.signet({"mail", "sign", "-k", parties.alice.label, "--request-receipt",
                                      parties.alice.email, "--receipts-from", "first-tier"},
                                     deal(parties.alice.email, parties.list.email));
    check_done(made);
    check_done(
        session.signet({"mail", "receipt", "-k", parties.list.label, "--trust", session.root()}, made.out));
    const auto sent_on =
        session.signet({"mail", "expand", "-k", parties.list.label, "--trust", session.root()}, made.out);
    check_done(sent_on);
    const auto read = session.signet({"mail", "unwrap", "--trust", session.root()}, sent_on.out);
    check_done(read);
    CHECK(has(read.out, "We have a deal."));
    // Who has it from a list is not of the first tier.
    check_refused(
        session.signet({"mail", "receipt", "-k", parties.list.label, "--trust", session.root()}, sent_on.out),
        1);
}

TEST_CASE("a list takes off all signatures around what is encrypted (RFC 2634 section 4.2.1)") {
    Session session({KeyType::rsa2048, KeyType::p256, KeyType::p384});
    const Parties parties(session);
    const Identity& second = session.alice().identity(KeyType::p384);
    const Arguments first_list{"mail", "expand",     "-k",      parties.list.label, "-r", parties.list.label,
                               "-r",   second.label, "--trust", session.root()};
    const auto signed_by_gateway = [&](const std::string& message) {
        return made_by(session, {"mail", "sign", "-k", second.label, "--content-hint", "by the gateway"},
                       message);
    };
    const auto encrypted = made_by(session,
                                   {"mail", "encrypt", "--no-self", "--sign", "-k", parties.alice.label, "-r",
                                    parties.list.label, "--request-receipt", parties.alice.email},
                                   deal(parties.alice.email, parties.list.email));
    const auto wrapped = made_by(session,
                                 {"mail", "sign", "-k", parties.alice.label, "--content-hint", "a deal",
                                  "--content-identifier", "deal-17"},
                                 encrypted);
    // Of two signatures the one right around it is replaced, and the other goes.
    const auto through_gateway = signed_by_gateway(wrapped);
    const auto fifth = made_by(session, first_list, through_gateway);
    // Another list's is replaced, wherever it is, and what is within.
    const auto sixth = made_by(
        session, {"mail", "expand", "-k", second.label, "-r", parties.list.label, "--trust", session.root()},
        signed_by_gateway(made_by(session, first_list, wrapped)));
    for (const auto& [message, lists] : {std::pair{&fifth, 1}, {&sixth, 2}}) {
        CAPTURE(lists);
        const auto read = session.signet(
            {"mail", "unwrap", "-k", parties.list.label, "--trust", session.root(), "--json", "-o", "inside"},
            *message);
        check_done(read);
        CHECK(has(session.read("inside"), "We have a deal."));
        const auto verified =
            session.signet({"mail", "verify", "--trust", session.root(), "--json"}, *message);
        CHECK(has(verified.out, R"("content_hints":{"description":"a deal")"));
        CHECK(has(verified.out, R"("content_identifier":"6465616c2d3137")"));
        CHECK_FALSE(has(verified.out, "by the gateway"));
        std::size_t entries = 0;
        for (auto at = verified.out.find("\"receipts\":"); at != std::string::npos;
             at = verified.out.find("\"receipts\":", at + 1)) {
            ++entries;
        }
        CHECK(entries == static_cast<std::size_t>(lists));
    }
    // What is within must hold, too.
    std::string altered = wrapped;
    altered.replace(altered.find("Subject: A deal"), 15, "Subject: A duel");
    check_done(session.signet(first_list, altered));
    const auto inner = altered.find("smime-type=authEnveloped-data");
    REQUIRE(inner != std::string::npos);
    altered.replace(inner, 29, "smime-type=authenveloped-data");
    const auto refused = session.signet(first_list, signed_by_gateway(altered));
    check_refused(refused, 1);
    CHECK(has(refused.err, "a signature within"));
}

TEST_CASE("a list repeats the label of a signature that it takes off, replaced or not") {
    Session session({KeyType::rsa2048, KeyType::p256, KeyType::p384});
    const Parties parties(session);
    const Identity& second = session.alice().identity(KeyType::p384);
    const auto expanded = [&](const Identity& list, const std::string& message) {
        return made_by(session,
                       {"mail", "expand", "-k", list.label, "-r", parties.list.label, "-r", second.label,
                        "--trust", session.root()},
                       message);
    };
    const auto labelled = [&](const std::string& message) {
        return made_by(session,
                       {"mail", "sign", "-k", parties.alice.label, "--label", policy + std::string("/3")},
                       message);
    };
    const auto plain = [&](const std::string& message) {
        return made_by(session, {"mail", "sign", "-k", parties.alice.label}, message);
    };
    const auto text = deal(parties.alice.email, parties.list.email);
    const auto encrypted = made_by(session, {"mail", "encrypt", "--no-self", "-r", parties.list.label}, text);
    const auto says_label = [&](const std::string& message) {
        const auto verified =
            session.signet({"mail", "verify", "--trust", session.root(), "--json"}, message);
        return has(verified.out, policy);
    };
    // Around the one right around what is encrypted, and that one.
    CHECK(says_label(expanded(parties.list, labelled(plain(encrypted)))));
    CHECK(says_label(expanded(parties.list, plain(labelled(encrypted)))));
    // Around another list's.
    CHECK(says_label(expanded(second, labelled(expanded(parties.list, encrypted)))));
    CHECK(says_label(expanded(second, labelled(expanded(parties.list, text)))));
    CHECK_FALSE(says_label(expanded(second, plain(expanded(parties.list, plain(encrypted))))));
}

TEST_CASE("a list sends on a receipt within its signature") {
    Session session({KeyType::rsa2048, KeyType::p256});
    const Parties parties(session);
    const auto sent =
        session.signet({"mail", "sign", "-k", parties.alice.label, "--request-receipt", parties.list.email},
                       deal(parties.alice.email, parties.alice.email));
    check_done(sent);
    session.write("sent.eml", sent.out);
    const auto receipt =
        session.signet({"mail", "receipt", "-k", parties.alice.label, "--trust", session.root(), "sent.eml"});
    check_done(receipt);
    const auto sent_on =
        session.signet({"mail", "expand", "-k", parties.list.label, "--trust", session.root()}, receipt.out);
    check_done(sent_on);
    check_done(
        session.signet({"mail", "receipt", "--verify", "sent.eml", "--trust", session.root()}, sent_on.out));
    const auto again =
        session.signet({"mail", "expand", "-k", parties.list.label, "--trust", session.root()}, sent_on.out);
    check_refused(again, 1);
    CHECK(has(again.err, "loop"));
}

TEST_CASE("a list knows itself, and signs, after its certificate was renewed") {
    Session session({KeyType::rsa2048, KeyType::p256});
    const Parties parties(session);
    const Arguments expand{"mail", "expand", "-k", parties.list.label, "--trust", session.root()};
    const auto sent_on = session.signet(expand, deal(parties.alice.email, parties.list.email));
    check_done(sent_on);
    const auto key =
        session.openssl({"x509", "-in", session.certificate(KeyType::p256), "-noout", "-pubkey"});
    check_done(key);
    const auto renewed = session.alice().ca().issue({.public_key_pem = key.out,
                                                     .common_name = "The list",
                                                     .email = parties.list.email,
                                                     .key_usage = "critical,digitalSignature",
                                                     .not_before = std::chrono::seconds(-60)});
    check_done(session.signet({"token", "import", renewed.pem}));
    const auto loop = session.signet(expand, sent_on.out);
    check_refused(loop, 1);
    CHECK(has(loop.err, "loop"));
    check_done(session.signet(expand, deal(parties.alice.email, parties.list.email)));
    // A reader with two certificates of one key is one reader.
    const auto asked =
        session.signet({"mail", "sign", "-k", parties.alice.label, "--request-receipt", parties.alice.email},
                       deal(parties.alice.email, parties.list.email));
    check_done(asked);
    for (const Arguments& who : {Arguments{}, Arguments{"-k", parties.list.email}}) {
        Arguments arguments{"mail", "receipt", "--trust", session.root()};
        arguments.insert(arguments.end(), who.begin(), who.end());
        const auto receipt = session.signet(arguments, asked.out);
        check_done(receipt);
        session.write("receipt.eml", receipt.out);
        session.write("asked.eml", asked.out);
        const auto verified = session.signet(
            {"mail", "receipt", "--verify", "asked.eml", "--trust", session.root(), "receipt.eml"});
        check_done(verified);
        CHECK(has(verified.err, "CN=The list"));
    }
}

TEST_CASE("a list sends nothing on that is above its clearance, encrypted or not") {
    Session session({KeyType::rsa2048, KeyType::p256});
    const Parties parties(session);
    write_clearance(session);
    for (const auto& [number, status] : {std::pair{"/5", 7}, std::pair{"/3", 0}}) {
        CAPTURE(number);
        const std::string label = policy + std::string(number);
        for (const Arguments& how : {Arguments{"mail", "sign", "-k", parties.list.label},
                                     Arguments{"mail", "encrypt", "--no-self", "--sign", "-k",
                                               parties.list.label, "-r", parties.alice.label}}) {
            Arguments arguments = how;
            arguments.insert(arguments.end(), {"--label", label});
            const auto made = session.signet(arguments, deal(parties.list.email, parties.alice.email));
            check_done(made);
            const auto sent_on =
                session.signet({"mail", "expand", "-k", parties.alice.label, "-r", parties.alice.label,
                                "--trust", session.root(), "--clearance", "clearance.toml"},
                               made.out);
            CHECK(sent_on.status == status);
            CHECK(sent_on.out.empty() == (status != 0));
            if (status != 0) {
                check_refused(sent_on, status);
            }
        }
    }
}

TEST_CASE("who gets receipts is named by addresses") {
    Session session({KeyType::p256});
    const std::string email = session.alice().identity(KeyType::p256).email;
    const std::string& list = session.label(KeyType::p256);
    for (const std::string address : {"a b@example.org", "alice", ""}) {
        CAPTURE(address);
        for (const Arguments& arguments :
             {Arguments{"mail", "expand", "-k", list, "--receipts", "instead-of", "--receipts-to", address},
              Arguments{"mail", "sign", "--request-receipt", address}}) {
            check_refused(session.signet(arguments, deal(email, email)), 2);
        }
    }
}
