// Messages that nobody signed and that are for nobody: compressed contents, and certificates.
#include "tests/client/commands/person.h"
#include "tests/client/commands/session.h"

using namespace signet;
using namespace signet::tests;

TEST_CASE("A file is compressed and decompressed, and nothing is left of a bomb") {
    const Session session;
    std::string text;
    for (int i = 0; i < 100'000; ++i)
        text += "line " + std::to_string(i) + "\n";
    session.write("a", text);
    REQUIRE(session.signet({"compress", "a"}).status == 0);
    CHECK(session.read("a.p7z").size() < text.size() / 2);
    const ProcessResult opened = session.signet({"decompress", "-o", "b", "a.p7z"});
    CHECK(opened.status == 0);
    CHECK(opened.err.empty());
    CHECK(session.read("b") == text);
    const ProcessResult piped = session.signet({"decompress", "-"}, session.read("a.p7z"));
    CHECK(piped.status == 0);
    CHECK(piped.out == text);

    session.write("zeros", std::string(std::size_t{32} << 20, '\0'));
    REQUIRE(session.signet({"compress", "-o", "bomb.p7z", "zeros"}).status == 0);
    check_fails(session.signet({"decompress", "bomb.p7z"}), 8,
                "cannot decompress bomb.p7z: it expands to more than 200 times its size: a compressed bomb; "
                "if you expect as much of the sender, say with --max-size how much may come");
    check_fails(session.signet({"decompress", "--max-size", "31M", "bomb.p7z"}), 8,
                "cannot decompress bomb.p7z: it expands above 32505856 bytes; if you expect as much of the "
                "sender, say with --max-size how much may come");
    CHECK(session.files().count("bomb") == 0);
    CHECK(session.signet({"decompress", "--max-size", "32M", "bomb.p7z"}).status == 0);
    CHECK(session.read("bomb") == session.read("zeros"));
    CHECK(session.signet({"compress", "-o", "a", "a"}).status == 2);
    CHECK(session.read("a") == text);
    session.write("clearance.toml", "");
    CHECK(session.signet({"decompress", "--clearance", "clearance.toml", "-o", "clearance.toml", "a.p7z"})
              .status == 2);
    CHECK(session.read("clearance.toml").empty());
    CHECK(session.signet({"decompress", "--max-size", "32Q", "bomb.p7z"}).status == 2);
    CHECK(session.signet({"decompress", "a"}).status == 2);
    check_fails(session.signet({"decrypt", "-o", "c", "a.p7z"}), 8,
                "cannot decrypt a.p7z: it is compressed and not encrypted; use signet decompress");
}

TEST_CASE("A clearance file that is no TOML is an error of one line, and nothing is shown") {
    const Session session;
    session.write("a", "content");
    CHECK(session.signet({"compress", "a"}).status == 0);
    for (const std::string text : {"x", "x = [", "x = 'y", "[x", "[x]\n[x]\n", "x = 1e99999", "\xFF\xFE"}) {
        CAPTURE(text);
        session.write("clearance.toml", text);
        const ProcessResult result =
            session.signet({"decompress", "--clearance", "clearance.toml", "-o", "b", "a.p7z"});
        CHECK(result.status == 9);
        CHECK(is_one_line(result.err));
        CHECK(result.err.starts_with("signet: cannot read the clearance: clearance.toml:"));
        CHECK(session.files() == std::set<std::string>{"a", "a.p7z", "clearance.toml"});
    }
}

TEST_CASE("A message that no command reads is called by its name") {
    const Session session;
    session.write("a", "content");
    session.run_here({"openssl", "cms", "-EncryptedData_encrypt", "-in", "a", "-secretkey",
                      "000102030405060708090A0B0C0D0E0F", "-aes128", "-outform", "DER", "-out", "encrypted"});
    session.run_here({"openssl", "cms", "-digest_create", "-in", "a", "-outform", "DER", "-out", "digested"});
    check_fails(session.signet({"decrypt", "-o", "b", "encrypted"}), 8,
                "cannot decrypt encrypted: it is EncryptedData, encrypted with a key that it does not bring "
                "along; ask the sender to encrypt it for your certificate");
    const Person bob(session, KeyType::p256, "bob");
    check_fails(session.signet({"verify", "--trust", bob.certificate.pem, "digested", "a"}), 8,
                "cannot verify digested: it is DigestedData, which has a digest and no signature; "
                "ask the sender to sign it");
}

TEST_CASE("A message of certificates is made and read, here and by others") {
    const Session session;
    const Person alice(session, KeyType::p256, "alice");
    const Person bob(session, KeyType::rsa2048, "bob");
    REQUIRE(session
                .signet({"certificates", "--make", "-o", "both.p7c", alice.certificate.pem,
                         bob.certificate.pem, alice.certificate.pem})
                .status == 0);
    const ProcessResult printed = session.signet({"certificates", "both.p7c"});
    CHECK(printed.status == 0);
    CHECK(printed.err.empty());
    const auto count = [](const std::string& text) {
        std::size_t found = 0;
        for (std::size_t at = text.find("BEGIN CERT"); at != std::string::npos;
             at = text.find("BEGIN CERT", at + 1))
            ++found;
        return found;
    };
    CHECK(count(printed.out) == 2);
    CHECK(printed.out.find("CN=alice") != std::string::npos);
    session.run_here(
        {"openssl", "pkcs7", "-inform", "DER", "-in", "both.p7c", "-print_certs", "-out", "certs"});
    CHECK(count(session.read("certs")) == 2);

    session.run_here({"openssl", "crl2pkcs7", "-nocrl", "-certfile", bob.certificate.pem, "-outform", "DER",
                      "-out", "bob.p7c"});
    const ProcessResult of_others = session.signet({"certificates", "-o", "bob.crt", "bob.p7c"});
    CHECK(of_others.status == 0);
    CHECK(count(session.read("bob.crt")) == 1);
    session.write("a", "content");
    CHECK(session.signet({"encrypt", "--no-self", "-r", "bob.crt", "a"}).status == 0);
    check_fails(session.signet({"certificates", "a.p7m"}), 8,
                "cannot read certificates from a.p7m: it is encrypted and not signed; use signet decrypt");
    const ProcessResult verified = session.signet({"verify", "--trust", bob.certificate.pem, "both.p7c"});
    CHECK(verified.status == 1);
    CHECK(verified.err ==
          "signet: both.p7c does not verify: nobody signed it; signet certificates shows the "
          "certificates that are in it\n");
    CHECK(session.signet({"certificates", "both.p7c", "bob.p7c"}).status == 2);
    CHECK(session.signet({"certificates", "--make", "-o", "x", "a"}).status == 8);
    CHECK(session.files().count("x") == 0);
}
