#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <map>
#include <sstream>

#include "client/file_descriptor.h"
#include "tests/client/commands/session.h"

using namespace signet::tests;

namespace {

const std::array<const char*, 9> command_names{"list",   "status",  "unlock",  "lock",   "sign",
                                               "verify", "encrypt", "decrypt", "version"};

bool is_one_line(const std::string& text) {
    return text.find('\n') == text.size() - 1;
}

}  // namespace

TEST_CASE("Without a command, or with an unknown one, the usage is said") {
    const Session session;
    const std::string advice =
        "; usage: signet COMMAND [OPTION]... [ARGUMENT]... (signet help lists the commands)";
    check_fails(session.signet({}), 2, "cannot tell what to do: no command is given" + advice);
    check_fails(session.signet({"sing"}), 2, "cannot tell what to do: there is no command 'sing'" + advice);
    check_fails(session.signet({"--verbose"}), 2,
                "cannot tell what to do: there is no command '--verbose'" + advice);
    check_fails(session.signet({"a\nb"}), 2, "cannot tell what to do: there is no command 'a\\nb'" + advice);
}

TEST_CASE("Every command has --help and refuses what it does not know") {
    const Session session;
    for (const char* name : command_names) {
        CAPTURE(name);
        const ProcessResult help = session.signet({name, "--help"});
        CHECK(help.status == 0);
        CHECK(help.err.empty());
        CHECK(help.out.starts_with("usage: signet " + std::string(name)));
        CHECK(help.out.find("--socket") != std::string::npos);
        CHECK(session.signet({"help", name}).out == help.out);

        const ProcessResult unknown = session.signet({name, "--no-such-option"});
        CHECK(unknown.status == 2);
        CHECK(unknown.out.empty());
        CHECK(is_one_line(unknown.err));
        CHECK(unknown.err.starts_with("signet: " + std::string(name) +
                                      ": unrecognised option '--no-such-option'; usage: signet " + name));
    }
    CHECK(session.files().empty());
}

TEST_CASE("An option means the same with mail as with files, and no line of a help is too long") {
    const Session session;
    const auto options_of = [&](const Arguments& command) {
        Arguments arguments = command;
        arguments.emplace_back("--help");
        const std::string help = session.signet(arguments).out;
        std::istringstream lines(help.substr(help.find("Options:\n")));
        std::map<std::string, std::string> options;
        std::string* last = nullptr;
        for (std::string line; std::getline(lines, line);) {
            CAPTURE(command, line);
            CHECK(line.size() <= 80);
            if (line.starts_with("  -"))
                last = &options[line.substr(0, line.find(' ', line.find("--")))];
            if (last != nullptr)
                *last += line + "\n";
        }
        return options;
    };
    for (const std::string name : {"sign", "verify", "encrypt", "decrypt"}) {
        auto of_files = options_of({name});
        auto of_mail = options_of({"mail", name});
        // Where the result goes is another place, what is signed has another form, and mail's size is known.
        for (const std::string own : {"  -o [ --output", "  --attached", "  --add", "  --again", "  --der"})
            of_files.erase(own);
        // The standard output of mail is the message.
        if (name == "decrypt")
            of_files.erase("  --json");
        CHECK(of_files.size() >= 3);
        for (const auto& [option, text] : of_files) {
            CAPTURE(name, option);
            CHECK(of_mail[option] == text);
        }
        const std::string socket = of_files["  --socket"];
        CHECK(socket.find(" $XDG_RUNTIME_DIR/signet/agent.sock") != std::string::npos);
    }
    const auto signing = options_of({"mail", "sign"});
    const auto both = options_of({"mail", "encrypt", "--no-self"});
    for (const char* option : {"  -k [ --key", "  --digest", "  --rsa-pss", "  --certificates"})
        CHECK(both.at(option) == signing.at(option));
}

TEST_CASE("Options are not guessed from their beginnings") {
    const Session session;
    CHECK(session.signet({"list", "--js"}).status == 2);
    CHECK(session.signet({"unlock", "--pin"}).status == 2);
}

TEST_CASE("The help of all, and the version") {
    const Session session;
    const ProcessResult help = session.signet({"--help"});
    CHECK(help.status == 0);
    CHECK(help.out.find("Exit status: 0 done") != std::string::npos);
    for (const char* name : command_names)
        CHECK(help.out.find("\n  " + std::string(name)) != std::string::npos);
    CHECK(session.signet({"help"}).out == help.out);
    CHECK(session.signet({"version"}).out.starts_with("signet "));
    CHECK(session.signet({"--version"}).out == session.signet({"version"}).out);
    CHECK(session.signet({"help", "sing"}).status == 2);
}

