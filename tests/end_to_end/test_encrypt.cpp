// What Signet encrypts, and openssl or Alice's token opens.
#include "tests/end_to_end/session.h"

using namespace signet::tests;

namespace {

constexpr std::string_view treasure = "The treasure is under the oak.\r\n";

}  // namespace

TEST_CASE("openssl opens what is encrypted to a certificate in a file, without an agent") {
    TestCa ca;
    const TemporaryFolder folder;
    const AgentFolder nobody;
    write_file(folder / "secret", treasure);
    for (const KeyType type :
         {KeyType::rsa2048, KeyType::rsa3072, KeyType::p256, KeyType::p384, KeyType::p521}) {
        CAPTURE(name_of(type));
        const SoftwareIdentity bob = software_identity(ca, type, folder.path());
        check_done(run_signet(nobody, {"encrypt", "--no-self", "-r", bob.certificate, "secret"},
                              {.folder = folder.path()}));
        const ProcessResult opened = run({"openssl", "cms", "-decrypt", "-binary", "-inform", "DER", "-in",
                                          "secret.p7m", "-recip", bob.certificate, "-inkey", bob.key},
                                         {.folder = folder.path()});
        check_done(opened);
        CHECK(opened.out == treasure);
        const std::string shown =
            run_or_throw({"openssl", "cms", "-cmsout", "-print", "-inform", "DER", "-in", "secret.p7m"},
                         {.folder = folder.path()})
                .out;
        CHECK(shown.find("authEnvelopedData") != std::string::npos);
        CHECK(shown.find("aes-256-gcm") != std::string::npos);
    }
}

TEST_CASE("what is encrypted to Alice's keys, by address, label or file, Alice opens") {
    Session session({KeyType::rsa2048, KeyType::p256, KeyType::p384, KeyType::p521});
    session.write("secret", treasure);
    for (const Identity& identity : session.alice().identities()) {
        for (const std::string& name : {identity.email, identity.label, identity.certificate.pem.string(),
                                        identity.certificate.der.string()}) {
            CAPTURE(name);
            check_done(session.signet({"encrypt", "--no-self", "-r", name, "-o", "secret.p7m", "secret"}));
            const ProcessResult opened = session.signet({"decrypt", "-o", "-", "secret.p7m"});
            check_done(opened);
            CHECK(opened.out == treasure);
        }
    }
}

TEST_CASE("each of several recipients opens the message") {
    Session session;
    session.write("secret", treasure);
    const SoftwareIdentity bob = software_identity(session.alice().ca(), KeyType::p384, session.path("."));
    const SoftwareIdentity carol =
        software_identity(session.alice().ca(), KeyType::rsa2048, session.path("."), "carol");
    check_done(session.signet({"encrypt", "--no-self", "-r", bob.certificate, "-r",
                               session.label(KeyType::rsa2048), "-r", carol.certificate, "secret"}));
    for (const SoftwareIdentity& person : {bob, carol}) {
        const ProcessResult opened =
            session.openssl({"cms", "-decrypt", "-binary", "-inform", "DER", "-in", "secret.p7m", "-recip",
                             person.certificate, "-inkey", person.key});
        check_done(opened);
        CHECK(opened.out == treasure);
    }
    CHECK(session.signet({"decrypt", "-o", "-", "secret.p7m"}).out == treasure);
}

TEST_CASE("content of any size goes through") {
    Session session({KeyType::p256});
    for (const std::size_t size : {0U, 1U, 65536U, 3'000'000U}) {
        CAPTURE(size);
        session.write("secret", std::string(size, 's'));
        check_done(session.signet({"encrypt", "--no-self", "-r", session.label(KeyType::p256), "secret"}));
        check_done(session.signet({"decrypt", "-o", "opened", "secret.p7m"}));
        CHECK(session.read("opened") == session.read("secret"));
    }
}

TEST_CASE("a recipient whose key may not encrypt, or whom nobody knows, is refused") {
    Session session;
    session.write("secret", treasure);
    const std::string public_key = make_software_key(KeyType::p256, session.path("key"));
    const IssuedCertificate signs_only =
        session.alice().ca().issue({.public_key_pem = public_key,
                                    .common_name = "Signs only",
                                    .email = "signs@example.org",
                                    .key_usage = "critical,digitalSignature"});
    check_refused(session.signet({"encrypt", "--no-self", "-r", signs_only.pem, "secret"}), 4);
    check_refused(session.signet({"encrypt", "--no-self", "-r", "nobody@example.org", "secret"}), 4);
    session.write("no-certificate.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    check_refused(session.signet({"encrypt", "--no-self", "-r", "no-certificate.pem", "secret"}), 8);
    CHECK_FALSE(session.exists("secret.p7m"));
}
