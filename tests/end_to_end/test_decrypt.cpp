// What openssl encrypts for a key on the token, and Signet opens.
#include "tests/end_to_end/session.h"

using namespace signet::tests;

namespace {

const std::vector<std::string> ciphers{"-aes-128-cbc", "-aes-192-cbc", "-aes-256-cbc",
                                       "-aes-128-gcm", "-aes-192-gcm", "-aes-256-gcm"};
constexpr std::string_view secret = "The treasure is under the oak.\r\n";

void encrypt(Session& session, const std::string& cipher, const Arguments& recipients,
             const std::string& out = "secret.p7m") {
    Arguments arguments{"cms",      "-encrypt", "-binary", "-in", "secret",
                        "-outform", "DER",      "-out",    out,   cipher};
    arguments.insert(arguments.end(), recipients.begin(), recipients.end());
    check_done(session.openssl(arguments));
}

void check_opens(Session& session, const std::string& file = "secret.p7m") {
    std::filesystem::remove(session.path("opened"));
    check_done(session.signet({"decrypt", "-o", "opened", file}));
    CHECK((session.exists("opened") && session.read("opened") == session.read("secret")));
}

// Flips a bit of the byte that is `back` bytes before the end.
void alter(Session& session, const std::string& file, std::size_t back) {
    std::string content = session.read(file);
    char& byte = content.at(content.size() - back);
    byte = static_cast<char>(byte ^ 1);
    session.write(file, content);
}

}  // namespace

TEST_CASE("RSA key transport, PKCS#1 v1.5 and OAEP, opens with each cipher") {
    Session session({KeyType::rsa2048});
    session.write("secret", secret);
    const std::string recipient = session.certificate(KeyType::rsa2048);
    for (const std::string& cipher : ciphers) {
        for (const std::string padding : {"pkcs1", "oaep"}) {
            CAPTURE(cipher, padding);
            encrypt(session, cipher, {"-recip", recipient, "-keyopt", "rsa_padding_mode:" + padding});
            check_opens(session);
        }
    }
    CHECK(session.audit_records("unwrap", "done") == 12);
}

TEST_CASE("old ciphers open: Triple-DES, its key wrap, and RC2 with --legacy") {
    Session session({KeyType::rsa2048, KeyType::p256, KeyType::p384});
    session.write("secret", secret);
    for (const KeyType type : {KeyType::rsa2048, KeyType::p256, KeyType::p384}) {
        CAPTURE(name_of(type));
        encrypt(session, "-des3", {"-recip", session.certificate(type)});
        check_opens(session);
    }
    for (const std::string cipher : {"-rc2-40", "-rc2-64", "-rc2-128"}) {
        CAPTURE(cipher);
        encrypt(
            session, cipher,
            {"-provider", "legacy", "-provider", "default", "-recip", session.certificate(KeyType::rsa2048)});
        CHECK(session.signet({"decrypt", "-o", "opened", "secret.p7m"}).status == 9);
        std::filesystem::remove(session.path("opened"));
        check_done(session.signet({"decrypt", "--legacy", "-o", "opened", "secret.p7m"}));
        CHECK(session.read("opened") == secret);
    }
    CHECK(session.audit_records("unwrap", "done") == 6);
}

TEST_CASE("ChaCha20-Poly1305 opens with each kind of key") {
    Session session({KeyType::rsa2048, KeyType::p256});
    session.write("secret", secret);
    for (const KeyType type : {KeyType::rsa2048, KeyType::p256}) {
        CAPTURE(name_of(type));
        check_done(session.signet({"encrypt", "--no-self", "--cipher", "chacha20-poly1305", "-r",
                                   session.certificate(type), "secret"}));
        check_opens(session);
    }
}

TEST_CASE("OAEP that the token does not have opens with raw RSA: every hash, MGF1 with another, a label") {
    Session session({KeyType::rsa2048});
    session.write("secret", secret);
    // SoftHSM has SHA-1 without a label alone.
    for (const Arguments& options :
         {Arguments{"rsa_oaep_md:sha256"}, Arguments{"rsa_oaep_md:sha384"}, Arguments{"rsa_oaep_md:sha512"},
          Arguments{"rsa_mgf1_md:sha256"}, Arguments{"rsa_oaep_label:6f616b"},
          Arguments{"rsa_oaep_md:sha256", "rsa_oaep_label:6f616b"}}) {
        CAPTURE(options);
        Arguments all{"-recip", session.certificate(KeyType::rsa2048), "-keyopt", "rsa_padding_mode:oaep"};
        for (const std::string& option : options)
            all.insert(all.end(), {"-keyopt", option});
        encrypt(session, "-aes-256-gcm", all);
        check_opens(session);
    }
}

