// Everything that is wrong gets one line, its exit status, and no file.
#include "tests/end_to_end/session.h"

#include <sys/resource.h>

#include <csignal>
#include <iterator>

using namespace signet::tests;

TEST_CASE("without an agent, what needs one ends with 3") {
    const AgentFolder nobody;
    const TemporaryFolder folder;
    write_file(folder / "report.txt", "All is well.\n");
    for (const Arguments& arguments :
         {Arguments{"sign", "report.txt"}, Arguments{"sign", "--attached", "report.txt"}, Arguments{"list"},
          Arguments{"status"}, Arguments{"lock"}, Arguments{"unlock"},
          Arguments{"encrypt", "--no-self", "-r", "alice@example.org", "report.txt"}}) {
        CAPTURE(arguments);
        check_refused(run_signet(nobody, arguments, {.folder = folder.path()}), 3);
    }
    check_refused(run_signet(nobody, {"mail", "sign"}, {.stdin_text = "Subject: x\n\nx\n"}), 3);
    CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("a file that is not there, or a folder, is no input") {
    Session session({KeyType::p256});
    std::filesystem::create_directory(session.path("folder"));
    for (const std::string name : {"no-such-file", "folder"}) {
        CAPTURE(name);
        check_refused(session.signet({"sign", "-o", "out", name}), 9);
        check_refused(session.signet({"decrypt", "-o", "out", name}), 9);
        check_refused(
            session.signet({"encrypt", "--no-self", "-r", session.label(KeyType::p256), "-o", "out", name}),
            9);
        check_refused(session.signet({"verify", "--trust", session.root(), name, name}), 9);
    }
    session.write("report.txt", "All is well.\n");
    check_done(session.signet({"sign", "report.txt"}));
    check_refused(session.signet({"verify", "--trust", "no-such-file", "report.txt.p7s"}), 9);
    check_refused(session.signet({"verify", "--trust", session.root(), "report.txt.p7s", "no-such-file"}), 9);
    CHECK(session.files() == std::vector<std::string>{"folder", "report.txt", "report.txt.p7s"});
}

TEST_CASE("what is not CMS is malformed, and an old output file stays") {
    Session session({KeyType::p256});
    session.write("report.txt", "All is well.\n");
    session.write("out", "an older file");
    check_done(session.signet({"sign", "report.txt"}));
    const std::string signature = session.read("report.txt.p7s");
    check_done(session.signet({"encrypt", "--no-self", "-r", session.label(KeyType::p256), "report.txt"}));
    const std::string message = session.read("report.txt.p7m");
    const std::vector<std::string> inputs{"",
                                          "x",
                                          std::string(100'000, '0'),
                                          std::string(4, '\0'),
                                          "\x30\x80",
                                          "\x30\x84\xff\xff\xff\xff",
                                          read_file(session.alice().identity(KeyType::p256).certificate.der),
                                          "-----BEGIN CMS-----\n!!!!\n-----END CMS-----\n"};
    for (const std::string& input : inputs) {
        CAPTURE(input.substr(0, 40), input.size());
        session.write("input", input);
        check_refused(session.signet({"decrypt", "-o", "out", "input"}), 8);
        check_refused(session.signet({"verify", "--trust", session.root(), "input", "report.txt"}), 8);
    }
    session.write("input", signature);
    check_refused(session.signet({"decrypt", "-o", "out", "input"}), 8);
    session.write("input", message);
    check_refused(session.signet({"verify", "--trust", session.root(), "input", "report.txt"}), 8);
    session.write("input", message + "x");
    check_refused(session.signet({"decrypt", "-o", "out", "input"}), 8);
    session.write("input", signature + "x");
    check_refused(session.signet({"verify", "--trust", session.root(), "input", "report.txt"}), 8);
    CHECK(session.read("out") == "an older file");
    CHECK(session.files() ==
          std::vector<std::string>{"input", "out", "report.txt", "report.txt.p7m", "report.txt.p7s"});
}

TEST_CASE("a signed file is not decrypted, an encrypted one not verified, and each command is named") {
    Session session({KeyType::p256});
    session.write("report.txt", "All is well.\n");
    check_done(session.signet({"sign", "report.txt"}));
    for (const std::string cipher : {"aes-256-gcm", "aes-256-cbc"}) {
        CAPTURE(cipher);
        check_done(session.signet(
            {"encrypt", "--no-self", "--cipher", cipher, "-r", session.label(KeyType::p256), "report.txt"}));
        const ProcessResult verified =
            session.signet({"verify", "--trust", session.root(), "report.txt.p7m"});
        check_refused(verified, 8);
        CHECK_THAT(verified.err, Catch::Contains("it is encrypted and not signed; use signet decrypt"));
    }
    const ProcessResult opened = session.signet({"decrypt", "-o", "out", "report.txt.p7s"});
    check_refused(opened, 8);
    CHECK_THAT(opened.err, Catch::Contains("it is signed and not encrypted; use signet verify"));
    CHECK_FALSE(session.exists("out"));
}

TEST_CASE("a wrong command line ends with 2 and touches nothing") {
    Session session({KeyType::p256});
    session.write("report.txt", "All is well.\n");
    for (const Arguments& arguments :
         {Arguments{}, Arguments{"frobnicate"}, Arguments{"sign"},
          Arguments{"sign", "--no-such-option", "report.txt"}, Arguments{"sign", "-k"},
          Arguments{"sign", "--digest", "md5", "report.txt"},
          Arguments{"sign", "--digest", "sha1", "report.txt"}, Arguments{"encrypt", "report.txt"},
          Arguments{"decrypt"}, Arguments{"sign", "-o", "one", "report.txt", "report.txt"}, Arguments{"mail"},
          Arguments{"mail", "frobnicate"}}) {
        CAPTURE(arguments);
        check_refused(session.signet(arguments), 2);
    }
    CHECK(session.files() == std::vector<std::string>{"report.txt"});
}

TEST_CASE("every command has help") {
    const AgentFolder nobody;
    for (const Arguments& command :
         {Arguments{}, Arguments{"list"}, Arguments{"status"}, Arguments{"unlock"}, Arguments{"lock"},
          Arguments{"sign"}, Arguments{"verify"}, Arguments{"encrypt"}, Arguments{"decrypt"},
          Arguments{"mail", "sign"}, Arguments{"mail", "verify"}, Arguments{"mail", "encrypt"},
          Arguments{"mail", "decrypt"}}) {
        CAPTURE(command);
        Arguments arguments = command;
        arguments.emplace_back("--help");
        const ProcessResult help = run_signet(nobody, arguments);
        check_done(help);
        CHECK(help.out.find("signet") != std::string::npos);
        CHECK(help.err.empty());
    }
}

TEST_CASE("an output that cannot be written is an error, and a failure leaves no file behind") {
    Session session({KeyType::p256});
    session.write("report.txt", "All is well.\n");
    std::filesystem::create_directory(session.path("folder"));
    // Opening it warns, once it is written.
    check_done(session.signet({"encrypt", "--no-self", "--cipher", "aes-256-cbc", "-r",
                               session.label(KeyType::p256), "-o", "cbc.p7m", "report.txt"}));
    for (const std::string out : {"no-such-folder/out", "folder", "/dev/full"}) {
        CAPTURE(out);
        check_refused(session.signet({"sign", "-o", out, "report.txt"}), 9);
        check_refused(session.signet({"decrypt", "-o", out, "cbc.p7m"}), 9);
    }
    CHECK(session.files() == std::vector<std::string>{"cbc.p7m", "folder", "report.txt"});
    CHECK(std::filesystem::is_empty(session.path("folder")));
}

TEST_CASE("nothing goes to the agent in place of a closed standard output") {
    Session session({KeyType::p256});
    session.write("report.txt", "All is well.\n");
    const std::string& alice = session.label(KeyType::p256);
    check_done(session.signet({"encrypt", "--no-self", "-r", alice, "report.txt"}));
    session.write("letter", "From: " + session.alice().identity(KeyType::p256).email +
                                "\nTo: " + session.alice().identity(KeyType::p256).email +
                                "\nSubject: x\n\nAll is well.\n");
    check_done(session.signet({"mail", "encrypt", "--no-self", "-o", "letter.eml", "letter"}));
    // No word of these needs quotes.
    const auto closed = [&](const std::string& command, const std::string& redirections) {
        const std::string line = "exec " + program("signet").string() + " " + command + " " + redirections;
        return run({"sh", "-c", line},
                   {.environment = session.agent().folder().environment(), .folder = session.path("")});
    };
    const std::vector<std::string> commands{"list",
                                            "list --json",
                                            "status",
                                            "sign -o - report.txt",
                                            "sign --attached -o - report.txt",
                                            "encrypt -r " + alice + " -o - report.txt",
                                            "decrypt -o - report.txt.p7m",
                                            "mail sign letter",
                                            "mail encrypt letter",
                                            "mail decrypt letter.eml",
                                            "--help",
                                            "--version"};
    for (const std::string& command : commands) {
        for (const std::string redirections : {">&-", "<&- >&-"}) {
            CAPTURE(command, redirections);
            const ProcessResult result = closed(command, redirections);
            check_refused(result, 9);
            CHECK_THAT(result.err, Catch::Contains("standard output"));
        }
        CAPTURE(command);
        CHECK(closed(command, "<&- >&- 2>&-").status == 9);
        CHECK(closed(command, "2>&-").status == 0);
    }
    check_refused(closed("sign -o sig -", "<&-"), 9);
    CHECK_FALSE(session.exists("sig"));
    CHECK(session.agent().log().find("sent a frame") == std::string::npos);
}

TEST_CASE("when the audit log cannot be written, nothing leaves") {
    // The limit on file sizes makes a write fail; the signal that comes with it is of no interest.
    static_cast<void>(std::signal(SIGXFSZ, SIG_IGN));
    Session session({KeyType::p256});
    session.write("report.txt", "All is well.\n");
    check_done(session.signet({"encrypt", "--no-self", "-r", session.label(KeyType::p256), "report.txt"}));
    check_done(session.signet({"sign", "report.txt"}));
    const rlimit limit{std::filesystem::file_size(session.agent().audit()) + 10, RLIM_INFINITY};
    REQUIRE(prlimit(session.agent().process().pid(), RLIMIT_FSIZE, &limit, nullptr) == 0);
    check_refused(session.signet({"sign", "-o", "out", "report.txt"}), 9);
    check_refused(session.signet({"sign", "-o", "out", "report.txt"}), 9);
    check_refused(session.signet({"decrypt", "-o", "out", "report.txt.p7m"}), 9);
    CHECK_FALSE(session.exists("out"));
    // Once it can be written again, SIGHUP says so.
    const rlimit no_limit{RLIM_INFINITY, RLIM_INFINITY};
    REQUIRE(prlimit(session.agent().process().pid(), RLIMIT_FSIZE, &no_limit, nullptr) == 0);
    session.agent().process().signal(SIGHUP);
    CHECK(wait_until([&] { return session.signet({"sign", "-o", "out", "report.txt"}).status == 0; }));
    check_done(session.openssl_verify("out", "report.txt"));
}
