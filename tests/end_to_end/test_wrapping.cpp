// Triple wrapping, security labels and mailing lists.
#include "tests/end_to_end/session.h"

using namespace signet::tests;

namespace {

constexpr const char* policy = "1.3.6.1.4.1.99.2";

std::string mail(const std::string& from, const std::string& to) {
    return "From: " + from + "\nTo: " + to +
           "\nSubject: A deal\nMessage-ID: <17@example.org>\nMIME-Version: 1.0\n"
           "Content-Type: text/plain\n\nWe have a deal.\n";
}

/// A reader who is cleared for confidential, category HR.
void write_clearance(Session& session) {
    session.write("clearance.toml", R"([[policy]]
oid = "1.3.6.1.4.1.99.2"
name = "Example Ltd"
clearance = "confidential"

[[policy.classification]]
value = 0
name = "public"
[[policy.classification]]
value = 9
name = "internal"
[[policy.classification]]
value = 3
name = "confidential"
[[policy.classification]]
value = 5
name = "secret"

[[policy.category]]
type = "1.3.6.1.4.1.99.3"
name = "department"
permitted = ["HR"]
)");
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

/// Alice, who signs and opens with her RSA key and is the list with her P-256 key.
struct Parties {
    explicit Parties(Session& session)
        : alice(session.alice().identity(KeyType::rsa2048)), list(session.alice().identity(KeyType::p256)) {}
    const Identity& alice;
    const Identity& list;
};

}  // namespace

TEST_CASE("a message is wrapped three times and unwrapped at once") {
    Session session({KeyType::rsa2048, KeyType::p256});
    const Parties parties(session);
    write_clearance(session);
    const auto wrapped =
        session.signet({"mail", "wrap", "--no-self", "-k", parties.alice.label, "-r", parties.alice.label,
                        "--label", std::string(policy) + "/3", "--category", "1.3.6.1.4.1.99.3=HR",
                        "--privacy-mark", "Board only", "--request-receipt", parties.alice.email},
                       mail(parties.alice.email, parties.alice.email));
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

TEST_CASE("a label above the reader is not shown") {
    Session session({KeyType::rsa2048, KeyType::p256});
    const Parties parties(session);
    write_clearance(session);
    const auto shown = [&](const Arguments& label, const std::string& command) {
        Arguments arguments{"mail", command == "unwrap" ? "wrap" : "sign", "-k", parties.alice.label};
        if (command == "unwrap") {
            arguments.insert(arguments.end(), {"-r", parties.alice.label});
        }
        arguments.insert(arguments.end(), label.begin(), label.end());
        const auto made = session.signet(arguments, mail(parties.alice.email, parties.alice.email));
        check_done(made);
        return session.signet(
            {"mail", command, "--trust", session.root(), "--clearance", "clearance.toml", "-o", "shown"},
            made.out);
    };
    const std::string oid = policy;
    const auto command = GENERATE(as<std::string>(), "verify", "unwrap");
    CAPTURE(command);
    for (const Arguments& label :
         {Arguments{"--label", oid + "/5"}, Arguments{"--label", oid + "/7"}, Arguments{"--label", "1.2.3/0"},
          Arguments{"--label", oid + "/0", "--category", "1.3.6.1.4.1.99.3=Legal"},
          Arguments{"--label", oid + "/0", "--category", "1.2.3.4=HR"},
          Arguments{"--label", "1.2.3/0", "--equivalent-label", oid + "/5"}}) {
        CAPTURE(label);
        check_refused(shown(label, command), 7);
        CHECK_FALSE(session.exists("shown"));
    }
    for (const Arguments& label : {Arguments{"--label", oid + "/0"}, Arguments{"--label", oid + "/9"},
                                   Arguments{"--label", oid + "/3"}, Arguments{"--label", oid}, Arguments{},
                                   Arguments{"--label", "1.2.3/0", "--equivalent-label", oid + "/3"}}) {
        CAPTURE(label);
        check_done(shown(label, command));
        CHECK(session.exists("shown"));
        std::filesystem::remove(session.path("shown"));
    }
}

TEST_CASE("a category says numbers, bits or anything, and each must be permitted") {
    Session session({KeyType::p256});
    const std::string email = session.alice().identity(KeyType::p256).email;
    session.write("clearance.toml", R"([[policy]]
oid = "1.3.6.1.4.1.99.2"
name = "Example Ltd"

[[policy.category]]
type = "1.2.3.4"
name = "release"
permitted = ["HR", 0, 3, -7, { der = "300302010a" }]
)");
    const auto shown = [&](const std::string& category, int status, const std::string& words) {
        CAPTURE(category);
        const auto made =
            session.signet({"mail", "sign", "--label", policy, "--category", category}, mail(email, email));
        check_done(made);
        const auto read = session.signet(
            {"mail", "verify", "--trust", session.root(), "--clearance", "clearance.toml"}, made.out);
        CHECK(read.status == status);
        CHECK(read.out.empty() == (status != 0));
        CHECK(has(read.err, words));
    };
    for (const std::string form : {"integer", "enumerated"}) {
        shown("1.2.3.4:" + form + "=3", 0, "label: Example Ltd, release 3\n");
        shown("1.2.3.4:" + form + "=-7", 0, "release -7");
        shown("1.2.3.4:" + form + "=4", 7, "it is for release 4 by Example Ltd");
    }
    shown("1.2.3.4:bits=3,0", 0, "release 0, release 3");
    shown("1.2.3.4:bits=0,3,9", 7, "it is for release 9");
    shown("1.2.3.4:text=HR", 0, "label: Example Ltd, HR\n");
    shown("1.2.3.4=3", 7, "it is for release 3");
    shown("1.2.3.4:der=300302010A", 0, "release DER 300302010a");
    shown("1.2.3.4:der=300302010B", 7, "it is for release DER 300302010b");
    shown("1.2.3.5:integer=3", 7, "its category 1.2.3.5 is none of Example Ltd");
    // Without anybody's words.
    const auto made = session.signet({"mail", "sign", "--label", policy, "--category", "1.2.3.4:bits=9"},
                                     mail(email, email));
    session.write("made.eml", made.out);
    const auto plain = session.signet({"mail", "verify", "--trust", session.root(), "made.eml"});
    CHECK(has(plain.err, std::string("label: ") + policy + ", 1.2.3.4: 9\n"));
    const auto json = session.signet({"mail", "verify", "--trust", session.root(), "--json", "made.eml"});
    CHECK(has(json.out, R"({"type":"1.2.3.4","values":null,"number":null,"bits":[9],"der":"0303060040"})"));

    for (const char* wrong : {"1.2.3.4", "1.2.3.4=", "1.2.3.4:colour=3", "1.2.3.4:integer=x",
                              "1.2.3.4:integer=9223372036854775808", "1.2.3.4:bits=256", "1.2.3.4:bits=1,",
                              "1.2.3.4:der=3", "1.2.3.4:der=0x05", "HR=1"}) {
        CAPTURE(wrong);
        check_refused(
            session.signet({"mail", "sign", "--label", policy, "--category", wrong}, mail(email, email)), 2);
    }
    // Two elements are no value, and nothing is no element.
    check_refused(session.signet({"mail", "sign", "--label", policy, "--category", "1.2.3.4:der=05000500"},
                                 mail(email, email)),
                  8);
}

TEST_CASE("equivalent labels count from those whom the policy names") {
    Session session({KeyType::rsa2048, KeyType::p256});
    const Parties parties(session);
    const std::string& email = parties.alice.email;
    const auto made = session.signet({"mail", "sign", "-k", parties.alice.label, "--label", "1.2.3/0",
                                      "--equivalent-label", std::string(policy) + "/1"},
                                     mail(email, email));
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

TEST_CASE("a label above the reader is not shown by what opens it or takes its content out") {
    Session session({KeyType::rsa2048});
    const std::string& alice = session.label(KeyType::rsa2048);
    const std::string email = session.alice().identity(KeyType::rsa2048).email;
    write_clearance(session);
    for (const auto& [number, status] : {std::pair{"/5", 7}, std::pair{"/3", 0}}) {
        CAPTURE(number);
        const std::string label = policy + std::string(number);
        const auto encrypted = session.signet(
            {"mail", "encrypt", "--no-self", "--sign", "-k", alice, "-r", alice, "--label", label},
            mail(email, email));
        check_done(encrypted);
        const auto opened =
            session.signet({"mail", "decrypt", "--clearance", "clearance.toml"}, encrypted.out);
        session.write("a.txt", "We have a deal.\n");
        check_done(session.signet({"sign", "--attached", "-k", alice, "--label", label, "a.txt"}));
        const auto taken = session.signet({"verify", "--trust", session.root(), "--clearance",
                                           "clearance.toml", "-o", "out.txt", "a.txt.p7m"});
        CHECK(taken.status == status);
        CHECK(session.exists("out.txt") == (status == 0));
        if (status == 0) {
            check_done(opened);
            CHECK(has(opened.out, "We have a deal."));
        } else {
            check_refused(opened, status);
            CHECK(opened.out.empty());
            CHECK(has(taken.err, "secret by Example Ltd, and the reader is cleared for confidential"));
        }
    }
}

TEST_CASE("the reader's own clearance is found without being named") {
    Session session({KeyType::p256});
    const std::string email = session.alice().identity(KeyType::p256).email;
    const auto made =
        session.signet({"mail", "sign", "--label", std::string(policy) + "/5"}, mail(email, email));
    check_done(made);
    const auto verified = [&] {
        return session.agent().signet({"mail", "verify", "--trust", session.root()},
                                      {.stdin_text = made.out,
                                       .environment = {{"XDG_CONFIG_HOME", session.path("config").string()}},
                                       .folder = session.path(".")});
    };
    check_done(verified());
    std::filesystem::create_directories(session.path("config/signet"));
    write_clearance(session);
    std::filesystem::rename(session.path("clearance.toml"), session.path("config/signet/clearance.toml"));
    check_refused(verified(), 7);
    // What is there but cannot be read must not count as absent.
    std::filesystem::remove(session.path("config/signet/clearance.toml"));
    std::filesystem::create_directory(session.path("config/signet/clearance.toml"));
    check_refused(verified(), 9);
}

TEST_CASE("a clearance that cannot be read shows nothing") {
    Session session({KeyType::rsa2048, KeyType::p256});
    const Parties parties(session);
    const auto made = session.signet({"mail", "sign", "-k", parties.alice.label, "--label", policy},
                                     mail(parties.alice.email, parties.alice.email));
    const auto verified = [&] {
        return session.signet({"mail", "verify", "--trust", session.root(), "--clearance", "clearance.toml"},
                              made.out);
    };
    check_refused(verified(), 9);
    for (const char* text :
         {"policy = 3", "[[policy]]\nname = \"x\"", "unknown = 1", "not toml",
          "[[policy]]\noid = \"1.2\"\nname = \"x\"\nclearance = \"high\"\n"
          "[[policy.classification]]\nvalue = 1\nname = \"low\"",
          "[[policy]]\noid = \"1.2\"\nname = \"x\"\n[[policy]]\noid = \"1.2\"\nname = \"y\""}) {
        CAPTURE(text);
        session.write("clearance.toml", text);
        const auto refused = verified();
        check_refused(refused, 9);
        CHECK(has(refused.err, "clearance.toml:"));
        CHECK(refused.out.empty());
    }
}

TEST_CASE("the labels outside and inside must agree") {
    Session session({KeyType::rsa2048, KeyType::p256});
    const Parties parties(session);
    const auto inner = session.signet({"mail", "encrypt", "--no-self", "--sign", "-k", parties.alice.label,
                                       "-r", parties.alice.label, "--label", std::string(policy) + "/5"},
                                      mail(parties.alice.email, parties.alice.email));
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

TEST_CASE("a list sends a message on to its members, once") {
    Session session({KeyType::rsa2048, KeyType::p256, KeyType::p384});
    const Parties parties(session);
    const Identity& second = session.alice().identity(KeyType::p384);
    const std::string oid = policy;
    const auto wrapped =
        session.signet({"mail", "wrap", "--no-self", "-k", parties.alice.label, "-r", parties.list.label,
                        "--label", oid + "/3", "--category", "1.2.3.4=HR", "--category", "1.2.3.4:integer=5",
                        "--category", "1.2.3.5:der=300302010a", "--request-receipt", parties.alice.email},
                       mail(parties.alice.email, parties.list.email));
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
        mail(parties.alice.email, parties.list.email));
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
                                     mail(parties.alice.email, parties.list.email));
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

TEST_CASE("there is an end to the layers that are taken off") {
    Session session({KeyType::p256});
    const Identity& alice = session.alice().identity(KeyType::p256);
    std::string message = mail(alice.email, alice.email);
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