TEST_CASE("signet token lists its commands, each with its --help, and refuses others") {
    const Session session;
    const auto help = session.signet({"token", "--help"});
    CHECK(help.status == 0);
    CHECK(help.out.find("\n\n"
                        "  init        initialise a token\n"
                        "  keygen      make a key pair on the token\n"
                        "  csr         make a request for a certificate\n"
                        "  import      put a certificate and its chain onto the token\n"
                        "  change-pin  change the PIN\n"
                        "  delete      delete a key and its certificates\n"
                        "\n") != std::string::npos);
    for (const char* name : {"init", "keygen", "csr", "import", "change-pin", "delete"}) {
        const auto one = session.signet({"token", name, "--help"});
        CHECK(one.status == 0);
        CHECK(one.out.starts_with("usage: signet token " + std::string(name)));
    }
    const std::string advice =
        "; usage: signet token COMMAND [OPTION]... [ARGUMENT]... (signet token --help lists the commands)";
    check_fails(session.signet({"token"}), 2, "token: no command is given" + advice);
    check_fails(session.signet({"token", "keyge"}), 2, "token: there is no command 'keyge'" + advice);
}

TEST_CASE("A wrong number of arguments, or options that contradict, are a matter of usage") {
    const Session session;
    session.write("a", "content");
    session.write("b", "content");
    const std::vector<Arguments> lines{
        {"list", "extra"},
        {"sign"},
        {"sign", "-o", "out", "a", "b"},
        {"sign", "-", "-"},
        {"sign", "--digest", "sha1", "a"},
        {"sign", "--digest", "md5", "a"},
        {"sign", "--certificates", "all", "a"},
        {"sign", "-o"},
        {"sign", "-o", "x", "-o", "y", "a"},
        {"verify", "a", "b", "c"},
        {"verify", "-", "-"},
        {"verify", "--at", "yesterday", "a.p7s"},
        {"verify", "--json", "-o", "-", "a.p7m"},
        {"encrypt", "a"},
        {"encrypt", "--no-self", "-r", "cert.pem"},
        {"encrypt", "--no-self", "-r", "cert.pem", "--cipher", "rot13", "a"},
        {"encrypt", "--no-self", "-r", "cert.pem", "--rsa-pkcs1", "--rsa-oaep-sha256", "a"},
        {"decrypt"},
        {"decrypt", "a"},
        {"decrypt", ".p7m"},
        {"decrypt", "a.p7m", "b.p7m"},
        {"unlock", "one", "two"},
        {"lock", "one", "two"},
        {"lock", "--pin-stdin"},
    };
    for (const Arguments& line : lines) {
        CAPTURE(line);
        const ProcessResult result = session.signet(line);
        CHECK(result.status == 2);
        CHECK(result.out.empty());
        CHECK(is_one_line(result.err));
        CHECK(result.err.find("; usage: signet " + line[0]) != std::string::npos);
    }
    CHECK(session.files() == std::set<std::string>{"a", "b"});
}

TEST_CASE("What says what the reader may see is not replaced by it") {
    const Session session;
    for (const char* name : {"c.toml", "a.p7z", "a.p7m"})
        session.write(name, name);
    for (const Arguments& line : {Arguments{"decompress", "a.p7z"}, Arguments{"decrypt", "a.p7m"},
                                  Arguments{"mail", "decompress", "a.p7m"}}) {
        CAPTURE(line);
        Arguments arguments = line;
        arguments.insert(arguments.end(), {"--clearance", "c.toml", "-o", "./c.toml"});
        const ProcessResult result = session.signet(arguments);
        CHECK(result.status == 2);
        CHECK(is_one_line(result.err));
        CHECK(session.read("c.toml") == "c.toml");
    }
}

TEST_CASE("The password in a TSA's URL is not shown, and said to be of no use") {
    const Session session;
    session.write("a", "content");
    for (const char* url : {"http://user:secret@tsa.example.org/", "user:secret@tsa.example.org",
                            "http://user:secret/@tsa.example.org/", "ftp://user:secret@tsa.example.org/"}) {
        CAPTURE(url);
        const ProcessResult result = session.signet({"sign", "--timestamp", url, "a"});
        CHECK(result.status == 2);
        CHECK(is_one_line(result.err));
        CHECK(result.err.find("...@tsa.example.org") != std::string::npos);
        CHECK(result.err.find("secret") == std::string::npos);
    }
    const ProcessResult refused =
        session.signet({"sign", "--timestamp", "http://user:secret@tsa.example.org", "a"});
    CHECK(refused.err.starts_with(
        "signet: sign: --timestamp 'http://...@tsa.example.org' has a name or password "
        "in it, and TSAs that ask for one are not supported; usage: "));
}

