// Algorithms that not every token has, and what is said where one is missing.
#include "cms/openssl_ptr.h"
#include "tests/end_to_end/faulty_module.h"
#include "tests/end_to_end/session.h"

#include <openssl/cms.h>

using namespace signet::tests;

namespace {

const std::string text = "All is well.\n";

using Message = signet::cms::OpensslPtr<CMS_ContentInfo, CMS_ContentInfo_free>;

/// What is signed in `signature`, and the value: OpenSSL 3.0 reads them, but verifies no EdDSA in CMS.
struct Signed {
    std::string attributes;
    std::string value;
};

Signed signed_in(const std::string& signature) {
    const auto* position = reinterpret_cast<const unsigned char*>(signature.data());
    const Message message(d2i_CMS_ContentInfo(nullptr, &position, static_cast<long>(signature.size())));
    REQUIRE(message);
    CMS_SignerInfo* signer = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(message.get()), 0);
    std::vector<std::string> attributes;
    for (int i = 0; i < CMS_signed_get_attr_count(signer); ++i) {
        unsigned char* der = nullptr;
        const int size = i2d_X509_ATTRIBUTE(CMS_signed_get_attr(signer, i), &der);
        REQUIRE(size > 0);
        attributes.emplace_back(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
        OPENSSL_free(der);
    }
    // SET OF in DER order (X.690 section 11.6).
    std::sort(attributes.begin(), attributes.end(), [](const std::string& a, const std::string& b) {
        return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
            return static_cast<unsigned char>(x) < static_cast<unsigned char>(y);
        });
    });
    std::string set;
    for (const std::string& attribute : attributes)
        set += attribute;
    REQUIRE(set.size() > 255);
    const std::string head{'\x31', '\x82', static_cast<char>(set.size() >> 8), static_cast<char>(set.size())};
    const ASN1_OCTET_STRING* value = CMS_SignerInfo_get0_signature(signer);
    return {head + set, std::string(reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
                                    static_cast<std::size_t>(ASN1_STRING_length(value)))};
}

/// `openssl pkeyutl -verify` of the EdDSA signature in the file `name`.
ProcessResult verify_eddsa(Session& session, const std::string& name, KeyType type) {
    const Signed parts = signed_in(session.read(name));
    session.write("attributes", parts.attributes);
    session.write("value", parts.value);
    session.write("key.pem", session.alice().identity(type).public_key_pem);
    return session.openssl({"pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", "key.pem", "-in",
                            "attributes", "-sigfile", "value"});
}

/// Alice's token behind a module whose mechanisms a script changes.
struct FaultyAlice {
    FaultyAlice(const std::vector<KeyType>& types, const std::string& script) : alice(types) {
        module.follow(script);
        agent.emplace(module.setup(alice.token()));
        write_file(folder / "report.txt", text);
    }

    ProcessResult signet(const Arguments& arguments) const {
        return agent->signet(arguments, {.folder = folder.path()});
    }
    ProcessResult sign(KeyType type, const std::string& digest, const Arguments& more = {}) const {
        Arguments arguments{"sign", "-k",        alice.identity(type).label, "--digest", digest, "-o",
                            "sig",  "report.txt"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return signet(arguments);
    }
    ProcessResult verify() {
        return run({"openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "sig", "-content",
                    "report.txt", "-CAfile", alice.ca().root(), "-purpose", "smimesign", "-out", "/dev/null"},
                   {.folder = folder.path()});
    }
    /// A message that openssl encrypts to the key of `type`.
    ProcessResult decrypt(KeyType type, const Arguments& options = {}) const {
        Arguments argv{"openssl",
                       "cms",
                       "-encrypt",
                       "-binary",
                       "-outform",
                       "DER",
                       "-aes-256-gcm",
                       "-in",
                       "report.txt",
                       "-out",
                       "secret.p7m",
                       "-recip",
                       alice.identity(type).certificate.pem.string()};
        for (const std::string& option : options)
            argv.insert(argv.end(), {"-keyopt", option});
        const ProcessResult made = run(argv, {.folder = folder.path()});
        check_done(made);
        return signet({"decrypt", "-o", "-", "secret.p7m"});
    }

    Alice alice;
    FaultyModule module;
    TemporaryFolder folder;
    std::optional<AgentProcess> agent;
};

void check_cannot(const ProcessResult& result, const std::string& what) {
    check_refused(result, 6);
    CHECK_THAT(result.err, Catch::Contains(what));
}

}  // namespace

