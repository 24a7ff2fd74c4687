// Tokens that are initialised, whose PINs are changed, and whose keys are deleted.
#include "tests/end_to_end/scripted_pinentry.h"
#include "tests/end_to_end/session.h"

#include <chrono>
#include <csignal>
#include <thread>

using namespace signet::tests;

namespace {

/// A SoftHSM store without any token, and an agent on it.
struct EmptyStore {
    explicit EmptyStore(const ScriptedPinentry* pinentry = nullptr) : agent(setup(pinentry)) {}
    AgentSetup setup(const ScriptedPinentry* pinentry) {
        std::filesystem::create_directory(folder / "tokens");
        write_file(folder / "softhsm2.conf",
                   "directories.tokendir = " + (folder / "tokens").string() + "\nlog.level = ERROR\n");
        AgentSetup made;
        made.modules.push_back({.name = "softhsm",
                                .path = SoftHsmToken::module_path(),
                                .environment = {{"SOFTHSM2_CONF", (folder / "softhsm2.conf").string()}}});
        made.tokens.push_back({.uri = "pkcs11:", .pin = "none"});
        return pinentry == nullptr ? made : pinentry->used_in(made);
    }
    ProcessResult signet(const Arguments& arguments, std::optional<std::string> input = {}) const {
        return agent.signet(arguments, {.stdin_text = std::move(input), .folder = folder.path()});
    }

    TemporaryFolder folder;
    AgentProcess agent;
};

}  // namespace

TEST_CASE("a fresh store becomes a token that is listed at once, and makes keys") {
    const EmptyStore store;
    const auto before = store.signet({"list"});
    CHECK_THAT(before.out, Catch::Contains("token without a label: not initialised"));
    CHECK_THAT(before.out, Catch::Contains("slot-id="));
    const auto made = store.signet({"token", "init", "-l", "my token", "--so-pin-stdin", "--pin-stdin"},
                                   "87654321\n123456\n");
    check_done(made);
    CHECK_THAT(made.out, Catch::Contains("token=my%20token"));
    CHECK_THAT(store.signet({"list"}).out, Catch::Contains("token my token: locked"));
    check_done(store.signet({"unlock", "my token", "--pin-stdin"}, "123456\n"));
    check_done(store.signet({"token", "keygen", "-l", "alice", "-t", "p-256"}));
    check_done(store.signet({"token", "csr", "-e", "alice@example.org", "-o", "alice.csr"}));
    check_done(
        run({"openssl", "req", "-in", "alice.csr", "-noout", "-verify"}, {.folder = store.folder.path()}));
    // A second one, named by its module; the first stays as it is.
    check_done(store.signet({"token", "init", "-l", "other", "--so-pin-stdin", "--pin-stdin", "softhsm"},
                            "87654321\n1234\n"));
    const auto after = store.signet({"list"}).out;
    CHECK_THAT(after, Catch::Contains("token my token: "));
    CHECK_THAT(after, Catch::Contains("token other: locked"));
    CHECK(audit_records(store.agent, "init", "done") == 2);
    for (const char* secret : {"87654321", "123456"}) {
        CHECK(store.agent.log().find(secret) == std::string::npos);
        CHECK(read_file(store.agent.audit()).find(secret) == std::string::npos);
    }
}

TEST_CASE("a store that has been without a token for long gets one at the first try") {
    const EmptyStore store;
    // A signet-token that has shown no token for 10 s is replaced by who looks for one.
    std::this_thread::sleep_for(std::chrono::seconds(11));
    check_done(
        store.signet({"token", "init", "-l", "mine", "--so-pin-stdin", "--pin-stdin"}, "87654321\n123456\n"));
    CHECK_THAT(store.signet({"list"}).out, Catch::Contains("token mine: locked"));
}

