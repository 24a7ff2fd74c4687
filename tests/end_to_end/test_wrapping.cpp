// Triple wrapping, and what else is around a message.
#include "tests/end_to_end/labelled_mail.h"

using namespace signet::tests;

TEST_CASE("a message is wrapped three times and unwrapped at once") {
    Session session({KeyType::rsa2048, KeyType::p256});
    const Parties parties(session);
    write_clearance(session);
    const auto wrapped =
        session.signet({"mail", "wrap", "--no-self", "-k", parties.alice.label, "-r", parties.alice.label,
                        "--label", std::string(policy) + "/3", "--category", "1.3.6.1.4.1.99.3=HR",
                        "--privacy-mark", "Board only", "--request-receipt", parties.alice.email},
                       deal(parties.alice.email, parties.alice.email));
    check_done(wrapped);
    CHECK_FALSE(has(wrapped.out, "We have a deal"));
    // Outside is a signature that others verify, inside an encrypted part that they open.
    session.write("wrapped.eml", wrapped.out);
    check_done(session.openssl(
        {"cms", "-verify", "-in", "wrapped.eml", "-CAfile", session.root(), "-out", "encrypted.eml"}));
    const auto inside = session.signet({"mail", "decrypt"}, "From: a@b\n" + session.read("encrypted.eml"));
    check_done(inside);
    session.write("inside.eml", inside.out);
    check_done(session.openssl(
        {"cms", "-verify", "-in", "inside.eml", "-CAfile", session.root(), "-out", "content.txt"}));
    CHECK(has(session.read("content.txt"), "We have a deal."));

    const auto unwrapped = session.signet(
        {"mail", "unwrap", "--trust", session.root(), "--clearance", "clearance.toml", "wrapped.eml"});
    check_done(unwrapped);
    CHECK(has(unwrapped.out, "We have a deal."));
    CHECK(has(unwrapped.err, "label: Example Ltd: confidential, HR (Board only)"));
    // The receipt request is inside, and is found there.
    const auto receipt = session.signet(
        {"mail", "receipt", "-k", parties.alice.label, "--trust", session.root(), "wrapped.eml"});
    check_done(receipt);
    session.write("receipt.eml", receipt.out);
    check_done(session.signet(
        {"mail", "receipt", "--verify", "wrapped.eml", "--trust", session.root(), "receipt.eml"}));
    check_refused(session.signet({"mail", "unwrap", "wrapped.eml"}), 1);
}