TEST_CASE("Ed25519 and Ed448 keys sign with the hash that they need, without being told") {
    Session session({KeyType::ed25519, KeyType::ed448});
    session.write("report.txt", text);
    for (const auto& [type, hash] :
         {std::pair(KeyType::ed25519, "sha512"), std::pair(KeyType::ed448, "shake256")}) {
        CAPTURE(session.label(type));
        for (const Arguments& more : {Arguments{}, Arguments{"--digest", hash}}) {
            Arguments arguments{"sign", "-k", session.label(type), "report.txt"};
            arguments.insert(arguments.end(), more.begin(), more.end());
            check_done(session.signet(arguments));
            check_done(verify_eddsa(session, "report.txt.p7s", type));
            check_done(session.signet({"verify", "--trust", session.root(), "report.txt.p7s", "report.txt"}));
        }
        check_done(session.signet({"sign", "-k", session.label(type), "-o", "piped", "-"}, text));
        check_done(session.signet({"verify", "--trust", session.root(), "piped", "report.txt"}));
        session.write("other.txt", "All is lost.\n");
        check_refused(session.signet({"verify", "--trust", session.root(), "piped", "other.txt"}), 1);
        check_done(session.signet({"sign", "--attached", "-k", session.label(type), "report.txt"}));
        check_done(session.signet({"verify", "--trust", session.root(), "report.txt.p7m"}));
    }
    CHECK(session.audit_records("sign", "begun") == 8);
}

TEST_CASE("a hash that a key does not sign with is refused, and signers need one in common") {
    Session session({KeyType::rsa2048, KeyType::ed25519, KeyType::ed448});
    session.write("report.txt", text);
    const auto& rsa = session.label(KeyType::rsa2048);
    const auto& ed25519 = session.label(KeyType::ed25519);
    const auto& ed448 = session.label(KeyType::ed448);
    const ProcessResult sha256 = session.signet({"sign", "--digest", "sha256", "-k", ed25519, "report.txt"});
    check_refused(sha256, 2);
    CHECK_THAT(sha256.err, Catch::Contains("a key of type Ed25519 does not sign with sha256; use sha512"));
    check_refused(session.signet({"sign", "--digest", "shake256", "-k", rsa, "report.txt"}), 2);
    const ProcessResult none = session.signet({"sign", "-k", ed25519, "-k", ed448, "report.txt"});
    check_refused(none, 2);
    CHECK_THAT(none.err, Catch::Contains("no hash in common"));
    CHECK(session.files() == std::vector<std::string>{"report.txt"});

    check_done(session.signet({"sign", "-k", rsa, "-k", ed25519, "report.txt"}));
    check_done(session.signet({"verify", "--trust", session.root(), "report.txt.p7s", "report.txt"}));
}

TEST_CASE("a mail signed by Ed25519 says SHA-512 in its header") {
    Session session({KeyType::ed25519});
    session.write("draft", "From: " + session.alice().identity(KeyType::ed25519).email +
                               "\r\nTo: bob@example.org\r\nSubject: s\r\n\r\nAll is well.\r\n");
    check_done(session.signet({"mail", "sign", "-o", "signed", "draft"}));
    CHECK(session.read("signed").find("micalg=sha-512") != std::string::npos);
    check_done(session.signet({"mail", "verify", "--trust", session.root(), "signed"}));
}

TEST_CASE("a token that signs no digests hashes itself") {
    FaultyAlice faulty({KeyType::rsa2048},
                       "C_GetMechanismList without 0x1\nC_GetMechanismList without 0xd\n");
    for (const std::string digest : {"sha256", "sha384", "sha512"}) {
        for (const Arguments& scheme : {Arguments{}, Arguments{"--rsa-pss"}}) {
            CAPTURE(digest, scheme);
            check_done(faulty.sign(KeyType::rsa2048, digest, scheme));
            check_done(faulty.verify());
        }
    }
    // What the mechanism is missing for besides.
    check_cannot(faulty.decrypt(KeyType::rsa2048), "has no RSA PKCS#1 v1.5 (CKM_RSA_PKCS)");
}

TEST_CASE("ECDH goes with the cofactor where the token has nothing else") {
    FaultyAlice faulty({KeyType::p256}, "C_GetMechanismList without 0x1050 as 0x1051\n");
    const ProcessResult opened = faulty.decrypt(KeyType::p256);
    check_done(opened);
    CHECK(opened.out == text);
}