TEST_CASE("a token that is initialised is not made anew by accident, nor with a wrong SO PIN") {
    const EmptyStore store;
    check_done(
        store.signet({"token", "init", "-l", "mine", "--so-pin-stdin", "--pin-stdin"}, "87654321\n123456\n"));
    check_done(store.signet({"unlock", "mine", "--pin-stdin"}, "123456\n"));
    check_done(store.signet({"token", "keygen", "-l", "alice", "-t", "p-256", "mine"}));
    const Arguments again{"token", "init", "-l", "new", "--so-pin-stdin", "--pin-stdin", "mine"};
    check_refused(store.signet(again, "87654321\n654321\n"), 7);
    Arguments forced = again;
    forced.insert(forced.end() - 1, "--force");
    check_refused(store.signet(forced, "wrong-so\n654321\n"), 5);
    const auto repeated = store.signet(forced, "wrong-so\n654321\n");
    check_refused(repeated, 5);
    CHECK_THAT(repeated.err, Catch::Contains("not tried again"));
    CHECK_THAT(store.signet({"list"}).out, Catch::Contains("key alice"));
    check_done(store.signet(forced, "87654321\n654321\n"));
    const auto list = store.signet({"list"}).out;
    CHECK_THAT(list, Catch::Contains("token new: locked"));
    CHECK(list.find("token mine") == std::string::npos);
    CHECK(list.find("key alice") == std::string::npos);
    check_refused(store.signet({"unlock", "new", "--pin-stdin"}, "123456\n"), 5);
    check_done(store.signet({"unlock", "new", "--pin-stdin"}, "654321\n"));
}

