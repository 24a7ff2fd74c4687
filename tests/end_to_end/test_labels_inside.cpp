// Labels that are found without a key, wherever in a message or file they are.
#include "tests/end_to_end/labelled_mail.h"

using namespace signet::tests;

namespace {

/// Parts of a multipart of `subtype`, each with its header.
std::string multipart(const std::string& subtype, const std::vector<std::string>& parts) {
    std::string text =
        "MIME-Version: 1.0\nContent-Type: multipart/" + subtype + "; boundary=\"=_outside\"\n\n";
    for (const std::string& part : parts) {
        text += "--=_outside\n" + part + "\n";
    }
    return text + "--=_outside--\n";
}

}  // namespace

TEST_CASE("a label is found in every layer that needs no key") {
    Session session({KeyType::rsa2048});
    const std::string email = session.alice().identity(KeyType::rsa2048).email;
    write_clearance(session);
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
        const auto clear = made_by(session, {"mail", "sign", "--label", label}, deal(email, email));
        const auto opaque =
            made_by(session, {"mail", "sign", "--opaque", "--label", label}, deal(email, email));
        for (const auto& labelled : {clear, opaque}) {
            const auto compressed = made_by(session, {"mail", "compress"}, labelled);
            const auto signed_again = made_by(session, {"mail", "sign"}, labelled);
            CHECK(status("decrypt", encrypted(labelled)) == expected);
            CHECK(status("decrypt", encrypted(compressed)) == expected);
            CHECK(status("decrypt", encrypted(signed_again)) == expected);
            CHECK(status("decompress", compressed) == expected);
            CHECK(status("decompress", made_by(session, {"mail", "compress"}, compressed)) == expected);
            CHECK(status("verify", signed_again) == expected);
            CHECK(status("unwrap", signed_again) == expected);
        }
        const auto other_type = replaced(opaque, "smime-type=signed-data", "smime-type=signed-Data2");
        CHECK(status("decrypt", encrypted(other_type)) == expected);
        CHECK(status("verify", made_by(session, {"mail", "sign"}, other_type)) == expected);
        CHECK(status("unwrap", made_by(session, {"mail", "sign"}, other_type)) == expected);
        // Its signature cannot be checked.
        CHECK(status("decrypt",
                     encrypted(made_by(session, {"mail", "sign", "--certificates", "none", "--label", label},
                                       deal(email, email)))) == expected);
        // What cannot be taken apart is shown to nobody with a clearance, and to all others.
        const auto without_protocol =
            encrypted(replaced(clear, "protocol=\"application/pkcs7-signature\";", ""));
        CHECK(status("decrypt", without_protocol) == 7);
        check_done(session.signet({"mail", "decrypt"}, without_protocol));
    }
    // A detached signature with a content of its own: which of both is shown is up to the reader.
    const auto plain = made_by(session, {"mail", "sign"}, deal(email, email));
    const auto secret = made_by(session, {"mail", "sign", "--opaque", "--label", std::string(policy) + "/5"},
                                deal(email, email));
    const auto base64 = [](const std::string& text, const std::string& before) {
        const auto part = text.find(before);
        REQUIRE(part != std::string::npos);
        const auto begin = text.find("\n\n", part) + 2;
        return text.substr(begin, std::min(text.find("\n--", begin), text.size()) - begin);
    };
    const auto both = replaced(plain, base64(plain, "name=smime.p7s"), base64(secret, "name=smime.p7m"));
    CHECK(status("decrypt", encrypted(both)) == 7);
}