TEST_CASE("OAEP opens with raw RSA where the token has no OAEP at all") {
    FaultyAlice faulty({KeyType::rsa2048}, "C_GetMechanismList without 0x9\n");
    for (const std::string hash : {"sha1", "sha256", "sha512"}) {
        const ProcessResult opened =
            faulty.decrypt(KeyType::rsa2048, {"rsa_padding_mode:oaep", "rsa_oaep_md:" + hash});
        check_done(opened);
        CHECK(opened.out == text);
    }
}

TEST_CASE("what a token cannot do is said as such") {
    FaultyAlice faulty({KeyType::rsa2048, KeyType::p256, KeyType::ed25519},
                       "C_GetMechanismList without 0x1\nC_GetMechanismList without 0x3\n"
                       "C_GetMechanismList without 0x9\nC_GetMechanismList without 0xd\n"
                       "C_GetMechanismList without 0x40\nC_GetMechanismList without 0x43\n"
                       "C_GetMechanismList without 0x1041\nC_GetMechanismList without 0x1050\n"
                       "C_GetMechanismList without 0x1057\n");
    check_cannot(faulty.sign(KeyType::rsa2048, "sha256"), "has neither RSA PKCS#1 v1.5 (CKM_RSA_PKCS) nor");
    check_cannot(faulty.sign(KeyType::rsa2048, "sha256", {"--rsa-pss"}),
                 "has neither RSA-PSS (CKM_RSA_PKCS_PSS) nor");
    check_cannot(faulty.sign(KeyType::p256, "sha256"), "has neither ECDSA (CKM_ECDSA) nor");
    check_cannot(faulty.sign(KeyType::ed25519, "sha512"), "has no EdDSA (CKM_EDDSA)");
    check_cannot(faulty.decrypt(KeyType::rsa2048), "has no RSA PKCS#1 v1.5 (CKM_RSA_PKCS)");
    check_cannot(faulty.decrypt(KeyType::rsa2048, {"rsa_padding_mode:oaep"}),
                 "has neither RSA-OAEP (CKM_RSA_PKCS_OAEP) nor raw RSA (CKM_RSA_X_509)");
    check_cannot(faulty.decrypt(KeyType::p256), "has neither ECDH (CKM_ECDH1_DERIVE) nor");
}

TEST_CASE("OAEP that the token does not have is what the token cannot where it has no raw RSA either") {
    FaultyAlice faulty({KeyType::rsa2048}, "C_GetMechanismList without 0x3\n");
    // SoftHSM has SHA-1 without a label alone.
    for (const std::string option : {"rsa_oaep_md:sha256", "rsa_mgf1_md:sha256", "rsa_oaep_label:6f616b"}) {
        CAPTURE(option);
        check_cannot(faulty.decrypt(KeyType::rsa2048, {"rsa_padding_mode:oaep", option}),
                     "the token cannot do this");
    }
}

TEST_CASE("what signet encrypts to X25519 and X448 opens on the token") {
    Alice alice({KeyType::p256});
    for (const auto& [algorithm, id] : {std::pair("X25519", "b1"), std::pair("X448", "b2")}) {
        const std::string label = std::string("alice-") + algorithm;
        const std::string pem = alice.token().import_montgomery(algorithm, label, id);
        const auto certificate = alice.ca().issue({.public_key_pem = pem,
                                                   .common_name = algorithm,
                                                   .email = std::string(algorithm) + "@example.org",
                                                   .key_usage = "critical,keyAgreement"});
        alice.token().import_certificate(certificate.der, label, id);
    }
    const AgentProcess agent(AgentSetup::of(alice.token()));
    const TemporaryFolder folder;
    write_file(folder / "report.txt", text);
    for (const std::string algorithm : {"X25519", "X448"}) {
        CAPTURE(algorithm);
        check_done(agent.signet(
            {"encrypt", "--no-self", "-r", algorithm + "@example.org", "-o", "secret", "report.txt"},
            {.folder = folder.path()}));
        const ProcessResult opened =
            agent.signet({"decrypt", "-o", "-", "secret"}, {.folder = folder.path()});
        check_done(opened);
        CHECK(opened.out == text);
        // The tag.
        std::string altered = read_file(folder / "secret");
        altered.back() = static_cast<char>(altered.back() ^ 1);
        write_file(folder / "altered", altered);
        check_refused(agent.signet({"decrypt", "-o", "-", "altered"}, {.folder = folder.path()}), 1);
        // Whoever only agrees on keys does not sign.
        check_refused(
            agent.signet({"sign", "-k", algorithm + "@example.org", "report.txt"}, {.folder = folder.path()}),
            4);
    }
}