TEST_CASE("an encrypted key that was altered gives the same answer where the padding is taken off here") {
    Session session({KeyType::rsa2048});
    session.write("secret", secret);
    const Arguments options{"-recip",  session.certificate(KeyType::rsa2048),
                            "-keyopt", "rsa_padding_mode:oaep",
                            "-keyopt", "rsa_oaep_md:sha256"};
    encrypt(session, "-aes-256-gcm", options);
    alter(session, "secret.p7m", 1);
    const ProcessResult altered_tag = session.signet({"decrypt", "-o", "opened", "secret.p7m"});
    check_refused(altered_tag, 1);
    encrypt(session, "-aes-256-gcm", options);
    alter(session, "secret.p7m", 150);
    const ProcessResult altered_key = session.signet({"decrypt", "-o", "opened", "secret.p7m"});
    check_refused(altered_key, 1);
    CHECK(altered_key.err == altered_tag.err);
    CHECK_FALSE(session.exists("opened"));
}

TEST_CASE("ECDH on P-256, P-384 and P-521 opens with each cipher and each KDF") {
    Session session({KeyType::p256, KeyType::p384, KeyType::p521});
    session.write("secret", secret);
    for (const Identity& identity : session.alice().identities()) {
        for (const std::string& cipher : ciphers) {
            CAPTURE(identity.label, cipher);
            encrypt(session, cipher, {"-recip", identity.certificate.pem});
            check_opens(session);
        }
        for (const std::string digest : {"sha1", "sha224", "sha256", "sha384", "sha512"}) {
            for (const std::string mode : {"0", "1"}) {
                CAPTURE(identity.label, digest, mode);
                encrypt(session, "-aes-256-gcm",
                        {"-recip", identity.certificate.pem, "-keyopt", "ecdh_kdf_md:" + digest, "-keyopt",
                         "ecdh_cofactor_mode:" + mode});
                check_opens(session);
            }
        }
    }
}

TEST_CASE("a key that is encrypted to us in a way we do not support is not said to be somebody else's") {
    Session session;
    session.write("secret", secret);
    const auto identifier = GENERATE(Arguments{}, Arguments{"-keyid"});
    Arguments options = identifier;
    options.insert(options.end(), {"-recip", session.certificate(KeyType::rsa2048), "-keyopt",
                                   "rsa_padding_mode:oaep", "-keyopt", "rsa_oaep_md:sha224"});
    encrypt(session, "-aes-256-gcm", options);
    const auto result = session.signet({"decrypt", "-o", "opened", "secret.p7m"});
    CAPTURE(result.err);
    CHECK(result.status == 9);
    CHECK(result.err.find("is not supported; ask the sender") != std::string::npos);
}

TEST_CASE("a recipient may be named by its key identifier") {
    Session session;
    session.write("secret", secret);
    for (const KeyType type : {KeyType::rsa2048, KeyType::p256}) {
        encrypt(session, "-aes-256-cbc", {"-keyid", "-recip", session.certificate(type)});
        check_opens(session);
    }
}

TEST_CASE("ours is the second of three recipients") {
    Session session;
    session.write("secret", secret);
    const SoftwareIdentity bob = software_identity(session.alice().ca(), KeyType::rsa2048, session.path("."));
    const SoftwareIdentity carol =
        software_identity(session.alice().ca(), KeyType::p256, session.path("."), "carol");
    for (const KeyType type : {KeyType::rsa2048, KeyType::p256}) {
        CAPTURE(session.label(type));
        encrypt(
            session, "-aes-256-gcm",
            {"-recip", bob.certificate, "-recip", session.certificate(type), "-recip", carol.certificate});
        check_opens(session);
    }
    CHECK(session.audit_records("unwrap", "done") == 2);
}

TEST_CASE("BER, PEM and content of any size open") {
    Session session;
    for (const std::size_t size : {0U, 1U, 15U, 16U, 17U, 1'000'000U}) {
        CAPTURE(size);
        session.write("secret", std::string(size, 's'));
        for (const std::string cipher : {"-aes-128-cbc", "-aes-256-gcm"}) {
            encrypt(session, cipher, {"-recip", session.certificate(KeyType::p256)});
            check_opens(session);
        }
        encrypt(session, "-aes-256-cbc", {"-stream", "-recip", session.certificate(KeyType::rsa2048)});
        check_opens(session);
        encrypt(session, "-aes-256-cbc",
                {"-outform", "PEM", "-recip", session.certificate(KeyType::rsa2048)});
        check_opens(session);
    }
}

