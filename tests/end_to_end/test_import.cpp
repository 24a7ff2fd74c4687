// Certificates that are put onto the token, and what can be done with them then.
#include "tests/end_to_end/session.h"

using namespace signet::tests;

namespace {

/// A session in whose folder a root CA, an intermediate CA and their files lie, made with openssl alone.
struct Authority {
    Authority() : session(std::vector<KeyType>{}) {
        session.write("ca.cnf",
                      "[root]\nbasicConstraints = critical,CA:TRUE\nkeyUsage = critical,keyCertSign\n"
                      "subjectKeyIdentifier = hash\n"
                      "[leaf]\nbasicConstraints = critical,CA:FALSE\nsubjectKeyIdentifier = hash\n"
                      "authorityKeyIdentifier = keyid\n");
        request("root", "/CN=Root");
        check_done(session.openssl({"x509", "-req", "-in", "root.csr", "-key", "root.key", "-days", "30",
                                    "-extfile", "ca.cnf", "-extensions", "root", "-out", "root.pem"}));
        request("middle", "/CN=Middle");
        issue("middle", "root", "root");
    }
    void request(const std::string& name, const std::string& subject) const {
        check_done(
            session.openssl({"req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                             "-subj", subject, "-keyout", name + ".key", "-out", name + ".csr"}));
    }
    /// NAME.pem for NAME.csr, with the extensions that it asks for.
    void issue(const std::string& name, const std::string& issuer, const std::string& section = "leaf",
               const std::string& days = "30") const {
        check_done(session.openssl({"x509", "-req", "-in", name + ".csr", "-copy_extensions", "copy", "-CA",
                                    issuer + ".pem", "-CAkey", issuer + ".key", "-days", days, "-extfile",
                                    "ca.cnf", "-extensions", section, "-out", name + ".pem"}));
    }
    /// A key called `name` on the token, and NAME.pem for it from the intermediate CA.
    void make_key(const std::string& name, const std::string& type) const {
        check_done(session.signet({"token", "keygen", "-l", name, "-t", type, "--sign", "--decrypt"}));
        check_done(
            session.signet({"token", "csr", "-k", name, "-e", name + "@example.org", "-o", name + ".csr"}));
        issue(name, "middle");
    }
    /// How many certificates are on the token.
    std::size_t stored() {
        const auto text = session.alice().token().pkcs11_tool({"--list-objects", "--type", "cert"}).out;
        std::size_t count = 0;
        for (auto at = text.find("Certificate Object"); at != std::string::npos;
             at = text.find("Certificate Object", at + 1))
            ++count;
        return count;
    }

    Session session;
};

}  // namespace

TEST_CASE("from a fresh key to a signature that openssl verifies, for each type") {
    Authority authority;
    Session& session = authority.session;
    session.write("report.txt", "All is well.\n");
    for (const std::string type : {"rsa-2048", "rsa-3072", "p-256", "p-384", "p-521"}) {
        CAPTURE(type);
        authority.make_key(type, type);
        const auto imported = session.signet({"token", "import", type + ".pem", "middle.pem", "root.pem"});
        check_done(imported);
        CHECK_THAT(imported.out, Catch::Contains("type=cert"));
        CHECK(imported.err.empty());
        const auto list = session.signet({"list"}).out;
        CHECK_THAT(list, Catch::Contains("identity " + type + "@example.org"));
        CHECK(list.find("no certificate") == std::string::npos);
        check_done(session.signet({"sign", "-k", type + "@example.org", "-o", "sig", "report.txt"}));
        // The verifier has the root alone: the intermediate certificate came from the token.
        check_done(session.openssl({"cms", "-verify", "-binary", "-inform", "DER", "-in", "sig", "-content",
                                    "report.txt", "-CAfile", "root.pem", "-purpose", "smimesign", "-out",
                                    "/dev/null"}));
        check_done(session.openssl({"cms", "-encrypt", "-aes256", "-binary", "-in", "report.txt", "-outform",
                                    "DER", "-out", "report.p7m", type + ".pem"}));
        const auto opened = session.signet({"decrypt", "-o", "-", "report.p7m"});
        check_done(opened);
        CHECK(opened.out == "All is well.\n");
    }
    CHECK(authority.stored() == 6);
    CHECK(session.audit_records("import", "done") == 5);
}

TEST_CASE("a certificate that is for no key on the token is not stored, nor is its chain") {
    Authority authority;
    Session& session = authority.session;
    authority.make_key("alice", "p-256");
    authority.make_key("bob", "p-256");
    authority.request("stranger", "/CN=Stranger");
    authority.issue("stranger", "middle");
    check_refused(session.signet({"token", "import", "stranger.pem", "middle.pem"}), 4);
    check_refused(session.signet({"token", "import", "middle.pem"}), 4);
    check_refused(session.signet({"token", "import", "-k", "alice", "bob.pem"}), 4);
    // Two at once: which is meant?
    check_refused(session.signet({"token", "import", "alice.pem", "bob.pem"}), 4);
    session.write("garbage.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    session.write("garbage.der", "garbage");
    session.write("key.pem", "-----BEGIN NOTHING-----\nAAAA\n-----END NOTHING-----\n");
    check_refused(session.signet({"token", "import", "garbage.pem"}), 8);
    check_refused(session.signet({"token", "import", "garbage.der"}), 8);
    check_refused(session.signet({"token", "import", "key.pem"}), 8);
    check_refused(session.signet({"token", "import", "no-such-file"}), 9);
    check_refused(session.signet({"token", "import"}), 2);
    CHECK(authority.stored() == 0);
    CHECK(session.audit_records("import", "done") == 0);
    CHECK(session.audit_records("import", "NO_IDENTITY") == 3);
}

TEST_CASE("an import may be in DER, in one file, with the token locked, and again") {
    Authority authority;
    Session& session = authority.session;
    authority.make_key("alice", "p-256");
    session.write("all.pem",
                  session.read("root.pem") + session.read("middle.pem") + session.read("alice.pem"));
    check_done(session.openssl({"x509", "-in", "alice.pem", "-outform", "DER", "-out", "alice.der"}));
    check_done(session.signet({"lock"}));
    check_done(session.signet({"token", "import", "-k", "alice", "alice.der"}));
    CHECK(authority.stored() == 1);
    check_done(session.signet({"token", "import", "all.pem"}));
    CHECK(authority.stored() == 2);
    const auto again = session.signet({"token", "import", "all.pem"});
    check_done(again);
    CHECK_THAT(again.err, Catch::Contains("on the token already"));
    CHECK(authority.stored() == 2);
    authority.request("stranger", "/CN=Stranger");
    authority.issue("stranger", "middle");
    const auto more = session.signet({"token", "import", "alice.pem", "stranger.pem"});
    check_done(more);
    CHECK_THAT(more.err, Catch::Contains("CN=Stranger is not in the chain"));
    CHECK(authority.stored() == 2);
}

TEST_CASE("a new certificate for a key that has one is another of the same identity") {
    Authority authority;
    Session& session = authority.session;
    session.write("report.txt", "All is well.\n");
    authority.make_key("alice", "p-256");
    check_done(session.signet({"token", "import", "alice.pem", "middle.pem"}));
    check_done(session.signet({"token", "csr", "-k", "alice@example.org", "-e", "alice@example.org", "--name",
                               "Alice", "-o", "renewed.csr"}));
    authority.issue("renewed", "middle");
    check_done(session.signet({"token", "import", "renewed.pem"}));
    CHECK(authority.stored() == 3);
    check_done(session.signet({"sign", "report.txt"}));
}
