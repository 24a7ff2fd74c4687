#include "client/commands/cms_commands.h"
#include "cms/asn1/der.h"
#include "cms/signed_data_parts.h"
#include "cms/signer_info_parts.h"
#include "cms/verification_reason.h"
#include "tests/client/commands/session.h"
#include "tests/client/expect_error.h"
#include "tests/fixtures/software_key.h"
#include "tests/fixtures/test_ca.h"

using namespace signet;
using namespace signet::tests;

namespace {

/// p11-kit's program is not found there.
const Environment without_system_anchors{{"PATH", "/nonexistent"}};

/// Bob signs with a key in a file, by somebody else's program.
class Bob {
  public:
    explicit Bob(const Session& session) : m_session(session) {
        CertificateRequest request;
        request.public_key_pem = make_software_key(KeyType::p256, session.path("bob.key"));
        request.common_name = "Bob";
        request.email = "bob@example.org";
        m_certificate = m_ca.issue(request);
    }

    /// Signs `input` into `output`; `options` are those of `openssl cms`.
    void sign(const std::string& input, const std::string& output, const Arguments& options = {}) const {
        Arguments argv{"openssl",  "cms",
                       "-sign",    "-binary",
                       "-md",      "sha256",
                       "-outform", "DER",
                       "-in",      input,
                       "-out",     output,
                       "-signer",  m_certificate.pem,
                       "-inkey",   m_session.path("bob.key")};
        argv.insert(argv.end(), options.begin(), options.end());
        m_session.run_here(argv);
    }

    [[nodiscard]] std::string root() const { return m_ca.root(); }

  private:
    const Session& m_session;
    TestCa m_ca;
    IssuedCertificate m_certificate;
};

}  // namespace

TEST_CASE("A good signature verifies, with a report") {
    const Session session;
    const Bob bob(session);
    session.write("a", "content");
    bob.sign("a", "a.p7s");
    for (const Arguments& operands : std::vector<Arguments>{{"a.p7s"}, {"a.p7s", "a"}}) {
        Arguments arguments{"verify", "--trust", bob.root()};
        arguments.insert(arguments.end(), operands.begin(), operands.end());
        const ProcessResult result = session.signet(arguments);
        CHECK(result.err.empty());
        CHECK(result.status == 0);
        CHECK(result.out.starts_with("signature: holds\n"));
        CHECK(result.out.find("  address     bob@example.org\n") != std::string::npos);
    }
    CHECK(session.signet({"verify", "--trust", bob.root(), "a.p7s", "-"}, "content").status == 0);
    CHECK(session.signet({"verify", "--trust", bob.root(), "-", "a"}, session.read("a.p7s")).status == 0);
}

TEST_CASE("Without trust anchors the signer is not trusted, and that is said") {
    const Session session;
    const Bob bob(session);
    session.write("a", "content");
    bob.sign("a", "a.p7s");
    const ProcessResult result = session.signet({"verify", "a.p7s"}, {}, without_system_anchors);
    CHECK(result.status == 1);
    CHECK(result.out.starts_with("signature: intact, but the signer is not trusted\n"));
    CHECK(result.err ==
          "signet: a.p7s does not verify: signer not trusted: no trust anchors given; name the authority's "
          "certificate with --trust\n");

    // Whom one trusts does not mend what was altered.
    session.write("other", "another content");
    const ProcessResult altered = session.signet({"verify", "a.p7s", "other"}, {}, without_system_anchors);
    CHECK(altered.status == 1);
    CHECK(altered.err == "signet: a.p7s does not verify: the content is not what was signed\n");

    const ProcessResult json = session.signet({"verify", "--json", "a.p7s"}, {}, without_system_anchors);
    CHECK(json.status == 1);
    CHECK(json.out.starts_with(
        R"({"holds":false,"content_type":"1.2.840.113549.1.7.1","signers":[{"intact":true,)"
        R"("trusted":false,"reasons":[{"reason":"no-trust-anchors","text":"signer not trusted: no trust anchors given"}],)"));
    CHECK(json.out.find(R"("email":["bob@example.org"])") != std::string::npos);
}

