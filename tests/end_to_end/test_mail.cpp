// Messages: a mail on standard input, a mail on standard output, openssl on the other side.
#include "tests/end_to_end/session.h"

#include <algorithm>

using namespace signet::tests;

namespace {

std::string mail(const std::string& from,
                 const std::string& body = "Dear Bob,\n\nwe have a deal. Grüße \n-- \nAlice\n") {
    return "From: Alice <" + from +
           ">\nTo: Bob <bob@example.org>\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\n"
           "Date: Mon, 01 Jun 2026 10:00:00 +0000\nMessage-ID: <1@example.org>\nMIME-Version: 1.0\n"
           "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n" +
           body;
}

std::string without_returns(std::string text) {
    text.erase(std::remove(text.begin(), text.end(), '\r'), text.end());
    return text;
}

}  // namespace

TEST_CASE("a signed mail is accepted by openssl and by signet") {
    Session session({KeyType::rsa2048, KeyType::p256, KeyType::p384});
    for (const Identity& identity : session.alice().identities()) {
        CAPTURE(identity.label);
        const ProcessResult signed_mail =
            session.signet({"mail", "sign", "-k", identity.label}, mail(identity.email));
        check_done(signed_mail);
        session.write("signed.eml", signed_mail.out);
        check_done(session.openssl(
            {"cms", "-verify", "-in", "signed.eml", "-CAfile", session.root(), "-out", "content"}));
        CHECK(session.read("content").find("we have a deal.") != std::string::npos);
        const std::string text = without_returns(signed_mail.out);
        CHECK(text.find("multipart/signed") != std::string::npos);
        CHECK(text.find("Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\n") != std::string::npos);
        CHECK(text.find("Message-ID: <1@example.org>\n") != std::string::npos);
        const ProcessResult verified =
            session.signet({"mail", "verify", "--trust", session.root()}, signed_mail.out);
        check_done(verified);
        CHECK(verified.out.find("we have a deal.") != std::string::npos);
    }
}

TEST_CASE("micalg names the hash that was signed with") {
    Session session({KeyType::p256});
    const std::string message = mail(session.alice().identity(KeyType::p256).email);
    const std::vector<std::pair<std::string, std::string>> names{
        {"sha256", "sha-256"}, {"sha384", "sha-384"}, {"sha512", "sha-512"}};
    for (const auto& [digest, micalg] : names) {
        CAPTURE(digest);
        const ProcessResult signed_mail = session.signet({"mail", "sign", "--digest", digest}, message);
        check_done(signed_mail);
        CHECK(without_returns(signed_mail.out).find("micalg=" + micalg + ";") != std::string::npos);
        session.write("signed.eml", signed_mail.out);
        const ProcessResult printed = session.openssl({"cms", "-cmsout", "-print", "-in", "signed.eml"});
        check_done(printed);
        CHECK(printed.out.find("algorithm: " + digest + " ") != std::string::npos);
    }
}

TEST_CASE("a signature holds over what mail servers like to change") {
    Session session({KeyType::p256});
    const std::string sender = session.alice().identity(KeyType::p256).email;
    const std::vector<std::string> bodies{
        "",
        "no line end",
        "trailing blanks  \t \n",
        "From the start of a line\n.\n..two dots\n",
        "CRLF\r\nand LF\nmixed\r\n",
        std::string(3000, 'x') + "\n",
        "blank lines at the end\n\n\n\n",
    };
    for (const std::string& body : bodies) {
        CAPTURE(body);
        const ProcessResult signed_mail = session.signet({"mail", "sign"}, mail(sender, body));
        check_done(signed_mail);
        check_done(session.openssl({"cms", "-verify", "-CAfile", session.root(), "-out", "/dev/null"},
                                   signed_mail.out));
        check_done(session.signet({"mail", "verify", "--trust", session.root()}, signed_mail.out));
        // A server that stores lines with LF, or with CRLF, changes nothing.
        const std::string with_lf = without_returns(signed_mail.out);
        std::string with_crlf;
        for (const char c : with_lf)
            with_crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
        REQUIRE(with_lf != with_crlf);
        for (const std::string& stored : {with_lf, with_crlf})
            check_done(session.signet({"mail", "verify", "--trust", session.root()}, stored));
    }
}