TEST_CASE("An empty value of an option is not taken for none") {
    const Session session;
    session.write("a", "content");
    session.write("a.p7m", "content");
    for (const Arguments& line : std::vector<Arguments>{{"sign", "-k", "", "a"},
                                                        {"sign", "-k", "alice", "--key", "", "a"},
                                                        {"encrypt", "--no-self", "-r", "", "a"},
                                                        {"decrypt", "-k", "", "a.p7m"},
                                                        {"verify", "--trust", "", "a"},
                                                        {"list", "--socket", ""},
                                                        {"mail", "encrypt", "--no-self", "-r", ""},
                                                        {"mail", "sign", "-k", ""},
                                                        {"mail", "decrypt", "-k", ""}}) {
        CAPTURE(line);
        const ProcessResult result = session.signet(line, "From: alice@example.org\n\nhello\n");
        CHECK(result.status == 2);
        CHECK(result.out.empty());
        CHECK(is_one_line(result.err));
        CHECK(result.err.find(" is empty; usage: signet " + line[0]) != std::string::npos);
    }
    CHECK(session.files() == std::set<std::string>{"a", "a.p7m"});
}

TEST_CASE("A name that is longer than the agent reads is a matter of usage") {
    const Session session;
    session.write("a", "content");
    const std::string name(5000, 'x');
    for (const Arguments& line :
         std::vector<Arguments>{{"sign", "-k", name, "a"}, {"encrypt", "--no-self", "-r", name, "a"}}) {
        const ProcessResult result = session.signet(line);
        CHECK(result.status == 2);
        CHECK(result.err.find(" is longer than 4096 bytes; usage: ") != std::string::npos);
    }
}

TEST_CASE("No agent: one line that says where it was looked for") {
    const Session session;
    session.write("a", "content");
    const std::string line = "cannot reach the agent: no socket at " + session.socket() +
                             "; start signet-agent or set SIGNET_SOCKET";
    for (const Arguments& arguments :
         std::vector<Arguments>{{"list"},
                                {"status", "--json"},
                                {"unlock"},
                                {"lock"},
                                {"sign", "a"},
                                {"sign", "--attached", "a"},
                                {"encrypt", "--no-self", "-r", "bob@example.org", "a"}}) {
        CAPTURE(arguments);
        check_fails(session.signet(arguments), 3, line);
    }
    const std::string elsewhere = session.path("elsewhere.sock");
    check_fails(
        session.signet({"list", "--socket", elsewhere}), 3,
        "cannot reach the agent: no socket at " + elsewhere + "; start signet-agent or set SIGNET_SOCKET");
    CHECK(session.files() == std::set<std::string>{"a"});
}

TEST_CASE("No such file: it is named, and nothing is left") {
    const Session session;
    const std::string line = "cannot read missing.p7m: No such file or directory; check the path";
    check_fails(session.signet({"sign", "missing.p7m"}), 9, line);
    check_fails(session.signet({"sign", "--attached", "missing.p7m"}), 9, line);
    check_fails(session.signet({"decrypt", "missing.p7m"}), 9, line);
    check_fails(session.signet({"verify", "missing.p7m"}), 9, line);
    check_fails(session.signet({"verify", "--trust", "missing.p7m", "x"}), 9, line);
    check_fails(session.signet({"encrypt", "--no-self", "-r", "x", "missing.p7m"}), 9, line);
    CHECK(session.files().empty());
}

TEST_CASE("Help says every kind of name that a token has") {
    const Session session;
    for (const std::string command : {"unlock", "lock"}) {
        const std::string help = session.signet({command, "--help"}).out;
        for (const std::string kind : {"label", "serial number", "pkcs11: URI"})
            CHECK(help.find(kind) != std::string::npos);
    }
}

