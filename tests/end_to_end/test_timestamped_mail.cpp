// Timestamps of a TSA that is somebody else's program, `openssl ts`, on files and on mail.
#include <atomic>
#include <ctime>

#include "client/rfc3339.h"
#include "tests/end_to_end/session.h"
#include "tests/fixtures/http_server.h"

using namespace signet::tests;

namespace {

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (auto place = text.find(part); place != std::string::npos; place = text.find(part, place + 1))
        ++found;
    return found;
}

bool has(const std::string& text, const std::string& part) {
    return count(text, part) > 0;
}

/// `openssl ts -reply` behind http, with a CA and a certificate of its own; `trust.pem` has its CA and
/// Alice's.
class OpensslTsa {
  public:
    explicit OpensslTsa(const Session& session, const std::string& usage = "critical,timeStamping")
        : m_session(session) {
        check_done(m_session.openssl({"req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                                      "/CN=Stamping Root", "-addext", "keyUsage=critical,keyCertSign",
                                      "-keyout", "tsa-ca-key.pem", "-out", "tsa-ca.pem"}));
        check_done(
            m_session.openssl({"req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=Stamper", "-addext",
                               "extendedKeyUsage=" + usage, "-keyout", "tsa-key.pem", "-out", "tsa.csr"}));
        check_done(
            m_session.openssl({"x509", "-req", "-in", "tsa.csr", "-copy_extensions", "copy", "-days", "2",
                               "-CA", "tsa-ca.pem", "-CAkey", "tsa-ca-key.pem", "-out", "tsa.pem"}));
        m_session.write("tsa-serial", "01\n");
        m_session.write("tsa.cnf",
                        "[tsa]\ndefault_tsa = stamper\n[stamper]\nserial = tsa-serial\n"
                        "signer_cert = tsa.pem\nsigner_key = tsa-key.pem\nsigner_digest = sha256\n"
                        "default_policy = 1.3.6.1.4.1.99.8\ndigests = sha256, sha384, sha512\n"
                        "accuracy = secs:1\nordering = no\ness_cert_id_chain = no\n"
                        "ess_cert_id_alg = sha256\n");
    }

    [[nodiscard]] std::string url() const { return m_server.url("/tsa"); }
    [[nodiscard]] std::size_t stamped() const { return m_server.requests().size(); }
    /// The answer to every question is that to the first one.
    void repeat_answers() { m_repeats = true; }

    /// To a request over http.
    std::optional<std::string> answer(const std::string& request) const {
        if (!m_repeats || !m_session.exists("answer.tsr")) {
            m_session.write("question.tsq", request.substr(request.find("\r\n\r\n") + 4));
            const auto made = m_session.openssl(
                {"ts", "-reply", "-config", "tsa.cnf", "-queryfile", "question.tsq", "-out", "answer.tsr"});
            if (made.status != 0)
                return "HTTP/1.1 500 Failed\r\nContent-Length: 0\r\n\r\n";
        }
        return HttpServer::ok(m_session.read("answer.tsr"));
    }

  private:
    const Session& m_session;
    std::atomic<bool> m_repeats = false;
    HttpServer m_server{[this](const std::string& request) { return answer(request); }};
};

/// A time that verifications do not have to share a second for (RFC 3339).
std::string soon() {
    return signet::client::rfc3339(std::time(nullptr) + 600);
}

std::string mail_from(const std::string& address) {
    return "From: " + address + "\nTo: bob@example.org\nSubject: A deal\nMIME-Version: 1.0\n" +
           "Content-Type: text/plain\n\nWe have a deal.\n";
}

void trust_both(Session& session) {
    session.write("trust.pem", read_file(session.root()) + session.read("tsa-ca.pem"));
}

}  // namespace

TEST_CASE("openssl ts stamps the signature of a file") {
    Session session({KeyType::p256});
    const OpensslTsa tsa(session);
    trust_both(session);
    session.write("a.txt", "All is well.\n");
    check_done(session.signet({"sign", "--timestamp", tsa.url(), "a.txt"}));
    CHECK(tsa.stamped() == 1);
    check_done(session.openssl_verify("a.txt.p7s", "a.txt"));
    const auto verified = session.signet({"verify", "--trust", "trust.pem", "--json", "a.txt.p7s"});
    check_done(verified);
    CHECK(has(verified.out, R"("policy":"1.3.6.1.4.1.99.8","intact":true,"trusted":true)"));
    CHECK(has(verified.out, R"("time_source":"timestamp")"));
    const auto text = session.signet({"verify", "--trust", "trust.pem", "--at", soon(), "a.txt.p7s"});
    check_done(text);
    // The signer at the timestamp, the TSA as asked.
    CHECK(count(text.out, ", its timestamp\n") == 1);
    CHECK(count(text.out, ", as asked\n") == 1);
}

TEST_CASE("a TSA's answer to another question, or without a certificate for timestamps, is not taken") {
    Session session({KeyType::p256});
    session.write("a.txt", "All is well.\n");
    {
        OpensslTsa tsa(session);
        tsa.repeat_answers();
        check_done(session.signet({"sign", "--timestamp", tsa.url(), "a.txt"}));
        const auto before = session.read("a.txt.p7s");
        const auto repeated = session.signet({"sign", "--timestamp", tsa.url(), "a.txt"});
        check_refused(repeated, 9);
        CHECK(has(repeated.err, "cannot stamp the signature: "));
        CHECK(session.read("a.txt.p7s") == before);
    }
    std::filesystem::remove(session.path("a.txt.p7s"));
    const OpensslTsa mailer(session, "emailProtection");
    check_refused(session.signet({"sign", "--timestamp", mailer.url(), "a.txt"}), 9);
    CHECK_FALSE(session.exists("a.txt.p7s"));
}