TEST_CASE("a mail that was altered, or is by nobody we trust, is not accepted") {
    Session session({KeyType::p256});
    ProcessResult signed_mail =
        session.signet({"mail", "sign"}, mail(session.alice().identity(KeyType::p256).email));
    check_done(signed_mail);
    const TestCa stranger(TestCa::Levels::root_only, "Stranger");
    CHECK(session.signet({"mail", "verify", "--trust", stranger.root()}, signed_mail.out).status == 1);
    signed_mail.out.replace(signed_mail.out.find("a deal"), 6, "no luck");
    CHECK(session.signet({"mail", "verify", "--trust", session.root()}, signed_mail.out).status == 1);
}

TEST_CASE("signet accepts what openssl signs, multipart and opaque") {
    Session session({KeyType::p256});
    const SoftwareIdentity bob = software_identity(session.alice().ca(), KeyType::rsa2048, session.path("."));
    session.write("content", "Content-Type: text/plain\r\n\r\nHello Alice\r\n");
    for (const bool opaque : {false, true}) {
        CAPTURE(opaque);
        Arguments arguments{"cms",      "-sign",
                            "-in",      "content",
                            "-signer",  bob.certificate,
                            "-inkey",   bob.key,
                            "-from",    "Bob <bob@example.org>",
                            "-to",      "alice@example.org",
                            "-subject", "Hello"};
        if (opaque)
            arguments.emplace_back("-nodetach");
        const ProcessResult signed_mail = session.openssl(arguments);
        check_done(signed_mail);
        const ProcessResult verified =
            session.signet({"mail", "verify", "--trust", session.root()}, signed_mail.out);
        check_done(verified);
        CHECK(verified.out.find("Hello Alice") != std::string::npos);
    }
}

TEST_CASE("signet opens what openssl encrypts") {
    Session session({KeyType::rsa2048, KeyType::p256, KeyType::p384, KeyType::p521});
    session.write("content", "Content-Type: text/plain\r\n\r\nThe treasure is under the oak.\r\n");
    for (const Identity& identity : session.alice().identities()) {
        for (const std::string cipher : {"-aes-128-cbc", "-aes-256-gcm"}) {
            CAPTURE(identity.label, cipher);
            const ProcessResult encrypted = session.openssl(
                {"cms", "-encrypt", cipher, "-in", "content", "-from", "bob@example.org", "-to",
                 identity.email, "-subject", "Secret", "-recip", identity.certificate.pem});
            check_done(encrypted);
            const ProcessResult opened = session.signet({"mail", "decrypt"}, encrypted.out);
            check_done(opened);
            CHECK(opened.out.find("The treasure is under the oak.") != std::string::npos);
            CHECK(opened.out.find("Subject: Secret") != std::string::npos);
        }
    }
}

TEST_CASE("openssl opens what signet encrypts") {
    Session session({KeyType::p256});
    for (const KeyType type : {KeyType::rsa2048, KeyType::p256, KeyType::p521}) {
        CAPTURE(name_of(type));
        const SoftwareIdentity bob = software_identity(session.alice().ca(), type, session.path("."));
        const ProcessResult encrypted = session.signet(
            {"mail", "encrypt", "--no-self", "-r", bob.certificate}, mail("alice@example.org"));
        check_done(encrypted);
        CHECK(encrypted.out.find("we have a deal") == std::string::npos);
        CHECK(encrypted.out.find("application/pkcs7-mime") != std::string::npos);
        CHECK(encrypted.out.find("smime-type=") != std::string::npos);
        const ProcessResult opened =
            session.openssl({"cms", "-decrypt", "-recip", bob.certificate, "-inkey", bob.key}, encrypted.out);
        check_done(opened);
        CHECK(opened.out.find("we have a deal") != std::string::npos);
    }
}

