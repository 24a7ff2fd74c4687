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
                  8);
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

TEST_CASE("a label is found in every layer that needs no key") {
    Session session({KeyType::rsa2048});
    const std::string email = session.alice().identity(KeyType::rsa2048).email;
    write_clearance(session);
    const auto made = [&](const Arguments& arguments, const std::string& message) {
        const auto result = session.signet(arguments, message);
        check_done(result);
        return result.out;
    };
    const auto replaced = [](std::string text, const std::string& from, const std::string& to) {
        REQUIRE(has(text, from));
        return text.replace(text.find(from), from.size(), to);
    };
    const auto encrypted = [&](const std::string& inside) {
        session.write("inside.eml", inside);
        check_done(session.openssl({"cms", "-encrypt", "-binary", "-aes256", "-in", "inside.eml", "-out",
                                    "encrypted.eml", session.certificate(KeyType::rsa2048)}));
        return session.read("encrypted.eml");
    };
    const auto status = [&](const std::string& command, const std::string& message) {
        Arguments arguments{"mail", command, "--clearance", "clearance.toml"};
        if (command == "verify" || command == "unwrap") {
            arguments.insert(arguments.end(), {"--trust", session.root()});
        }
        const auto read = session.signet(arguments, message);
        CAPTURE(command, read.err);
        CHECK(read.out.empty() == (read.status != 0));
        if (read.status != 0) {
            check_refused(read, read.status);
        }
        return read.status;
    };
    for (const auto& [number, expected] : {std::pair{"/5", 7}, std::pair{"/3", 0}}) {
        CAPTURE(number);
        const std::string label = policy + std::string(number);
        const auto clear = made({"mail", "sign", "--label", label}, deal(email, email));
        const auto opaque = made({"mail", "sign", "--opaque", "--label", label}, deal(email, email));
        for (const auto& labelled : {clear, opaque}) {
            const auto compressed = made({"mail", "compress"}, labelled);
            const auto signed_again = made({"mail", "sign"}, labelled);
            CHECK(status("decrypt", encrypted(labelled)) == expected);
            CHECK(status("decrypt", encrypted(compressed)) == expected);
            CHECK(status("decrypt", encrypted(signed_again)) == expected);
            CHECK(status("decompress", compressed) == expected);
            CHECK(status("decompress", made({"mail", "compress"}, compressed)) == expected);
            CHECK(status("verify", signed_again) == expected);
            CHECK(status("unwrap", signed_again) == expected);
        }
        const auto other_type = replaced(opaque, "smime-type=signed-data", "smime-type=signed-Data2");
        CHECK(status("decrypt", encrypted(other_type)) == expected);
        CHECK(status("verify", made({"mail", "sign"}, other_type)) == expected);
        CHECK(status("unwrap", made({"mail", "sign"}, other_type)) == expected);
        // Its signature cannot be checked.
        CHECK(status("decrypt", encrypted(made({"mail", "sign", "--certificates", "none", "--label", label},
                                               deal(email, email)))) == expected);
        // What cannot be taken apart is shown to nobody with a clearance, and to all others.
        const auto without_protocol =
            encrypted(replaced(clear, "protocol=\"application/pkcs7-signature\";", ""));
        CHECK(status("decrypt", without_protocol) == 7);
        check_done(session.signet({"mail", "decrypt"}, without_protocol));
    }
    // A detached signature with a content of its own: which of both is shown is up to the reader.
    const auto plain = made({"mail", "sign"}, deal(email, email));
    const auto secret =
        made({"mail", "sign", "--opaque", "--label", std::string(policy) + "/5"}, deal(email, email));
    const auto base64 = [](const std::string& text, const std::string& before) {
        const auto part = text.find(before);
        REQUIRE(part != std::string::npos);
        const auto begin = text.find("\n\n", part) + 2;
        return text.substr(begin, std::min(text.find("\n--", begin), text.size()) - begin);
    };
    const auto both = replaced(plain, base64(plain, "name=smime.p7s"), base64(secret, "name=smime.p7m"));
    CHECK(status("decrypt", encrypted(both)) == 7);
}

TEST_CASE("a label is found in every layer of files that needs no key") {
    Session session({KeyType::rsa2048});
    const std::string& alice = session.label(KeyType::rsa2048);
    write_clearance(session);
    session.write("a.txt", "We have a deal.\n");
    const auto make = [&](const Arguments& arguments) { check_done(session.signet(arguments)); };
    const auto encrypt = [&](const std::string& file, const std::string& out) {
        make({"encrypt", "--no-self", "-r", alice, "-o", out, file});
    };
    const auto status = [&](const Arguments& arguments, const std::string& file) {
        CAPTURE(arguments.front(), file);
        std::vector<int> statuses;
        for (const std::string out : {"out", "-"}) {
            auto whole = arguments;
            whole.insert(whole.end(), {"--clearance", "clearance.toml", "-o", out, file});
            const auto read = session.signet(whole);
            CAPTURE(read.err);
            CHECK((out == "-" ? !read.out.empty() : session.exists("out")) == (read.status == 0));
            std::filesystem::remove(session.path("out"));
            statuses.push_back(read.status);
        }
        CHECK(statuses.front() == statuses.back());
        return statuses.back();
    };
    for (const auto& [number, expected] : {std::pair{"/5", 7}, std::pair{"/3", 0}}) {
        CAPTURE(number);
        make({"sign", "--attached", "-k", alice, "--label", policy + std::string(number), "-o", "signed",
              "a.txt"});
        make({"compress", "-o", "compressed", "signed"});
        make({"sign", "--attached", "-k", alice, "-o", "again", "signed"});
        check_done(session.openssl(
            {"cms", "-cmsout", "-inform", "DER", "-outform", "PEM", "-in", "signed", "-out", "pem"}));
        const Arguments verify{"verify", "--trust", session.root()};
        CHECK(status({"decompress"}, "compressed") == expected);
        CHECK(status(verify, "again") == expected);
        for (const std::string inside : {"signed", "compressed", "again", "pem"}) {
            encrypt(inside, "encrypted");
            CHECK(status({"decrypt"}, "encrypted") == expected);
            make({"compress", "-o", "outside", inside});
            CHECK(status({"decompress"}, "outside") == expected);
        }
        // As CMS has it: a SignedData directly within, without a ContentInfo.
        const std::string bare = session.read("signed").substr(4 + 11 + 4);
        REQUIRE(bare.starts_with('\x30'));
        session.write("bare", bare);
        check_done(session.openssl({"cms", "-encrypt", "-binary", "-aes256", "-in", "bare", "-outform", "DER",
                                    "-out", "nested", session.certificate(KeyType::rsa2048)}));
        const std::string id_data = "\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01";
        std::string nested = session.read("nested");
        nested.at(nested.find(id_data) + id_data.size() - 1) = '\x02';
        session.write("nested", nested);
        CHECK(status({"decrypt"}, "nested") == expected);
    }
    // What cannot be read, though it is signed; without a clearance it is shown.
    const std::string whole = session.read("signed");
    session.write("cut", whole.substr(0, whole.size() - 1));
    encrypt("cut", "encrypted");
    CHECK(status({"decrypt"}, "encrypted") == 7);
    make({"decrypt", "-o", "out", "encrypted"});
    CHECK(session.read("out") == session.read("cut"));
    std::filesystem::remove(session.path("out"));
    // And what is none.
    session.write("text", std::string(300000, '0'));
    encrypt("text", "encrypted");
    CHECK(status({"decrypt"}, "encrypted") == 0);
}
