#include "tests/client/commands/person.h"
#include "tests/client/fake_agent.h"

using namespace signet;
using namespace signet::tests;
namespace protocol = agent::protocol;

namespace {

/// "Signs" by naming the digest's place in the batch.
protocol::Reply numbered_signatures(const protocol::Request& request) {
    protocol::Reply reply;
    for (int i = 0; i < request.sign().digest_size(); ++i)
        reply.mutable_sign()->add_signed_data("signature " + std::to_string(i));
    return reply;
}

/// An argument that no terminal in UTF-8 shows.
const std::string not_utf8 =
    "b\xf6"
    "b";

}  // namespace

TEST_CASE("Several files are one request, and each gets its signature") {
    const FakeAgent agent(FakeAgent::answering(numbered_signatures));
    const Session session(agent.socket());
    session.write("a", "one");
    session.write("b", "two");
    const ProcessResult result =
        session.signet({"sign", "-k", "alice@example.org", "-k", "bob@example.org", "--rsa-pss", "a", "b"});
    CHECK(result.status == 0);
    CHECK(result.out.empty());
    CHECK(result.err.empty());
    CHECK(session.read("a.p7s") == "signature 0");
    CHECK(session.read("b.p7s") == "signature 1");
    CHECK(session.files() == std::set<std::string>{"a", "a.p7s", "b", "b.p7s"});

    const auto signings = agent.signings();
    REQUIRE(signings.size() == 1);
    const protocol::Sign& sign = signings[0];
    CHECK(sign.identity_size() == 2);
    CHECK(sign.rsa_scheme() == protocol::PSS);
    CHECK(sign.digest_size() == 2);
    CHECK(sign.digest(0).size() == 32);
}

TEST_CASE("A signature goes where -o says, standard input is a file, and `--` ends the options") {
    const FakeAgent agent(FakeAgent::answering(numbered_signatures));
    const Session session(agent.socket());
    session.write("-a", "one");
    CHECK(session.signet({"sign", "-"}, "content").out == "signature 0");
    CHECK(session.signet({"sign", "-o", "here", "-"}, "content").out.empty());
    CHECK(session.read("here") == "signature 0");
    CHECK(session.signet({"sign", "-o", "-", "--", "-a"}).out == "signature 0");
    CHECK(session.files() == std::set<std::string>{"-a", "here"});
    const auto signings = agent.signings();
    CHECK(signings.at(0).digest(0) == signings.at(1).digest(0));
}

TEST_CASE("What the agent refuses becomes its exit status and one line, and no file") {
    struct Case {
        protocol::Status status;
        int exit_status;
    };
    for (const Case& c :
         {Case{protocol::NO_IDENTITY, 4}, Case{protocol::AMBIGUOUS_IDENTITY, 4},
          Case{protocol::PIN_INCORRECT, 5}, Case{protocol::PIN_LOCKED, 5}, Case{protocol::PIN_CANCELLED, 5},
          Case{protocol::PIN_UNAVAILABLE, 5}, Case{protocol::TOKEN_ABSENT, 6},
          Case{protocol::TOKEN_FAILED, 6}, Case{protocol::TOKEN_CANNOT, 6}, Case{protocol::REFUSED, 7},
          Case{protocol::MALFORMED, 2}, Case{protocol::UNKNOWN_TYPE, 8}, Case{protocol::AUDIT_FAILED, 9},
          Case{protocol::INTERNAL, 9}, Case{protocol::STOPPING, 9},
          Case{static_cast<protocol::Status>(99), 9}}) {
        CAPTURE(c.status);
        const FakeAgent agent(FakeAgent::answering(
            [&c](const auto&) { return refusal(c.status, "the reason\nof it", "the advice"); }));
        const Session session(agent.socket());
        session.write("a", "content");
        session.write("a.p7s", "old");
        check_fails(session.signet({"sign", "a"}), c.exit_status,
                    "cannot sign: the reason\\nof it; the advice");
        CHECK(session.read("a.p7s") == "old");
        CHECK(session.files() == std::set<std::string>{"a", "a.p7s"});
    }
}

TEST_CASE("Of a batch nothing appears if one file is missing or one output cannot be written") {
    const FakeAgent agent(FakeAgent::answering(numbered_signatures));
    const Session session(agent.socket());
    session.write("a", "content");
    session.write("b", "content");
    check_fails(session.signet({"sign", "a", "missing"}), 9,
                "cannot read missing: No such file or directory; check the path");
    CHECK(agent.signings().empty());
    std::filesystem::create_directory(session.path("b.p7s"));
    check_fails(session.signet({"sign", "a", "b"}), 9,
                "cannot write b.p7s: it is a folder; name another file with -o");
    CHECK(session.files() == std::set<std::string>{"a", "b", "b.p7s"});
}