TEST_CASE("what openssl has wrapped three times is unwrapped") {
    Session session({KeyType::rsa2048});
    const Identity& alice = session.alice().identity(KeyType::rsa2048);
    const SoftwareIdentity bob = software_identity(session.alice().ca(), KeyType::p256, session.path("."));
    const auto signed_by_bob = [&](const std::string& in, const std::string& out, Arguments more) {
        Arguments arguments{"cms",           "-sign",  "-in",   in,     "-signer",
                            bob.certificate, "-inkey", bob.key, "-out", out};
        arguments.insert(arguments.end(), more.begin(), more.end());
        check_done(session.openssl(arguments));
    };
    session.write("body.txt", "Content-Type: text/plain\n\nWe have a deal.\n");
    const auto form = GENERATE(as<std::string>(), "", "-nodetach");
    CAPTURE(form);
    const Arguments opaque = form.empty() ? Arguments{} : Arguments{form};
    signed_by_bob("body.txt", "inner.eml", opaque);
    check_done(session.openssl({"cms", "-encrypt", "-aes-256-cbc", "-in", "inner.eml", "-out",
                                "encrypted.eml", alice.certificate.pem.string()}));
    Arguments header{"-from", bob.email, "-to", alice.email, "-subject", "A deal"};
    header.insert(header.end(), opaque.begin(), opaque.end());
    signed_by_bob("encrypted.eml", "wrapped.eml", header);
    const auto unwrapped = session.signet({"mail", "unwrap", "--trust", session.root(), "wrapped.eml"});
    check_done(unwrapped);
    CHECK(has(unwrapped.out, "We have a deal."));
    CHECK(has(unwrapped.err, "encrypted, but not authenticated (aes-256-cbc)"));
    CHECK(has(unwrapped.err, "nothing protects it from alteration"));
    const auto json = session.signet(
        {"mail", "unwrap", "--trust", session.root(), "--json", "-o", "opened.eml", "wrapped.eml"});
    check_done(json);
    CHECK(has(json.out,
              R"({"holds":true,"reason":null,"layers":[{"kind":"signed","signature":{"holds":true,)"));
    CHECK(has(json.out, R"({"kind":"encrypted","authenticated":false,"cipher":"aes-256-cbc",)"));
    CHECK(json.out.ends_with("\"output\":\"opened.eml\"}\n"));
    CHECK(has(json.err, "nothing protects it from alteration"));
    CHECK_FALSE(has(json.err, "signature: holds"));
    CHECK(has(session.read("opened.eml"), "We have a deal."));
    // Nothing is written of what does not hold, and the JSON says why.
    const auto untrusted = session.signet({"mail", "unwrap", "--trust", alice.certificate.pem.string(),
                                           "--json", "-o", "untrusted.eml", "wrapped.eml"});
    CHECK(untrusted.status == 1);
    CHECK(untrusted.out.starts_with(R"({"holds":false,"reason":")"));
    CHECK(untrusted.out.ends_with("\"output\":null}\n"));
    CHECK_FALSE(session.exists("untrusted.eml"));
    // Somebody else's name on it.
    std::string other = session.read("wrapped.eml");
    other.replace(other.find("From: " + bob.email), 6 + bob.email.size(), "From: carol@example.org");
    check_refused(session.signet({"mail", "unwrap", "--trust", session.root()}, other), 1);
}

TEST_CASE("the labels outside and inside must agree") {
    Session session({KeyType::rsa2048, KeyType::p256});
    const Parties parties(session);
    const auto inner = session.signet({"mail", "encrypt", "--no-self", "--sign", "-k", parties.alice.label,
                                       "-r", parties.alice.label, "--label", std::string(policy) + "/5"},
                                      deal(parties.alice.email, parties.alice.email));
    check_done(inner);
    const auto outer = [&](const std::string& label) {
        const auto made =
            session.signet({"mail", "sign", "-k", parties.alice.label, "--label", label}, inner.out);
        check_done(made);
        return session.signet({"mail", "unwrap", "--trust", session.root()}, made.out);
    };
    check_done(outer(std::string(policy) + "/5"));
    const auto refused = outer(std::string(policy) + "/0");
    check_refused(refused, 1);
    CHECK(has(refused.err, "label outside and the one inside differ"));
}

TEST_CASE("there is an end to the layers that are taken off") {
    Session session({KeyType::p256});
    const Identity& alice = session.alice().identity(KeyType::p256);
    std::string message = deal(alice.email, alice.email);
    for (int layers = 1; layers <= 9; ++layers) {
        const auto made = session.signet({"mail", "sign"}, message);
        check_done(made);
        message = made.out;
        const auto read = session.signet({"mail", "unwrap", "--trust", session.root()}, message);
        CAPTURE(layers);
        if (layers <= 8) {
            check_done(read);
            CHECK(has(read.out, "We have a deal."));
        } else {
            check_refused(read, 8);
        }
    }
}

TEST_CASE("what is compressed without a header of its own is unwrapped as it is decompressed") {
    Session session({KeyType::p256});
    const Identity& alice = session.alice().identity(KeyType::p256);
    session.write("a.txt", "We have a deal.\n");
    check_done(session.signet({"compress", "a.txt"}));
    const auto encoded = session.openssl({"base64", "-in", "a.txt.p7z"});
    check_done(encoded);
    const std::string compressed =
        "From: " + alice.email + "\nMIME-Version: 1.0\n" +
        "Content-Type: application/pkcs7-mime; smime-type=compressed-data; name=smime.p7z\n"
        "Content-Transfer-Encoding: base64\n\n" +
        encoded.out;
    const auto decompressed = session.signet({"mail", "decompress"}, compressed);
    check_done(decompressed);
    CHECK(has(decompressed.out, "We have a deal."));
    const auto made = session.signet({"mail", "sign"}, compressed);
    check_done(made);
    const auto read = session.signet({"mail", "unwrap", "--trust", session.root()}, made.out);
    check_done(read);
    CHECK(read.out == "We have a deal.\n");
}

TEST_CASE("with --legacy a list and a receipt read what is encrypted with RC2") {
    Session session({KeyType::rsa2048, KeyType::p256});
    const Parties parties(session);
    const std::string& sender = parties.list.email;
    const auto made = session.signet({"mail", "sign", "-k", parties.list.label, "--request-receipt", sender},
                                     deal(sender, parties.alice.email));
    check_done(made);
    session.write("sent.eml", made.out);
    check_done(session.openssl({"cms", "-encrypt", "-binary", "-provider", "legacy", "-provider", "default",
                                "-rc2-128", "-in", "sent.eml", "-out", "old.eml",
                                session.certificate(KeyType::rsa2048)}));
    const std::string received =
        "From: " + sender + "\nTo: " + parties.alice.email + "\n" + session.read("old.eml");
    for (const Arguments& command :
         {Arguments{"mail", "expand", "-k", parties.alice.label, "-r", parties.alice.label},
          Arguments{"mail", "receipt", "-k", parties.alice.label}}) {
        CAPTURE(command);
        Arguments arguments = command;
        arguments.insert(arguments.end(), {"--trust", session.root()});
        const auto refused = session.signet(arguments, received);
        check_refused(refused, 9);
        CHECK(has(refused.err, "read it nevertheless with --legacy"));
        arguments.emplace_back("--legacy");
        check_done(session.signet(arguments, received));
    }
}

TEST_CASE("what says how to sign does not go with receipt --verify") {
    Session session({KeyType::p256});
    const std::string email = session.alice().identity(KeyType::p256).email;
    const auto made = session.signet({"mail", "sign"}, deal(email, email));
    check_done(made);
    session.write("sent.eml", made.out);
    for (const Arguments& option :
         {Arguments{"--timestamp", "http://127.0.0.1:1/"}, Arguments{"--digest", "sha512"},
          Arguments{"--certificates", "none"}, Arguments{"--rsa-pss"}}) {
        CAPTURE(option);
        Arguments arguments{"mail", "receipt", "--verify", "sent.eml", "--trust", session.root()};
        arguments.insert(arguments.end(), option.begin(), option.end());
        check_refused(session.signet(arguments, made.out), 2);
    }
    // A receipt may lie encrypted, with its key on a token that is yet to come.
    check_refused(
        session.signet({"mail", "receipt", "--verify", "sent.eml", "--trust", session.root(), "--wait"},
                       made.out),
        1);
}