TEST_CASE("a label is found in every part of a message") {
    Session session({KeyType::rsa2048});
    const std::string email = session.alice().identity(KeyType::rsa2048).email;
    const std::string& alice = session.label(KeyType::rsa2048);
    write_clearance(session);
    const auto status = [&](const std::string& inside) {
        std::vector<int> statuses;
        const std::string header = "From: " + email + "\nTo: " + email + "\n";
        const auto encrypted = session.signet({"mail", "encrypt", "--no-self", "-r", alice}, header + inside);
        check_done(encrypted);
        const auto made = session.signet({"mail", "sign"}, header + inside);
        check_done(made);
        for (const auto& [command, message] :
             {std::pair{"decrypt", &encrypted.out}, {"verify", &made.out}, {"unwrap", &made.out}}) {
            Arguments arguments{"mail", command, "--clearance", "clearance.toml"};
            if (command != std::string("decrypt")) {
                arguments.insert(arguments.end(), {"--trust", session.root()});
            }
            const auto read = session.signet(arguments, *message);
            CAPTURE(command, read.err);
            CHECK(read.out.empty() == (read.status != 0));
            statuses.push_back(read.status);
        }
        CHECK(statuses == std::vector(3, statuses.front()));
        return statuses.front();
    };
    const std::string text = "Content-Type: text/plain\n\nSee below.\n";
    for (const auto& [number, expected] : {std::pair{"/5", 7}, std::pair{"/3", 0}}) {
        CAPTURE(number);
        for (const bool opaque : {false, true}) {
            Arguments arguments{"mail", "sign", "--label", policy + std::string(number)};
            if (opaque) {
                arguments.emplace_back("--opaque");
            }
            const auto made = session.signet(arguments, deal(email, email));
            check_done(made);
            const std::string part = made.out.substr(made.out.find("Content-Type: "));
            const std::string forwarded = "Content-Type: message/rfc822\n\n" + made.out;
            CHECK(status(multipart("mixed", {text, part})) == expected);
            CHECK(status(multipart("mixed", {text, forwarded})) == expected);
            CHECK(status("MIME-Version: 1.0\n" + forwarded) == expected);
            CHECK(status(multipart("digest", {"\n" + made.out})) == expected);
            // PGP's is a multipart as any other, with whatever in it.
            const std::string pgp = "signed; protocol=\"application/pgp-signature\"";
            CHECK(status(multipart(pgp, {part, "Content-Type: application/pgp-signature\n\nx\n"})) ==
                  expected);
        }
    }
    const std::string pgp = "signed; protocol=\"application/pgp-signature\"";
    CHECK(status(multipart(pgp, {text, "Content-Type: application/pgp-signature\n\nx\n"})) == 0);
    CHECK(status(multipart("mixed", {text, text})) == 0);
    // A signature that stands beside what it is for.
    const auto detached =
        session.signet({"mail", "sign", "--label", policy + std::string("/5")}, deal(email, email));
    check_done(detached);
    const auto begin = detached.out.find("Content-Type: application/pkcs7-signature");
    const std::string signature = detached.out.substr(begin, detached.out.rfind("\n--") - begin);
    CHECK(status(multipart("mixed", {text, signature})) == 7);
}

TEST_CASE("a multipart that cannot be taken apart is shown to nobody with a clearance") {
    Session session({KeyType::rsa2048});
    const std::string email = session.alice().identity(KeyType::rsa2048).email;
    write_clearance(session);
    session.write("inside.eml", "Content-Type: multipart/mixed; boundary=x\n\n--x\n\ntext\n");
    check_done(session.openssl({"cms", "-encrypt", "-binary", "-aes256", "-in", "inside.eml", "-out",
                                "encrypted.eml", session.certificate(KeyType::rsa2048)}));
    const auto refused =
        session.signet({"mail", "decrypt", "--clearance", "clearance.toml", "encrypted.eml"});
    check_refused(refused, 7);
    CHECK(has(refused.err, "whether a security label is inside cannot be read"));
    check_done(session.signet({"mail", "decrypt", "encrypted.eml"}));
    std::string deep = "text\n";
    for (int i = 0; i < 33; ++i) {
        deep.insert(0, "Content-Type: message/rfc822\n\n");
    }
    session.write("inside.eml", deep);
    check_done(session.openssl({"cms", "-encrypt", "-binary", "-aes256", "-in", "inside.eml", "-out",
                                "encrypted.eml", session.certificate(KeyType::rsa2048)}));
    check_refused(session.signet({"mail", "decrypt", "--clearance", "clearance.toml", "encrypted.eml"}), 7);
}

TEST_CASE("a part whose header others read leniently is shown to nobody with a clearance") {
    Session session({KeyType::rsa2048});
    const std::string email = session.alice().identity(KeyType::rsa2048).email;
    write_clearance(session);
    const auto status = [&](const std::string& inside) {
        session.write("inside.eml", inside);
        check_done(session.openssl({"cms", "-encrypt", "-binary", "-aes256", "-in", "inside.eml", "-out",
                                    "encrypted.eml", session.certificate(KeyType::rsa2048)}));
        return session.signet({"mail", "decrypt", "--clearance", "clearance.toml", "encrypted.eml"}).status;
    };
    const auto secret = session.signet({"mail", "sign", "--opaque", "--label", policy + std::string("/5")},
                                       deal(email, email));
    check_done(secret);
    const std::string part = secret.out.substr(secret.out.find("Content-Type: "));
    const std::string text = "Content-Type: text/plain\n\nSee below.\n";
    for (const std::string line : {"Subject : A deal\n", "A line of text\n", "X: \r", "From me\n"}) {
        CAPTURE(line);
        CHECK(status(line + part) == 7);
        CHECK(status(multipart("mixed", {text, line + part})) == 7);
        CHECK(status("Content-Type: message/rfc822\n\n" + line + part) == 7);
    }
    CHECK(status("See below.\nThe Content-Type is text.\n\nContent-Type: text/plain\n") == 0);
    CHECK(status(multipart("mixed", {text, "A line of text\n\n"})) == 0);
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