TEST_CASE("Programs are told the reason in a word, which --help names") {
    const Session session;
    const Bob bob(session);
    session.write("a", "content");
    bob.sign("a", "a.p7s");
    const std::string help = session.signet({"verify", "--help"}).out;
    for (int code = 0; code <= static_cast<int>(cms::ReasonCode::no_trust_anchors); ++code) {
        const std::string token(cms::reason_token(static_cast<cms::ReasonCode>(code)));
        CAPTURE(token);
        const std::size_t place = help.find(token);
        REQUIRE(place != std::string::npos);
        CHECK(std::string_view(",.").find(help.at(place + token.size())) != std::string_view::npos);
    }
    const auto reason_in = [&](const Arguments& options) {
        Arguments arguments{"verify", "--json"};
        arguments.insert(arguments.end(), options.begin(), options.end());
        const ProcessResult result = session.signet(arguments, {}, without_system_anchors);
        CHECK(result.status == 1);
        const std::string key = R"("reasons":[{"reason":")";
        const std::size_t begin = result.out.find(key);
        REQUIRE(begin != std::string::npos);
        const std::size_t end = result.out.find('"', begin + key.size());
        return result.out.substr(begin + key.size(), end - begin - key.size());
    };
    const TestCa stranger;
    CHECK(reason_in({"a.p7s"}) == "no-trust-anchors");
    CHECK(reason_in({"--trust", stranger.root(), "a.p7s"}) == "issuer-untrusted");
    CHECK(reason_in({"--trust", bob.root(), "--at", "2101-01-01T00:00:00Z", "a.p7s"}) ==
          "certificate-expired");
    session.write("a", "altered");
    CHECK(reason_in({"--trust", bob.root(), "a.p7s"}) == "content-altered");
}

TEST_CASE("Altered content, another authority and another time do not verify") {
    const Session session;
    const Bob bob(session);
    session.write("a", "content");
    bob.sign("a", "a.p7s");
    const TestCa stranger;
    const ProcessResult untrusted = session.signet({"verify", "--trust", stranger.root(), "a.p7s"});
    CHECK(untrusted.status == 1);
    CHECK(untrusted.err.starts_with("signet: a.p7s does not verify: the signer's certificate ("));
    CHECK(untrusted.err.ends_with(") was issued by nobody who is trusted here\n"));
    CHECK(session.signet({"verify", "--trust", bob.root(), "--at", "2001-01-01T00:00:00Z", "a.p7s"}).status ==
          1);
    session.write("a", "altered");
    const ProcessResult altered = session.signet({"verify", "--trust", bob.root(), "a.p7s"});
    CHECK(altered.status == 1);
    CHECK(altered.out.starts_with("signature: does not hold\n"));
    CHECK(altered.err.starts_with("signet: a.p7s does not verify: "));
}

TEST_CASE("Attached content comes out only if all holds") {
    const Session session;
    const Bob bob(session);
    session.write("a", "content");
    bob.sign("a", "a.p7m", {"-nodetach"});
    CHECK(session.signet({"verify", "--trust", bob.root(), "-o", "-", "a.p7m"}).out == "content");
    CHECK(session.signet({"verify", "--trust", bob.root(), "-o", "out", "a.p7m"}).status == 0);
    CHECK(session.read("out") == "content");

    const ProcessResult untrusted = session.signet({"verify", "-o", "-", "a.p7m"});
    CHECK(untrusted.status == 1);
    CHECK(untrusted.out.empty());
    CHECK(session.signet({"verify", "-o", "new", "a.p7m"}).status == 1);
    CHECK(session.files().count("new") == 0);
}

TEST_CASE("The content replaces neither the signature nor the authorities' certificates") {
    const Session session;
    const Bob bob(session);
    session.write("a", "content");
    session.write("ca.pem", read_file(bob.root()));
    bob.sign("a", "a.p7m", {"-nodetach"});
    for (const char* output : {"ca.pem", "a.p7m"})
        CHECK(session.signet({"verify", "--trust", "ca.pem", "-o", output, "a.p7m"}).status == 2);
    CHECK(session.signet({"mail", "verify", "--trust", "ca.pem", "-o", "ca.pem"}, "").status == 2);
    CHECK(session.read("ca.pem") == read_file(bob.root()));
}