TEST_CASE("a message for somebody else does not open") {
    Session session;
    session.write("secret", secret);
    for (const KeyType type : {KeyType::rsa2048, KeyType::p256}) {
        const SoftwareIdentity bob = software_identity(session.alice().ca(), type, session.path("."));
        encrypt(session, "-aes-256-gcm", {"-recip", bob.certificate});
        check_refused(session.signet({"decrypt", "-o", "opened", "secret.p7m"}), 4);
        CHECK_FALSE(session.exists("opened"));
    }
    CHECK(session.audit_records("unwrap", "done") == 0);
}

TEST_CASE("an AEAD message of which content or tag was altered gives nothing, and leaves what was there") {
    Session session;
    session.write("secret", secret);
    for (const KeyType type : {KeyType::rsa2048, KeyType::p256}) {
        // The tag ends the message: 16 bytes, after two of header. Before it is the content.
        for (const std::size_t back : {1U, 16U, 19U, 40U}) {
            CAPTURE(session.label(type), back);
            encrypt(session, "-aes-256-gcm", {"-recip", session.certificate(type)});
            alter(session, "secret.p7m", back);
            session.write("opened", "an older file");
            check_refused(session.signet({"decrypt", "-o", "opened", "secret.p7m"}), 1);
            CHECK(session.read("opened") == "an older file");
            CHECK(session.files() == std::vector<std::string>{"opened", "secret", "secret.p7m"});
        }
    }
}

TEST_CASE("an encrypted key that was altered gives no oracle: the same answer as altered content") {
    Session session({KeyType::rsa2048});
    session.write("secret", secret);
    for (const std::string padding : {"pkcs1", "oaep"}) {
        CAPTURE(padding);
        encrypt(session, "-aes-256-gcm",
                {"-recip", session.certificate(KeyType::rsa2048), "-keyopt", "rsa_padding_mode:" + padding});
        alter(session, "secret.p7m", 1);
        const ProcessResult altered_tag = session.signet({"decrypt", "-o", "opened", "secret.p7m"});
        check_refused(altered_tag, 1);

        encrypt(session, "-aes-256-gcm",
                {"-recip", session.certificate(KeyType::rsa2048), "-keyopt", "rsa_padding_mode:" + padding});
        // Behind the encrypted key stand the content's algorithm, the content and the tag: about 90 bytes.
        alter(session, "secret.p7m", 150);
        const ProcessResult altered_key = session.signet({"decrypt", "-o", "opened", "secret.p7m"});
        check_refused(altered_key, 1);
        CHECK(altered_key.err == altered_tag.err);
        CHECK_FALSE(session.exists("opened"));
    }
}

TEST_CASE("a wrapped key that was altered gives nothing") {
    Session session({KeyType::p256});
    session.write("secret", secret);
    encrypt(session, "-aes-256-gcm", {"-recip", session.certificate(KeyType::p256)});
    alter(session, "secret.p7m", 110);
    check_refused(session.signet({"decrypt", "-o", "opened", "secret.p7m"}), 1);
    CHECK_FALSE(session.exists("opened"));
}

TEST_CASE("plaintext goes to standard output only when asked for, and a file only its owner can read") {
    Session session;
    session.write("secret", secret);
    encrypt(session, "-aes-256-gcm", {"-recip", session.certificate(KeyType::rsa2048)});
    const ProcessResult opened = session.signet({"decrypt", "-o", "-", "-"}, session.read("secret.p7m"));
    check_done(opened);
    CHECK(opened.out == secret);
    check_opens(session);
    CHECK((std::filesystem::status(session.path("opened")).permissions() &
           (std::filesystem::perms::group_all | std::filesystem::perms::others_all)) ==
          std::filesystem::perms::none);
}

TEST_CASE("an expired certificate still opens what was sent to it") {
    Session session({KeyType::p256});
    const Identity old = session.alice().add(
        KeyType::rsa2048, "old",
        {.key_usage = {}, .not_before = std::chrono::hours(-48), .not_after = std::chrono::hours(-24)});
    AgentProcess agent(AgentSetup::of(session.alice().token()));
    session.write("secret", secret);
    encrypt(session, "-aes-256-gcm", {"-recip", old.certificate.pem});
    const ProcessResult opened = agent.signet({"decrypt", "-o", "-", session.path("secret.p7m")});
    check_done(opened);
    CHECK(opened.out == secret);
}