TEST_CASE("Nothing is signed if a signature would replace what is to be signed") {
    const FakeAgent agent(FakeAgent::answering(numbered_signatures));
    const Session session(agent.socket());
    const auto usage = "; usage: signet sign [-k ID]... [--attached] [--add EXISTING] [-o OUT] FILE...";
    session.write("a", "content");
    session.write("a.p7s", "older");
    session.write("a.p7m", "older");
    check_fails(
        session.signet({"sign", "a", "a.p7s"}), 2,
        std::string("sign: 'a.p7s' is to be signed, and the signature of 'a' would replace it") + usage);
    CHECK(session.signet({"sign", "--attached", "a.p7m", "a"}).status == 2);
    CHECK(session.signet({"sign", "-o", "a", "a"}).status == 2);
    CHECK(session.signet({"sign", "-o", "./a", "a"}).status == 2);
    std::filesystem::create_symlink("a", session.path("link"));
    CHECK(session.signet({"sign", "-o", "link", "a"}).status == 2);
    std::filesystem::create_hard_link(session.path("a.p7s"), session.path("twin"));
    CHECK(session.signet({"sign", "a", "twin"}).status == 2);
    session.run_here({"sh", "-c", R"(SIGNET_SOCKET="$1" "$0" sign -o a - < a; [ $? = 2 ])", program("signet"),
                      session.socket()});
    CHECK(agent.received().empty());
    CHECK(session.read("a") == "content");
    CHECK(session.read("a.p7s") == "older");
    CHECK(session.signet({"sign", "a"}).status == 0);
    CHECK(session.read("a.p7s") == "signature 0");
    CHECK(session.signet({"sign", "a.p7s"}).status == 0);
}

TEST_CASE("Nothing is signed if a signature would replace the policy that it is under") {
    const FakeAgent agent(FakeAgent::answering(numbered_signatures));
    const Session session(agent.socket());
    session.write("a", "content");
    session.write("a.p7s", "the policy");
    session.write("policy", "the policy");
    const ProcessResult beside = session.signet({"sign", "--policy", "1.2.3:a.p7s", "a"});
    CHECK(beside.status == 2);
    CHECK(beside.err.starts_with("signet: sign: 'a.p7s' is read as 'a.p7s', and would be replaced; usage: "));
    for (const Arguments& command : std::vector<Arguments>{{"sign"},
                                                           {"sign", "--attached"},
                                                           {"mail", "sign"},
                                                           {"mail", "encrypt", "--sign", "-r", "bob.pem"},
                                                           {"mail", "wrap", "-r", "bob.pem"}}) {
        CAPTURE(command);
        Arguments arguments = command;
        arguments.insert(arguments.end(), {"--policy", "1.2.3:policy", "-o", "./policy", "a"});
        CHECK(session.signet(arguments).status == 2);
    }
    CHECK(agent.received().empty());
    CHECK(session.read("a.p7s") == "the policy");
    CHECK(session.read("policy") == "the policy");
}

TEST_CASE("Nothing is signed if two signatures would be one file") {
    const FakeAgent agent(FakeAgent::answering(numbered_signatures));
    const Session session(agent.socket());
    session.write("a", "content");
    session.write("b", "content");
    check_fails(
        session.signet({"sign", "a", "b", "./a"}), 2,
        "sign: the signatures of 'a' and './a' would both be './a.p7s'; usage: signet sign [-k ID]... "
        "[--attached] [--add EXISTING] [-o OUT] FILE...");
    CHECK(session.signet({"sign", "a", "a"}).status == 2);
    session.write("a.p7s", "older");
    CHECK(session.signet({"sign", "a", session.path("a")}).status == 2);
    std::filesystem::create_symlink("a.p7s", session.path("b.p7s"));
    CHECK(session.signet({"sign", "a", "b"}).status == 2);
    CHECK(agent.received().empty());
    CHECK(session.read("a.p7s") == "older");
    // Two names of one content are two signatures.
    std::filesystem::create_symlink("a", session.path("c"));
    CHECK(session.signet({"sign", "a", "c"}).status == 0);
    CHECK(session.read("c.p7s") == "signature 1");
}

TEST_CASE("The agent's warnings are said, and the signature is made") {
    const FakeAgent agent(FakeAgent::answering([](const protocol::Request& request) {
        protocol::Reply reply = numbered_signatures(request);
        reply.mutable_sign()->add_warning("bob\x1b was passed over: expired");
        return reply;
    }));
    const Session session(agent.socket());
    session.write("a", "content");
    const ProcessResult result = session.signet({"sign", "a"});
    CHECK(result.status == 0);
    CHECK(result.err == "signet: warning: bob\\x1b was passed over: expired\n");
    CHECK(session.read("a.p7s") == "signature 0");
}