TEST_CASE("an initialisation that cannot be is refused before anything is done") {
    const EmptyStore store;
    const auto init = [&](const Arguments& more, const std::string& input) {
        Arguments arguments{"token", "init", "--so-pin-stdin", "--pin-stdin"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return store.signet(arguments, input);
    };
    check_refused(init({}, "87654321\n123456\n"), 2);
    check_refused(init({"-l", std::string(33, 'a')}, "87654321\n123456\n"), 8);
    check_refused(init({"-l", "a", "no-such-token"}, "87654321\n123456\n"), 6);
    check_refused(init({"-l", "a"}, "87654321\n"), 5);
    // SoftHSM takes four characters and more.
    check_refused(init({"-l", "a"}, "87654321\n123\n"), 5);
    CHECK(store.signet({"list"}).out.find("token a") == std::string::npos);
    check_done(init({"-l", "a"}, "87654321\n1234\n"));
}

TEST_CASE("two tokens may be called the same, and the new one's URI is told") {
    const EmptyStore store;
    const Arguments init{"token", "init", "-l", "twin", "--so-pin-stdin", "--pin-stdin", "softhsm"};
    const auto one = store.signet(init, "87654321\n1111\n");
    check_done(one);
    const auto other = store.signet(init, "87654321\n2222\n");
    check_done(other);
    CHECK(one.out != other.out);
    const std::string uri = other.out.substr(0, other.out.find('\n'));
    check_done(store.signet({"unlock", uri, "--pin-stdin"}, "2222\n"));
}

TEST_CASE("who cannot be asked is told how to give the PINs, and which one is missing") {
    const ScriptedPinentry pinentry("echo 'ERR 83886166 no display <Pinentry>'");
    const EmptyStore store(&pinentry);
    const auto unasked = store.signet({"token", "init", "-l", "mine"});
    check_refused(unasked, 5);
    CHECK_THAT(unasked.err,
               Catch::EndsWith("mend that, or give the PINs with --pin-stdin (and --so-pin-stdin)\n"));
    const auto without = store.signet({"token", "init", "-l", "mine", "--so-pin-stdin", "--pin-stdin"}, "");
    check_refused(without, 5);
    CHECK_THAT(without.err, Catch::Contains("cannot read the SO PIN: there is none"));
    const auto half = store.signet({"token", "change-pin", "--pin-stdin"}, "123456\n");
    check_refused(half, 5);
    CHECK_THAT(half.err, Catch::Contains("cannot read the new PIN: there is none"));
}

TEST_CASE("a person is asked twice for a new PIN, until both are the same") {
    // SO PIN twice; then two that differ, and two that do not.
    const ScriptedPinentry pinentry(
        "case $asked in 1|2) give 87654321;; 3) give 1111;; *) give 123456;; esac");
    const EmptyStore store(&pinentry);
    check_done(store.signet({"token", "init", "-l", "mine"}));
    CHECK(pinentry.asked() == 6);
    CHECK_THAT(pinentry.commands(), Catch::Contains("not the same"));
    check_done(store.signet({"unlock", "mine", "--pin-stdin"}, "123456\n"));
}

TEST_CASE("after change-pin the old PIN is refused and the new one works") {
    Alice alice({KeyType::p256});
    const AgentProcess agent(AgentSetup::of(alice.token(), "none"));
    const TemporaryFolder folder;
    write_file(folder / "report.txt", "All is well.\n");
    const auto signet = [&](const Arguments& command, std::optional<std::string> pin = {}) {
        return agent.signet(command, {.stdin_text = std::move(pin), .folder = folder.path()});
    };
    check_refused(signet({"token", "change-pin", "--pin-stdin"}, "777777\n654321\n"), 5);
    const auto repeated = signet({"token", "change-pin", "--pin-stdin"}, "777777\n654321\n");
    check_refused(repeated, 5);
    CHECK_THAT(repeated.err, Catch::Contains("not tried again"));
    check_refused(signet({"token", "change-pin", "--pin-stdin"}, "123456\n1\n"), 5);
    check_refused(signet({"token", "change-pin", "--pin-stdin"}, "123456\n123456\n"), 5);
    check_refused(signet({"token", "change-pin", "--pin-stdin"}, "123456\n"), 5);
    check_done(signet({"unlock", "--pin-stdin"}, "123456\n"));
    check_done(signet({"token", "change-pin", "--pin-stdin"}, "123456\n777777\n"));
    // The kept PIN is the new one: also after the process that was logged in has ended.
    for (const pid_t host : agent.hosts())
        REQUIRE(kill(host, SIGKILL) == 0);
    check_done(signet({"sign", "report.txt"}));
    check_done(signet({"lock"}));
    const auto old = signet({"unlock", "--pin-stdin"}, "123456\n");
    check_refused(old, 5);
    CHECK_THAT(old.err, Catch::Contains("not tried again"));
    check_done(signet({"unlock", "--pin-stdin"}, "777777\n"));
    CHECK(audit_records(agent, "change-pin", "done") == 1);
    CHECK(agent.log().find("777777") == std::string::npos);
    CHECK(read_file(agent.audit()).find("777777") == std::string::npos);
}

TEST_CASE("a person changes the PIN by pinentry") {
    Alice alice({KeyType::p256});
    const ScriptedPinentry pinentry("case $asked in 1) give 123456;; *) give 654321;; esac");
    const AgentProcess agent(pinentry.used_in(AgentSetup::of(alice.token())));
    check_done(agent.signet({"token", "change-pin"}));
    CHECK(pinentry.asked() == 3);
    check_done(agent.signet({"unlock", "--pin-stdin"}, {.stdin_text = "654321\n"}));
}

TEST_CASE("a key goes with its certificates, unless one is valid") {
    Session session({KeyType::p256, KeyType::rsa2048});
    const auto objects = [&] { return session.alice().token().pkcs11_tool({"--list-objects"}).out; };
    check_refused(session.signet({"token", "delete", "alice-p256"}), 2);
    check_refused(session.signet({"token", "delete", "--yes", "alice-p256"}), 7);
    check_refused(session.signet({"token", "delete", "--yes", "nobody"}), 4);
    check_refused(session.signet({"token", "delete", "--yes", ""}), 2);
    CHECK_THAT(objects(), Catch::Contains("alice-p256"));
    check_done(session.signet({"token", "delete", "--yes", "--force", "alice-p256"}));
    CHECK(objects().find("alice-p256") == std::string::npos);
    CHECK_THAT(objects(), Catch::Contains("alice-rsa2048"));

    for (const Arguments& type : {Arguments{"-t", "p-256"}, {"-t", "rsa-2048"}, {"-t", "ed25519"}}) {
        Arguments keygen{"token", "keygen", "-l", "spare"};
        keygen.insert(keygen.end(), type.begin(), type.end());
        check_done(session.signet(keygen));
        CHECK_THAT(objects(), Catch::Contains("spare"));
        check_done(session.signet({"lock"}));
        check_done(session.signet({"token", "delete", "--yes", "spare"}));
        CHECK(objects().find("spare") == std::string::npos);
    }
    session.write("report.txt", "All is well.\n");
    check_done(session.signet({"sign", "report.txt"}));
    CHECK(session.audit_records("delete", "done") == 4);
    CHECK(session.audit_records("delete", "REFUSED") == 1);
}

TEST_CASE("a key whose certificate has expired goes without force") {
    Alice alice(std::vector<KeyType>{});
    alice.add(KeyType::p256, "old",
              {.key_usage = {}, .not_before = std::chrono::hours(-48), .not_after = std::chrono::hours(-24)});
    const AgentProcess agent(AgentSetup::of(alice.token()));
    check_done(agent.signet({"token", "delete", "--yes", alice.identities().front().label}));
    CHECK(alice.token().pkcs11_tool({"--list-objects"}).out.find(alice.identities().front().label) ==
          std::string::npos);
}
