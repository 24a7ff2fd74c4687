#include "tests/client/commands/session.h"
#include "tests/client/fake_agent.h"

using namespace signet;
using namespace signet::tests;
namespace protocol = agent::protocol;

namespace {

void fill(protocol::Token& token) {
    token.set_uri("pkcs11:token=alice");
    token.set_label("alice");
    token.set_manufacturer("SoftHSM project");
    token.set_model("SoftHSM v2");
    token.set_serial("0815");
    token.set_module("softhsm");
    token.set_state("locked");
}

protocol::Reply catalogue(const protocol::Request&) {
    protocol::Reply reply;
    protocol::ListReply& list = *reply.mutable_list();
    fill(*list.add_tokens());
    protocol::Identity& identity = *list.add_identities();
    identity.set_uri("pkcs11:token=alice;object=mail");
    identity.set_label("mail");
    identity.set_subject("CN=Alice");
    identity.add_email("alice@example.org");
    identity.set_key_type("P-256");
    identity.add_usage("sign");
    identity.add_usage("decrypt");
    identity.set_not_before(1795377600);
    identity.set_not_after(1795381200);
    identity.set_fingerprint(std::string(32, '\xab'));
    identity.add_token("pkcs11:token=alice");
    identity.add_chain("CN=Middle CA");
    identity.set_file("/etc/mail.pem");
    protocol::Certificate& certificate = *list.add_certificates();
    certificate.set_uri("pkcs11:object=other");
    certificate.set_label("other");
    certificate.set_subject("CN=Bob");
    certificate.add_email("bob@example.org");
    certificate.set_key_type("RSA-2048");
    certificate.set_not_before(1795377600);
    certificate.set_not_after(1795381200);
    certificate.set_fingerprint("\xcd\xcd");
    certificate.set_token("pkcs11:token=alice");
    certificate.set_note("its token has no private key for it");
    list.add_identities()->set_label("key\nwithout certificate");
    list.add_notes("token alice: a key of unknown type was skipped");
    return reply;
}

protocol::Reply agent_status(const protocol::Request&) {
    protocol::Reply reply;
    protocol::StatusReply& status = *reply.mutable_agent_status();
    status.set_version("0.1.0");
    status.set_pid(42);
    status.set_uptime_seconds(3725);
    status.set_clients(1);
    status.set_signatures(7);
    protocol::Host& host = *status.add_hosts();
    host.set_module("softhsm");
    host.set_pid(43);
    host.set_state("running");
    host.set_sessions(4);
    fill(*status.add_tokens());
    return reply;
}

}  // namespace

TEST_CASE("A list for people") {
    const FakeAgent agent(FakeAgent::answering(catalogue));
    const ProcessResult result = Session(agent.socket()).signet({"list"});
    CHECK(result.status == 0);
    CHECK(result.err == "signet: warning: token alice: a key of unknown type was skipped\n");
    CHECK(result.out ==
          "token alice: locked\n"
          "  hardware    SoftHSM project, SoftHSM v2, 0815\n"
          "  module      softhsm\n"
          "  uri         pkcs11:token=alice\n"
          "\n"
          "identity alice@example.org\n"
          "  subject     CN=Alice\n"
          "  label       mail\n"
          "  key         P-256\n"
          "  usage       sign, decrypt\n"
          "  valid       2026-11-22T20:00:00Z to 2026-11-22T21:00:00Z\n"
          "  fingerprint abababababababab\n"
          "  token       pkcs11:token=alice\n"
          "  file        /etc/mail.pem\n"
          "  chain       CN=Middle CA\n"
          "  uri         pkcs11:token=alice;object=mail\n"
          "\n"
          "identity key\\nwithout certificate\n"
          "  label       key\\nwithout certificate\n"
          "\n"
          "certificate bob@example.org\n"
          "  subject     CN=Bob\n"
          "  label       other\n"
          "  key         RSA-2048\n"
          "  valid       2026-11-22T20:00:00Z to 2026-11-22T21:00:00Z\n"
          "  fingerprint cdcd\n"
          "  token       pkcs11:token=alice\n"
          "  uri         pkcs11:object=other\n"
          "  note        no key: its token has no private key for it\n");
}