TEST_CASE("An attached signature holds the content, and verifies elsewhere") {
    const Session home;
    const Person bob(home, KeyType::p256, "bob");
    home.write("a", "content");
    home.run_here({"openssl", "cms", "-sign", "-binary", "-md", "sha256", "-outform", "DER", "-in", "a",
                   "-out", "detached", "-signer", bob.certificate.pem, "-inkey", bob.key});
    const FakeAgent agent(FakeAgent::answering([&](const auto&) {
        protocol::Reply reply;
        reply.mutable_sign()->add_signed_data(home.read("detached"));
        return reply;
    }));
    const Session session(agent.socket());
    session.write("a", "content");
    const ProcessResult result = session.signet({"sign", "--attached", "a"});
    CHECK(result.err.empty());
    REQUIRE(result.status == 0);
    CHECK(session.files() == std::set<std::string>{"a", "a.p7m"});
    session.run_here({"openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "a.p7m", "-CAfile",
                      bob.ca.root(), "-out", "verified"});
    CHECK(session.read("verified") == "content");
}

TEST_CASE("What the agent signs must be CMS to be attached") {
    const FakeAgent agent(FakeAgent::answering(numbered_signatures));
    const Session session(agent.socket());
    session.write("a", "content");
    const ProcessResult result = session.signet({"sign", "--attached", "a"});
    CHECK(result.status == 9);
    CHECK(session.files() == std::set<std::string>{"a"});
}

TEST_CASE("A PIN from standard input goes to the agent alone") {
    const FakeAgent agent(FakeAgent::answering([](const protocol::Request& request) {
        return request.unlock().pin() == "123456" ? protocol::Reply()
                                                  : refusal(protocol::PIN_INCORRECT, "the PIN is wrong");
    }));
    const Session session(agent.socket());
    const ProcessResult right = session.signet({"unlock", "alice", "--pin-stdin"}, "123456\n");
    CHECK(right.status == 0);
    CHECK(right.out.empty());
    CHECK(right.err.empty());
    check_fails(session.signet({"unlock", "--pin-stdin"}, "654321\n"), 5, "cannot unlock: the PIN is wrong");
    const auto received = agent.received();
    REQUIRE(received.size() == 4);
    CHECK(received[1].unlock().token() == "alice");
    CHECK(received[3].unlock().token().empty());
}

TEST_CASE("An unlock without --pin-stdin sends no PIN, and lock names the token") {
    const FakeAgent agent(FakeAgent::answering([](const auto&) { return protocol::Reply(); }));
    const Session session(agent.socket());
    CHECK(session.signet({"unlock"}, "123456\n").status == 0);
    CHECK(session.signet({"lock", "alice"}).status == 0);
    const auto received = agent.received();
    REQUIRE(received.size() == 4);
    CHECK_FALSE(received[1].unlock().has_pin());
    CHECK(received[3].lock().token() == "alice");
}

TEST_CASE("A name that is not UTF-8 is a matter of usage, and nothing is sent") {
    const FakeAgent agent(FakeAgent::answering([](const auto&) { return protocol::Reply(); }));
    const Session session(agent.socket());
    session.write("a", "content");
    const std::string line =
        ": 'b\\xf6b' is not UTF-8; write the name as signet list shows it, or use its fingerprint or pkcs11: "
        "URI";
    check_fails(session.signet({"sign", "-k", not_utf8, "a"}), 2, "cannot sign" + line);
    check_fails(session.signet({"sign", "-k", "alice", "-k", not_utf8, "a"}), 2, "cannot sign" + line);
    check_fails(session.signet({"encrypt", "--no-self", "-r", not_utf8, "a"}), 2,
                "cannot encrypt to b\\xf6b: there is no such file; write an address or a label in UTF-8");
    check_fails(session.signet({"unlock", not_utf8}), 2, "cannot unlock" + line);
    check_fails(session.signet({"lock", not_utf8}), 2, "cannot lock" + line);
    CHECK(agent.received().empty());
}

TEST_CASE("A file may have any name") {
    const FakeAgent agent(FakeAgent::answering(numbered_signatures));
    const Session session(agent.socket());
    session.write(not_utf8, "content");
    CHECK(session.signet({"sign", not_utf8}).status == 0);
    CHECK(session.read(not_utf8 + ".p7s") == "signature 0");
}

TEST_CASE("What the environment says is left out if it is not UTF-8, and the rest is sent") {
    const FakeAgent agent(FakeAgent::answering(numbered_signatures));
    const Session session(agent.socket());
    session.write("a", "content");
    const ProcessResult result = session.signet(
        {"sign", "a"}, {},
        {{"LC_ALL", "de\xff"}, {"DISPLAY", "\xc3\x28"}, {"GPG_TTY", "/dev/\xe9"}, {"TERM", "xterm"}});
    CHECK(result.err.empty());
    CHECK(result.status == 0);
    REQUIRE(agent.signings().size() == 1);
    const protocol::Hello hello = agent.received().front().hello();
    CHECK(hello.client() == "signet");
    CHECK(hello.locale().empty());
    CHECK(hello.display().empty());
    CHECK(hello.tty().empty());
    CHECK(hello.term() == "xterm");
}
