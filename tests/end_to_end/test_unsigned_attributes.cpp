// What is added to a signature, and by whom: timestamps.
#include <algorithm>
#include <ctime>

#include "tests/cms/timestamp_authority.h"
#include "tests/end_to_end/session.h"
#include "tests/fixtures/http_server.h"

#include "cms/pem.h"

using namespace signet::tests;
using signet::cms::as_bytes;
using signet::cms::as_text;
using signet::cms::test::CertificateAuthority;
using signet::cms::test::TimestampAuthority;

namespace {

bool says(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (auto place = text.find(part); place != std::string::npos; place = text.find(part, place + 1))
        ++found;
    return found;
}

/// A TSA on the loopback interface, and a file `trust.pem` with its root and Alice's.
struct StampedSession {
    explicit StampedSession(const std::vector<KeyType>& types) : session(types) {
        session.write("a.txt", "All is well.\n");
        session.write("trust.pem",
                      read_file(session.root()) + signet::cms::pem("CERTIFICATE", root.certificate().der()));
    }

    Session session;
    CertificateAuthority root{"TSA Root"};
    TimestampAuthority tsa{root};
    HttpServer server{[this](const std::string& request) -> std::optional<std::string> {
        const std::string body = request.substr(request.find("\r\n\r\n") + 4);
        const auto answer = tsa.answer(as_bytes(body), std::time(nullptr));
        return HttpServer::ok(std::string(as_text(answer)));
    }};
};

}  // namespace

TEST_CASE("signet sign --timestamp has each signature stamped, detached and attached") {
    StampedSession stamped({KeyType::rsa2048, KeyType::p256});
    const Session& session = stamped.session;
    const std::string url = stamped.server.url("/tsa");
    const Arguments both{"-k", session.label(KeyType::rsa2048), "-k", session.label(KeyType::p256)};
    Arguments sign{"sign", "--timestamp", url, "a.txt"};
    sign.insert(sign.end(), both.begin(), both.end());
    check_done(session.signet(sign));
    CHECK(stamped.server.requests() == std::vector<std::string>(2, "POST /tsa HTTP/1.1"));
    check_done(stamped.session.openssl_verify("a.txt.p7s", "a.txt"));
    const ProcessResult json = session.signet({"verify", "--trust", "trust.pem", "--json", "a.txt.p7s"});
    check_done(json);
    CHECK(count(json.out, R"("timestamps":[{"stamped":")") == 2);
    CHECK(count(json.out, R"("time_source":"timestamp")") == 2);
    CHECK(count(json.out, R"("policy":"1.3.6.1.4.1.99.7","intact":true,"trusted":true)") == 2);

    sign.emplace_back("--attached");
    check_done(session.signet(sign));
    const ProcessResult text = session.signet({"verify", "--trust", "trust.pem", "-o", "out", "a.txt.p7m"});
    check_done(text);
    CHECK(session.read("out") == "All is well.\n");
    CHECK(count(text.out, "timestamp of signature 1: holds") == 1);
    CHECK(count(text.out, "timestamp of signature 2: holds") == 1);

    // The TSA is nobody whom we know: said, and no reason against the signature.
    const ProcessResult unknown = session.signet({"verify", "--trust", stamped.session.root(), "a.txt.p7s"});
    check_done(unknown);
    CHECK(says(unknown.out, "timestamp of signature 1: intact, but the signer is not trusted"));
}

TEST_CASE("Without the TSA's answer nothing is written") {
    StampedSession stamped({KeyType::p256});
    const Session& session = stamped.session;
    const auto before = session.files();
    const HttpServer silent([](const std::string&) { return HttpServer::ok("no timestamp"); });
    for (const std::string& url : {silent.url(), std::string("http://127.0.0.1:1/")}) {
        const ProcessResult result = session.signet({"sign", "--timestamp", url, "a.txt"});
        check_refused(result, 9);
        CHECK(says(result.err, "signet: cannot stamp the signature: "));
    }
    check_refused(session.signet({"sign", "--timestamp", "https://example.org", "a.txt"}), 2);
    CHECK(session.files() == before);
}