TEST_CASE("A list for programs") {
    const FakeAgent agent(FakeAgent::answering(catalogue));
    const ProcessResult result = Session(agent.socket()).signet({"list", "--json"});
    CHECK(result.status == 0);
    CHECK(result.err.empty());
    std::string fingerprint;
    for (int i = 0; i < 32; ++i)
        fingerprint += "ab";
    CHECK(
        result.out ==
        R"({"tokens":[{"uri":"pkcs11:token=alice","label":"alice","manufacturer":"SoftHSM project",)"
        R"("model":"SoftHSM v2","serial":"0815","module":"softhsm","state":"locked"}],"identities":[)"
        R"({"uri":"pkcs11:token=alice;object=mail","label":"mail","subject":"CN=Alice",)"
        R"("email":["alice@example.org"],"key_type":"P-256","usage":["sign","decrypt"],)"
        R"("not_before":"2026-11-22T20:00:00Z","not_after":"2026-11-22T21:00:00Z","fingerprint":")" +
            fingerprint +
            R"(","tokens":["pkcs11:token=alice"],"chain":["CN=Middle CA"],"file":"/etc/mail.pem","note":""},)"
            R"({"uri":"","label":"key\u000awithout certificate","subject":"","email":[],"key_type":"",)"
            R"("usage":[],"not_before":null,"not_after":null,"fingerprint":"","tokens":[],"chain":[],"file":"","note":""}],)"
            R"("keys":[],"certificates":[{"uri":"pkcs11:object=other","label":"other","subject":"CN=Bob",)"
            R"("email":["bob@example.org"],"key_type":"RSA-2048","not_before":"2026-11-22T20:00:00Z",)"
            R"("not_after":"2026-11-22T21:00:00Z","fingerprint":"cdcd","token":"pkcs11:token=alice","file":"",)"
            R"("note":"its token has no private key for it"}],"notes":["token alice: a key of unknown type was skipped"]})"
            "\n");
}

TEST_CASE("No token at all is said") {
    const FakeAgent agent(FakeAgent::answering([](const auto&) { return protocol::Reply(); }));
    const ProcessResult result = Session(agent.socket()).signet({"list"});
    CHECK(result.status == 0);
    CHECK(result.out.empty());
    CHECK(result.err ==
          "signet: warning: the agent sees no token: insert one, or name its module in the configuration\n");
}

TEST_CASE("A status for people and for programs") {
    const FakeAgent agent(FakeAgent::answering(agent_status));
    const Session session(agent.socket());
    CHECK(session.signet({"status"}).out ==
          "agent 0.1.0\n"
          "  pid         42\n"
          "  running     1 h 2 min\n"
          "  clients     1\n"
          "  queued      0\n"
          "  signatures  7\n"
          "  unwrapped   0\n"
          "  refused     0\n"
          "  failed      0\n"
          "\n"
          "module softhsm: running\n"
          "  pid         43\n"
          "  sessions    4\n"
          "  outstanding 0\n"
          "  restarts    0\n"
          "\n"
          "token alice: locked\n"
          "  hardware    SoftHSM project, SoftHSM v2, 0815\n"
          "  module      softhsm\n"
          "  uri         pkcs11:token=alice\n");
    CHECK(session.signet({"status", "--json"}).out ==
          R"({"version":"0.1.0","pid":42,"uptime_seconds":3725,"clients":1,"queued":0,"signatures":7,)"
          R"("unwrapped_keys":0,"refused":0,"failed":0,"hosts":[{"module":"softhsm","pid":43,)"
          R"("state":"running","restarts":0,"outstanding":0,"sessions":4,"trouble":""}],"tokens":[)"
          R"({"uri":"pkcs11:token=alice","label":"alice","manufacturer":"SoftHSM project",)"
          R"("model":"SoftHSM v2","serial":"0815","module":"softhsm","state":"locked"}]})"
          "\n");
}