TEST_CASE("A pkcs11: URI that is none is wrong usage, for every command that takes one") {
    const Session session;
    session.write("a", "content");
    const std::string bad =
        GENERATE("pkcs11:foo%zz", "pkcs11:token=%zz", "pkcs11:token=a%2", "pkcs11:token",
                 "pkcs11:token=a;colour=red", "pkcs11:id=%01?x-pin=1", "pkcs11:type=foo", "pkcs11:slot-id=x",
                 "pkcs11:library-version=a.b", "pkcs11:library-version=2.");
    for (const Arguments& arguments : std::vector<Arguments>{{"sign", "-k", bad, "a"},
                                                             {"sign", "--attached", "-k", bad, "a"},
                                                             {"encrypt", "--no-self", "-r", bad, "a"},
                                                             {"unlock", bad},
                                                             {"lock", bad}}) {
        CAPTURE(arguments);
        const ProcessResult result = session.signet(arguments);
        CHECK(result.status == 2);
        CHECK(is_one_line(result.err));
        CHECK(result.out.empty());
    }
    check_fails(
        session.signet({"unlock", "pkcs11:token=%zz"}), 2,
        "cannot unlock: 'pkcs11:token=%zz' is no pkcs11: URI: it has a percent sign without two hexadecimal "
        "digits; use token, serial, model, manufacturer, id and object, as signet list shows them");
    for (const std::string good : {"pkcs11:", "pkcs11:token=a%20b;id=%01%fF?pin-source=file:/x&module-name=y",
                                   "pkcs11:type=cert;slot-id=12;library-version=2.6"})
        CHECK(session.signet({"unlock", good}).status == 3);
}

TEST_CASE("What is not CMS is malformed, and leaves nothing") {
    const Session session;
    session.write("a", "content");
    for (const std::string content : {"", "hello\n", "-----BEGIN CMS-----\nAAAA\n", "\x30\x80"}) {
        session.write("a.p7m", content);
        session.write("a.p7s", content);
        for (const Arguments& arguments : std::vector<Arguments>{{"decrypt", "a.p7m"}, {"verify", "a.p7s"}}) {
            CAPTURE(content, arguments);
            const ProcessResult result = session.signet(arguments);
            CHECK(result.status == 8);
            CHECK(result.out.empty());
            CHECK(is_one_line(result.err));
            CHECK(result.err.find(arguments[1]) != std::string::npos);
        }
        CHECK(session.files() == std::set<std::string>{"a", "a.p7m", "a.p7s"});
        CHECK(session.read("a") == "content");
    }
    const std::string why = ": it is not CMS; name a .p7s or .p7m file, in DER, BER or PEM";
    check_fails(session.signet({"verify", "a"}), 8, "cannot verify a" + why);
    check_fails(session.signet({"decrypt", "-o", "b", "a"}), 8, "cannot decrypt a" + why);
    check_fails(session.signet({"decompress", "-o", "b", "a"}), 8,
                "cannot decompress a: it is not CMS; name a .p7z file, in DER, BER or PEM");
}

TEST_CASE("An unlock without a PIN on standard input asks nobody") {
    const Session session;
    check_fails(session.signet({"unlock", "--pin-stdin"}, ""), 5,
                "cannot read the PIN: there is none; give it as one line on standard input");
}

TEST_CASE("Whoever stopped reading ends us quietly") {
    const Session session;
    std::array<int, 2> ends{};
    REQUIRE(pipe2(ends.data(), O_CLOEXEC) == 0);
    const signet::client::FileDescriptor writer(ends[1]);
    close(ends[0]);
    const std::string errors = session.path("stderr");

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, writer.get(), STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, errors.c_str(), O_WRONLY | O_CREAT, 0600);
    std::string name = program("signet");
    std::string option = "--help";
    const std::array<char*, 3> argv{name.data(), option.data(), nullptr};
    pid_t child = -1;
    REQUIRE(posix_spawn(&child, name.c_str(), &actions, nullptr, argv.data(), environ) == 0);
    posix_spawn_file_actions_destroy(&actions);
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 9);
    CHECK(session.read("stderr").empty());
}

TEST_CASE("Commands that only ask the agent load no OpenSSL, so that they start fast") {
    const auto needed = [](const char* name) {
        return run_or_throw({"readelf", "-d", program(name)}, {}).out;
    };
    CHECK(needed("signet").find("libcrypto") == std::string::npos);
    CHECK(needed("signet-cms").find("libcrypto") != std::string::npos);
}

TEST_CASE("The part of signet that knows CMS is not for people") {
    const Session session;
    RunOptions options;
    const ProcessResult result = run({program("signet-cms"), "list"}, options);
    check_fails(result, 2, "cannot tell what to do: signet-cms is a part of signet; use signet");
}