TEST_CASE("a mail is signed, encrypted, opened and verified") {
    Session session;
    const Identity& rsa = session.alice().identity(KeyType::rsa2048);
    const ProcessResult signed_mail = session.signet({"mail", "sign", "-k", rsa.email}, mail(rsa.email));
    check_done(signed_mail);
    const ProcessResult encrypted =
        session.signet({"mail", "encrypt", "--no-self", "-r", session.label(KeyType::p256)}, signed_mail.out);
    check_done(encrypted);
    const ProcessResult opened = session.signet({"mail", "decrypt"}, encrypted.out);
    check_done(opened);
    const ProcessResult verified = session.signet({"mail", "verify", "--trust", session.root()}, opened.out);
    check_done(verified);
    // 8-bit text is signed in an encoding that every relay leaves alone (RFC 8551 section 3.1.3).
    CHECK(verified.out.find("we have a deal. Gr=C3=BC=C3=9Fe=20") != std::string::npos);
}

TEST_CASE("a signed mail carries the certificates that --certificates says") {
    Session session({KeyType::p256}, TestCa::Levels::with_intermediate);
    const std::string sender = session.alice().identity(KeyType::p256).email;
    const auto certificates_in = [&](const Arguments& options) {
        Arguments arguments{"mail", "sign", "-o", "signed.eml"};
        arguments.insert(arguments.end(), options.begin(), options.end());
        check_done(session.signet(arguments, mail(sender)));
        check_done(session.openssl({"smime", "-pk7out", "-in", "signed.eml", "-out", "signature.pem"}));
        const ProcessResult shown =
            session.openssl({"pkcs7", "-in", "signature.pem", "-print_certs", "-noout"});
        check_done(shown);
        std::size_t count = 0;
        for (std::size_t place = 0; (place = shown.out.find("subject=", place)) != std::string::npos; ++place)
            ++count;
        return count;
    };
    CHECK(certificates_in({}) == 2);
    CHECK(certificates_in({"--certificates", "chain"}) == 2);
    CHECK(certificates_in({"--certificates", "signer"}) == 1);
    CHECK(certificates_in({"--certificates", "none"}) == 0);
    // Whoever has the certificates already can verify it all the same.
    session.write("authorities.pem",
                  read_file(session.root()) + read_file(session.alice().ca().issuer().pem));
    check_done(session.openssl({"cms", "-verify", "-in", "signed.eml", "-certfile",
                                session.certificate(KeyType::p256), "-CAfile", "authorities.pem", "-out",
                                "/dev/null"}));
}

TEST_CASE("what is no such mail is refused and nothing is printed") {
    Session session({KeyType::p256});
    for (const std::string command : {"verify", "decrypt"}) {
        for (const std::string& input : {std::string(), std::string("no mail at all"),
                                         mail("alice@example.org"), std::string(2000, '\xff')}) {
            CAPTURE(command, input);
            const Arguments arguments = command == "verify"
                                            ? Arguments{"mail", "verify", "--trust", session.root()}
                                            : Arguments{"mail", "decrypt"};
            const ProcessResult result = session.signet(arguments, input);
            check_refused(result, 8);
            CHECK(result.out.empty());
        }
    }
    const SoftwareIdentity bob = software_identity(session.alice().ca(), KeyType::rsa2048, session.path("."));
    const ProcessResult for_bob =
        session.signet({"mail", "encrypt", "--no-self", "-r", bob.certificate}, mail("alice@example.org"));
    check_done(for_bob);
    const ProcessResult opened = session.signet({"mail", "decrypt"}, for_bob.out);
    check_refused(opened, 4);
    CHECK(opened.out.empty());
}
