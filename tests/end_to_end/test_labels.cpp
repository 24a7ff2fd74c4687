// Security labels, and what a clearance shows of them.
#include "tests/end_to_end/labelled_mail.h"

using namespace signet::tests;

TEST_CASE("a label above the reader is not shown") {
    Session session({KeyType::rsa2048, KeyType::p256});
    const Parties parties(session);
    write_clearance(session);
    const auto shown = [&](const Arguments& label, const std::string& command, const Arguments& more = {}) {
        Arguments arguments{"mail", command == "unwrap" ? "wrap" : "sign", "-k", parties.alice.label};
        if (command == "unwrap") {
            arguments.insert(arguments.end(), {"-r", parties.alice.label});
        }
        arguments.insert(arguments.end(), label.begin(), label.end());
        const auto made = session.signet(arguments, deal(parties.alice.email, parties.alice.email));
        check_done(made);
        Arguments reading{"mail",        command,          "--trust", session.root(),
                          "--clearance", "clearance.toml", "-o",      "shown"};
        reading.insert(reading.end(), more.begin(), more.end());
        return session.signet(reading, made.out);
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
        if (command == "unwrap") {
            const auto told = shown(label, command, {"--json"});
            check_refused(told, 7);
            CHECK(told.out.starts_with(R"({"holds":false,"reason":")"));
            CHECK(told.out.ends_with("\"output\":null}\n"));
            CHECK_FALSE(session.exists("shown"));
        }
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
            session.signet({"mail", "sign", "--label", policy, "--category", category}, deal(email, email));
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
                                     deal(email, email));
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
            session.signet({"mail", "sign", "--label", policy, "--category", wrong}, deal(email, email)), 2);
    }
    // Two elements are no value, and nothing is no element.
    check_refused(session.signet({"mail", "sign", "--label", policy, "--category", "1.2.3.4:der=05000500"},
                                 deal(email, email)),
                  2);
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
            deal(email, email));
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
        session.signet({"mail", "sign", "--label", std::string(policy) + "/5"}, deal(email, email));
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
                                     deal(parties.alice.email, parties.alice.email));
    const auto verified = [&] {
        return session.signet({"mail", "verify", "--trust", session.root(), "--clearance", "clearance.toml"},
                              made.out);
    };
    check_refused(verified(), 9);
    for (const char* text :
         {"[[policy]]\noid = \"1.02.3\"\nname = \"x\"", "[[policy]]\noid = \"9.9.9\"\nname = \"x\"",
          "[[policy]]\noid = \"1.40\"\nname = \"x\"", "[[policy]]\noid = \"1\"\nname = \"x\"", "policy = 3",
          "[[policy]]\nname = \"x\"", "unknown = 1", "not toml",
          ("[[policy]]\noid = \"1.2\"\nname = \"x\"\nclearance = \"high\"\n"
           "[[policy.classification]]\nvalue = 1\nname = \"low\""),
          "[[policy]]\noid = \"1.2\"\nname = \"x\"\n[[policy]]\noid = \"1.2\"\nname = \"y\""}) {
        CAPTURE(text);
        session.write("clearance.toml", text);
        const auto refused = verified();
        check_refused(refused, 9);
        CHECK(has(refused.err, "clearance.toml:"));
        CHECK(refused.out.empty());
    }
}
