// Labels in the terms of other policies (RFC 2634 section 3.4).
#include "tests/end_to_end/labelled_mail.h"

using namespace signet::tests;

TEST_CASE("equivalent labels count from those whom the policy names") {
    Session session({KeyType::rsa2048, KeyType::p256});
    const Parties parties(session);
    const std::string& email = parties.alice.email;
    const auto made = session.signet({"mail", "sign", "-k", parties.alice.label, "--label", "1.2.3/0",
                                      "--equivalent-label", std::string(policy) + "/1"},
                                     deal(email, email));
    check_done(made);
    const auto status = [&](const std::string& from) {
        session.write("clearance.toml", "[[policy]]\noid = \"" + std::string(policy) +
                                            "\"\nname = \"x\"\nclearance = \"low\"\n" + from +
                                            "[[policy.classification]]\nvalue = 1\nname = \"low\"\n");
        const auto read = session.signet(
            {"mail", "verify", "--trust", session.root(), "--clearance", "clearance.toml"}, made.out);
        CHECK(read.out.empty() == (read.status != 0));
        return read.status;
    };
    CHECK(status("") == 0);
    CHECK(status("equivalents-from = [\"x@example.org\", \"" + email + "\"]\n") == 0);
    CHECK(status("equivalents-from = [\"x@example.org\"]\n") == 7);
    CHECK(status("equivalents-from = []\n") == 7);
    CHECK(status("equivalents-from = \"" + email + "\"\n") == 9);
    CHECK(status("equivalents-from = [\"nobody\"]\n") == 9);
}

TEST_CASE("equivalent labels that are not verified are said to be why a message is not shown") {
    Session session({KeyType::rsa2048});
    const std::string email = session.alice().identity(KeyType::rsa2048).email;
    const std::string& alice = session.label(KeyType::rsa2048);
    session.write("clearance.toml", "[[policy]]\noid = \"" + std::string(policy) +
                                        "\"\nname = \"x\"\nequivalents-from = [\"" + email + "\"]\n");
    const auto encrypted = session.signet({"mail", "encrypt", "--no-self", "--sign", "-k", alice, "-r", alice,
                                           "--label", "1.2.3/0", "--equivalent-label", policy},
                                          deal(email, email));
    check_done(encrypted);
    const auto refused = session.signet({"mail", "decrypt", "--clearance", "clearance.toml"}, encrypted.out);
    check_refused(refused, 7);
    CHECK(has(refused.err,
              "nobody has verified who gave it equivalent labels; open the message with signet "
              "mail unwrap"));
    check_done(session.signet({"mail", "unwrap", "--clearance", "clearance.toml", "--trust", session.root()},
                              encrypted.out));
}

TEST_CASE("an equivalent label counts only where the signature holds that gives it") {
    Session session({KeyType::rsa2048});
    const std::string email = session.alice().identity(KeyType::rsa2048).email;
    const std::string& alice = session.label(KeyType::rsa2048);
    session.write("clearance.toml", "[[policy]]\noid = \"" + std::string(policy) + "\"\nname = \"x\"\n");
    const Arguments label{"--label", "1.2.3/5", "--equivalent-label", policy};
    const auto with = [](Arguments arguments, const Arguments& more) {
        arguments.insert(arguments.end(), more.begin(), more.end());
        return arguments;
    };
    const auto made = session.signet(with({"mail", "sign"}, label), deal(email, email));
    check_done(made);
    std::string altered = made.out;
    altered.replace(altered.find("have a deal"), 11, "have no ally");
    for (const std::string& inside : {made.out, altered}) {
        const auto encrypted = session.signet({"mail", "encrypt", "--no-self", "-r", alice}, inside);
        check_done(encrypted);
        const auto refused =
            session.signet({"mail", "decrypt", "--clearance", "clearance.toml"}, encrypted.out);
        check_refused(refused, 7);
        CHECK(has(refused.err, "open the message with signet mail unwrap"));
        const auto unwrapped = session.signet(
            {"mail", "unwrap", "--clearance", "clearance.toml", "--trust", session.root()}, encrypted.out);
        CHECK(unwrapped.status == (inside == made.out ? 0 : 1));
    }
    session.write("a.txt", "We have a deal.\n");
    check_done(session.signet(with({"sign", "--attached", "a.txt"}, label)));
    check_done(session.signet(
        {"verify", "--trust", session.root(), "--clearance", "clearance.toml", "-o", "out", "a.txt.p7m"}));
    check_done(session.signet({"encrypt", "--no-self", "-r", alice, "-o", "encrypted", "a.txt.p7m"}));
    check_refused(session.signet({"decrypt", "--clearance", "clearance.toml", "-o", "opened", "encrypted"}),
                  7);
    CHECK_FALSE(session.exists("opened"));
}

TEST_CASE("a signer who is added gives the label that is there (RFC 2634 section 1.4)") {
    Session session({KeyType::rsa2048, KeyType::p256});
    const Parties parties(session);
    write_clearance(session);
    session.write("a.txt", "We have a deal.\n");
    const std::string label = policy + std::string("/3");
    const auto add = [&](const Arguments& more) {
        Arguments arguments{"sign", "-k", parties.list.label, "--add", "a.txt.p7s"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return session.signet(arguments);
    };
    check_done(session.signet({"sign", "-k", parties.alice.label, "--label", label, "--category",
                               "1.3.6.1.4.1.99.3=HR", "--equivalent-label", "1.2.3/0", "a.txt"}));
    const std::string before = session.read("a.txt.p7s");
    const auto refused = add({"--label", label});
    check_refused(refused, 1);
    CHECK(has(refused.err, "theirs is repeated"));
    CHECK(session.read("a.txt.p7s") == before);
    check_done(add({}));
    const auto verified =
        session.signet({"verify", "--trust", session.root(), "--clearance", "clearance.toml", "a.txt.p7s"});
    check_done(verified);
    CHECK(has(verified.err + verified.out, "label: Example Ltd: confidential, HR"));
    // Its equivalents are the first signer's word alone: nobody has verified them.
    const auto json = session.signet({"verify", "--trust", session.root(), "--json", "a.txt.p7s"});
    check_done(json);
    const auto said = json.out.find("\"1.2.3\"");
    CHECK(said != std::string::npos);
    CHECK(json.out.find("\"1.2.3\"", said + 1) == std::string::npos);
    // Where nobody has given one, nobody does.
    check_done(session.signet({"sign", "-k", parties.alice.label, "a.txt"}));
    check_refused(add({"--label", label}), 1);
    check_done(add({}));
    check_done(session.signet({"verify", "--trust", session.root(), "a.txt.p7s"}));
}

TEST_CASE("a label and its equivalents are each of another policy") {
    Session session({KeyType::p256});
    const std::string email = session.alice().identity(KeyType::p256).email;
    for (const Arguments& labels : {Arguments{"--label", "1.2.3/1", "--equivalent-label", "1.2.3/0"},
                                    Arguments{"--label", "1.2.3/1", "--equivalent-label", "1.2.4/0",
                                              "--equivalent-label", "1.2.4/5"}}) {
        Arguments arguments{"mail", "sign"};
        arguments.insert(arguments.end(), labels.begin(), labels.end());
        const auto refused = session.signet(arguments, deal(email, email));
        check_refused(refused, 2);
        CHECK(has(refused.err, "are of another policy"));
    }
}
