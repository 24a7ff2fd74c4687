// What a signer says besides the content: asked for on the command line, encoded by the agent, read by
// openssl.
#include "tests/end_to_end/raw_client.h"
#include "tests/end_to_end/session.h"

using namespace signet::tests;

namespace {

/// What openssl prints of a signature.
std::string printed(Session& session, const std::string& signature) {
    const ProcessResult result =
        session.openssl({"cms", "-cmsout", "-print", "-inform", "DER", "-in", signature});
    check_done(result);
    return result.out;
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("what a signer is asked to say is signed, and recorded") {
    Session session({KeyType::p256});
    session.write("a.txt", "All is well.\n");
    session.write("policy.txt", "Who signs means it.\n");
    check_done(session.signet({"sign",
                               "--content-hint",
                               "Weekly report",
                               "--content-identifier",
                               "report-17",
                               "--policy",
                               "1.3.6.1.4.1.99.1:policy.txt",
                               "--policy-uri",
                               "https://example.org/policy",
                               "--commitment",
                               "proof-of-origin",
                               "--capabilities",
                               "--label",
                               "1.3.6.1.4.1.99.2/3",
                               "--privacy-mark",
                               "Board only",
                               "--category",
                               "1.3.6.1.4.1.99.3=HR",
                               "--equivalent-label",
                               "1.3.6.1.4.1.99.4/1",
                               "--request-receipt",
                               "alice@example.org",
                               "--receipts-from",
                               "bob@example.org",
                               "a.txt"}));
    check_done(session.openssl_verify("a.txt.p7s", "a.txt"));
    const std::string text = printed(session, "a.txt.p7s");
    for (const char* part :
         {"id-smime-aa-contentHint", "Weekly report", "id-smime-aa-contentIdentifier",
          "id-smime-aa-ets-sigPolicyId", "1.3.6.1.4.1.99.1", "https://example.org/policy",
          "id-smime-aa-ets-commitmentType", "id-smime-cti-ets-proofOfOrigin", "S/MIME Capabilities",
          "aes-256-gcm", "id-smime-aa-securityLabel", "1.3.6.1.4.1.99.2", "Board only",
          "id-smime-aa-equivalentLabels", "1.3.6.1.4.1.99.4", "id-smime-aa-receiptRequest"}) {
        CAPTURE(part);
        CHECK(has(text, part));
    }
    const ProcessResult said = session.signet({"verify", "--trust", session.root(), "a.txt.p7s"});
    check_done(said);
    CHECK(has(said.out, "  commitment  proof-of-origin\n"));
    const ProcessResult digest = session.openssl({"dgst", "-sha256", "-binary", "policy.txt"});
    const std::string signature = session.read("a.txt.p7s");
    CHECK(digest.out.size() == 32);
    CHECK(has(signature, digest.out));
    CHECK(has(signature, "report-17"));
    CHECK(session
              .openssl({"cms", "-verify", "-receipt_request_print", "-inform", "DER", "-in", "a.txt.p7s",
                        "-content", "a.txt", "-binary", "-CAfile", session.root(), "-out", "out"})
              .status == 0);
    CHECK(signet::tests::audit_records(session.agent(), "sign", "begun", "label 1.3.6.1.4.1.99.2/3") == 1);
    CHECK(signet::tests::audit_records(session.agent(), "sign", "begun",
                                       "receipt request to alice@example.org") == 1);
    CHECK(signet::tests::audit_records(session.agent(), "sign", "begun",
                                       "signature policy 1.3.6.1.4.1.99.1") == 1);
}

TEST_CASE("each file of a batch has an identifier of its own to be confirmed by") {
    Session session({KeyType::p256});
    session.write("a.txt", "one\n");
    session.write("b.txt", "two\n");
    check_done(session.signet({"sign", "--request-receipt", "alice@example.org", "a.txt", "b.txt"}));
    const auto identifier = [&](const std::string& name) {
        const std::string der = session.read(name);
        const std::string type("\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x02\x07", 13);
        const auto place = der.find(type);
        REQUIRE(place != std::string::npos);
        // SET and OCTET STRING, both short.
        return der.substr(place + type.size(), 4 + 32);
    };
    CHECK(identifier("a.txt.p7s") != identifier("b.txt.p7s"));
    // The request names the same.
    const std::string octets = identifier("a.txt.p7s").substr(2);
    const std::string der = session.read("a.txt.p7s");
    CHECK(der.find(octets) != der.rfind(octets));

    check_refused(session.signet({"sign", "--content-identifier", "same", "a.txt", "b.txt"}), 2);
}

TEST_CASE("attributes that cannot be are refused before anything is signed") {
    Session session({KeyType::p256});
    session.write("a.txt", "All is well.\n");
    const auto refused = [&](const Arguments& options, int status) {
        Arguments arguments{"sign"};
        arguments.insert(arguments.end(), options.begin(), options.end());
        arguments.push_back("a.txt");
        CAPTURE(options.front());
        check_refused(session.signet(arguments), status);
    };
    refused({"--label", "secret"}, 2);
    refused({"--label", "1.2.3/257"}, 2);
    refused({"--privacy-mark", "mine"}, 2);
    refused({"--policy", "1.2.3"}, 2);
    refused({"--policy", "1.2.3:nothing.txt"}, 9);
    refused({"--commitment", "proof-of-everything"}, 2);
    refused({"--receipts-from", "all"}, 2);
    refused({"--request-receipt", "not an address"}, 2);
    refused({"--content-identifier", std::string(257, 'x')}, 2);
    refused({"--label", "1.2.3/1", "--category", "1.2.4:der=3080"}, 2);
    refused({"-k", session.label(KeyType::p256), "-k", session.alice().identity(KeyType::p256).email}, 2);
    // An OID must begin with 0, 1 or 2.
    refused({"--label", "9.9.9"}, 2);
    CHECK(session.files() == std::vector<std::string>{"a.txt"});
    CHECK(session.audit_records("sign", "begun") == 0);
}

TEST_CASE("the certificate that a signer means is one for signet and for openssl") {
    Session session({KeyType::rsa2048, KeyType::p256});
    const SoftwareIdentity bob = software_identity(session.alice().ca(), KeyType::p256, session.path("."));
    session.write("a.txt", "All is well.\n");
    for (const Identity& alice : session.alice().identities()) {
        CAPTURE(alice.label);
        check_done(session.signet({"sign", "-k", alice.label, "a.txt"}));
        check_done(
            session.openssl({"cms", "-verify", "-cades", "-inform", "DER", "-in", "a.txt.p7s", "-content",
                             "a.txt", "-binary", "-CAfile", session.root(), "-out", "out"}));
    }
    check_done(session.openssl({"cms", "-sign", "-cades", "-binary", "-in", "a.txt", "-signer",
                                bob.certificate, "-inkey", bob.key, "-outform", "DER", "-out", "bob.p7s"}));
    CHECK(has(printed(session, "bob.p7s"), "id-smime-aa-signingCertificateV2"));
    check_done(session.signet({"verify", "--trust", session.root(), "bob.p7s", "a.txt"}));
}

TEST_CASE("what a client hands on of an expansion history is read before it is signed") {
    Session session({KeyType::p256});
    RawClient client(session.agent().socket());
    client.send(frame(hello()));
    REQUIRE(client.receive());
    const auto status_of = [&](const std::string& before) {
        auto request = sign_request();
        request.mutable_sign()->mutable_attributes()->mutable_expansion()->add_before(before);
        client.send(frame(request));
        const auto message = client.receive();
        REQUIRE(message);
        signet::agent::protocol::Reply reply;
        REQUIRE(reply.ParseFromString(*message));
        return reply.status();
    };
    // An MLData with a key identifier and a time, in DER.
    const std::string whole = std::string("\x30\x17\x04\x04\x01\x02\x03\x04\x18\x0f", 10) + "20260101000000Z";
    CHECK(status_of(whole) == signet::agent::protocol::DONE);
    CHECK(status_of(whole.substr(0, whole.size() - 1)) == signet::agent::protocol::MALFORMED);
    CHECK(status_of(whole + "x") == signet::agent::protocol::MALFORMED);
    // The same in BER: a length in two octets.
    CHECK(status_of(std::string("\x30\x81", 2) + whole.substr(1)) == signet::agent::protocol::MALFORMED);
    CHECK(status_of("rubbish") == signet::agent::protocol::MALFORMED);
    CHECK(session.audit_records("sign", "begun") == 1);
}