TEST_CASE("A file that is not what the signature is over is not passed for verified") {
    const Session session;
    const Bob bob(session);
    session.write("a", "content");
    session.write("b", "other");
    bob.sign("a", "a.p7m", {"-nodetach"});
    bob.sign("a", "signature");
    CHECK(session.signet({"verify", "--trust", bob.root(), "a.p7m", "b"}).status == 2);
    CHECK(session.signet({"verify", "--trust", bob.root(), "signature"}).status == 2);
    bob.sign("a", "a.p7s");
    CHECK(session.signet({"verify", "--trust", bob.root(), "-o", "out", "a.p7s"}).status == 2);
    CHECK(session.files().count("out") == 0);
}

TEST_CASE("A signature with a content of its own says nothing of the file it is named after") {
    const Session session;
    const Bob bob(session);
    session.write("a", "content");
    session.write("contract.pdf", "forged");
    bob.sign("a", "contract.pdf.p7s", {"-nodetach"});
    const ProcessResult result = session.signet({"verify", "--trust", bob.root(), "contract.pdf.p7s"});
    CHECK(result.status == 1);
    CHECK(result.out.empty());
    bob.sign("a", "alone.p7s", {"-nodetach"});
    CHECK(session.signet({"verify", "--trust", bob.root(), "alone.p7s"}).status == 0);
}

TEST_CASE("A signature in PEM verifies too") {
    const Session session;
    const Bob bob(session);
    session.write("a", "content");
    bob.sign("a", "a.p7s", {"-outform", "PEM"});
    REQUIRE(session.read("a.p7s").starts_with("-----BEGIN CMS-----"));
    CHECK(session.signet({"verify", "--trust", bob.root(), "a.p7s"}).status == 0);
}

TEST_CASE("Of a countersignature that cannot be read, only that is said") {
    const Session session;
    const Bob bob(session);
    session.write("a", "content");
    bob.sign("a", "a.p7s");
    const std::string whole = session.read("a.p7s");
    cms::SignedDataParts parts = cms::read_parts(cms::as_bytes(whole));
    parts.signer_infos.front() =
        cms::with_countersignature(parts.signer_infos.front(), cms::asn1::integer(1));
    session.write("a.p7s", cms::as_text(cms::detached_signed_data(parts)));
    const ProcessResult text = session.signet({"verify", "--trust", bob.root(), "a.p7s"});
    CHECK(text.status == 0);
    CHECK(
        text.out.ends_with("\n\ncountersignature of signature: does not hold\n"
                           "  why not     The signature cannot be read: malformed countersignature.\n"));
    const ProcessResult json = session.signet({"verify", "--trust", bob.root(), "--json", "a.p7s"});
    CHECK(json.status == 0);
    CHECK(json.out.starts_with(R"({"holds":true,)"));
    CHECK(json.out.find(R"("countersignatures":[{"intact":false,"trusted":false,)"
                        R"("reasons":[{"reason":"signature-unreadable",)") != std::string::npos);
    CHECK(json.out.find(R"("digest_algorithm":null,"signature_algorithm":null,)") != std::string::npos);
}

TEST_CASE("A signature cut at any byte is malformed") {
    const Session session;
    const Bob bob(session);
    session.write("a", "content");
    const Arguments form = GENERATE(Arguments{}, Arguments{"-nodetach"}, Arguments{"-nodetach", "-stream"});
    bob.sign("a", "a.p7s", form);
    const std::string whole = session.read("a.p7s");
    for (std::size_t length = 0; length < whole.size(); ++length) {
        session.write("a.p7s", std::string_view(whole).substr(0, length));
        const auto verify = [&] {
            client::commands::verify(
                {"--trust", bob.root(), "-o", session.path("out"), session.path("a.p7s")});
        };
        INFO("cut after " << length << " of " << whole.size() << " bytes");
        REQUIRE(exit_status_of(verify) == 8);
    }
    CHECK(session.files() == std::set<std::string>{"a", "a.p7s", "bob.key"});
}