TEST_CASE(
    "mail is signed with a timestamp, and mail verify reports it and each countersignature as verify does") {
    Session session({KeyType::rsa2048, KeyType::p256});
    const OpensslTsa tsa(session);
    trust_both(session);
    const Identity& alice = session.alice().identity(KeyType::rsa2048);
    for (const bool opaque : {false, true}) {
        CAPTURE(opaque);
        Arguments sign{"mail", "sign", "-k", alice.label, "--timestamp", tsa.url()};
        if (opaque)
            sign.emplace_back("--opaque");
        const auto made = session.signet(sign, mail_from(alice.email));
        check_done(made);
        session.write("signed.eml", made.out);
        check_done(session.openssl(
            {"cms", "-verify", "-in", "signed.eml", "-CAfile", session.root(), "-out", "/dev/null"}));
        const auto json = session.signet({"mail", "verify", "--trust", "trust.pem", "--json"}, made.out);
        check_done(json);
        CHECK(count(json.out, R"("policy":"1.3.6.1.4.1.99.8","intact":true,"trusted":true)") == 1);
        CHECK(has(json.out, R"("time_source":"timestamp")"));
        const auto text = session.signet({"mail", "verify", "--trust", "trust.pem"}, made.out);
        check_done(text);
        CHECK(has(text.err, "timestamp of signature: holds"));
    }
    CHECK(tsa.stamped() == 2);

    // Somebody countersigns it, stamped; the message goes around it as before.
    check_done(
        session.openssl({"cms", "-cmsout", "-in", "signed.eml", "-outform", "DER", "-out", "signed.p7m"}));
    check_done(session.signet(
        {"countersign", "--timestamp", tsa.url(), "-k", session.label(KeyType::p256), "signed.p7m"}));
    check_done(session.openssl(
        {"cms", "-cmsout", "-inform", "DER", "-in", "signed.p7m", "-outform", "SMIME", "-out", "more.eml"}));
    const std::string more = "From: " + alice.email + "\n" + session.read("more.eml");
    const auto text = session.signet({"mail", "verify", "--trust", "trust.pem"}, more);
    check_done(text);
    CHECK(count(text.err, "\ntimestamp of signature: holds\n") == 1);
    CHECK(count(text.err, "\ncountersignature of signature: holds\n") == 1);
    CHECK(count(text.err, "\ntimestamp of countersignature of signature: holds\n") == 1);
    // What `signet verify` says of the signature alone, word for word.
    const Arguments as_of_one_time{"--at", soon(), "--trust", "trust.pem", "--json"};
    Arguments of_mail{"mail", "verify"};
    of_mail.insert(of_mail.end(), as_of_one_time.begin(), as_of_one_time.end());
    const auto json = session.signet(of_mail, more);
    check_done(json);
    Arguments of_signature{"verify", "signed.p7m"};
    of_signature.insert(of_signature.end(), as_of_one_time.begin(), as_of_one_time.end());
    const auto alone = session.signet(of_signature);
    check_done(alone);
    CHECK(has(json.out, R"("signature":)" + alone.out.substr(0, alone.out.size() - 1) + "}"));
    CHECK(count(alone.out, R"("policy":"1.3.6.1.4.1.99.8","intact":true,"trusted":true)") == 2);

    // Nobody knows the TSA, then: the signature holds, and its report says of the timestamp what is missing.
    const auto unknown = session.signet({"mail", "verify", "--trust", session.root()}, more);
    check_done(unknown);
    CHECK(has(unknown.err, "timestamp of signature: intact, but the signer is not trusted"));
    CHECK(has(unknown.err, "countersignature of signature: holds"));
}

TEST_CASE("a TSA is asked over https, if the system trusts its web server") {
    Session session({KeyType::p256});
    const OpensslTsa tsa(session);
    trust_both(session);
    session.write("a.txt", "All is well.\n");
    check_done(session.openssl({"req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                                "/CN=Web", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "web-key.pem",
                                "-out", "web.pem"}));
    const HttpServer web([&tsa](const std::string& request) { return tsa.answer(request); },
                         {session.path("web.pem").string(), session.path("web-key.pem").string()});
    const auto sign = [&](const std::string& anchors) {
        return session.agent().signet({"sign", "--timestamp", web.url(), "a.txt"},
                                      {.environment = {{"SSL_CERT_FILE", session.path(anchors).string()}},
                                       .folder = session.path(".")});
    };
    const auto refused = sign("tsa-ca.pem");
    check_refused(refused, 9);
    CHECK(has(refused.err, "the server's certificate does not hold: "));
    CHECK_FALSE(session.exists("a.txt.p7s"));
    CHECK(web.requests().empty());
    check_done(sign("web.pem"));
    CHECK(web.requests().size() == 1);
    const auto verified = session.signet({"verify", "--trust", "trust.pem", "a.txt.p7s"});
    check_done(verified);
    CHECK(has(verified.out, "timestamp of signature: holds"));
}

TEST_CASE("mail whose signature is not stamped as asked is not written") {
    Session session({KeyType::rsa2048});
    const Identity& alice = session.alice().identity(KeyType::rsa2048);
    const auto failed = session.signet(
        {"mail", "sign", "--timestamp", "http://127.0.0.1:1/", "-o", "signed.eml"}, mail_from(alice.email));
    check_refused(failed, 9);
    CHECK_FALSE(session.exists("signed.eml"));
}
