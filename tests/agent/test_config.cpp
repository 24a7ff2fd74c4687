#include "agent/config.h"

#include "tests/catch.h"
#include "tests/fixtures/file.h"
#include "tests/fixtures/temporary_folder.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

using namespace signet::agent;
using namespace signet;
using namespace std::chrono_literals;
using tests::TemporaryFolder;

namespace {

/// /bin/sh stands for a module: the configuration checks only that the file is there.
constexpr const char* full_example = R"(socket = "/run/signet/agent.sock"
socket-mode = "0660"
socket-group = "mail"
pinentry = "/usr/bin/pinentry-gtk-2"

[[module]]
name = "softhsm"
path = "/bin/sh"
environment = { SOFTHSM2_CONF = "/etc/signet/softhsm2.conf" }
init-args = ""                  # C_Initialize's reserved string, for modules such as NSS softoken
sessions = 8                    # parallel operations; never above the token's own limit
operation-timeout = "20s"

[[module]]
name = "nss"
path = "/bin/cat"
init-args = "configdir='/var/lib/nss'"

[[token]]
uri = "pkcs11:token=production"
pin = "pinentry"
pin-cache = "20m"
pin-cache-from = "use"

[[token]]
uri = "pkcs11:serial=1"
pin = "file:/run/credentials/pin"
pin-cache = "0"

[[token]]
uri = "pkcs11:serial=2"
pin = "credential:hsm-pin"
pin-cache = "forever"

[[token]]
uri = "pkcs11:"
pin = "none"

[audit]
path = "/var/log/signet/audit.jsonl"
)";

std::string error_of(const std::string& text) {
    try {
        (void)parse_config(text, "agent.toml");
        return "no error";
    } catch (const ConfigError& error) {
        return error.what();
    }
}

std::string error_of_module(const std::string& lines) {
    return error_of("[[module]]\nname = \"a\"\npath = \"/bin/sh\"\n" + lines);
}

std::string error_of_token(const std::string& lines) {
    return error_of("[[token]]\nuri = \"pkcs11:token=a\"\n" + lines);
}

/// Sets variables of the environment, and takes them back.
class Environment {
  public:
    Environment(const std::string& config_home, const std::string& state_home) {
        setenv("XDG_CONFIG_HOME", config_home.c_str(), 1);
        setenv("XDG_STATE_HOME", state_home.c_str(), 1);
    }
    ~Environment() {
        unsetenv("XDG_CONFIG_HOME");
        unsetenv("XDG_STATE_HOME");
    }
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;
};

}  // namespace

TEST_CASE("A full configuration is read as it is written") {
    const Config config = parse_config(full_example, "agent.toml");
    CHECK(config.socket == "/run/signet/agent.sock");
    CHECK(config.socket_mode == 0660);
    CHECK(config.socket_group == "mail");
    CHECK(config.pinentry == "/usr/bin/pinentry-gtk-2");
    CHECK(config.audit_path == "/var/log/signet/audit.jsonl");

    REQUIRE(config.modules.size() == 2);
    const ModuleConfig& softhsm = config.modules[0];
    CHECK(softhsm.name == "softhsm");
    CHECK(softhsm.path == "/bin/sh");
    CHECK(softhsm.environment ==
          std::map<std::string, std::string>{{"SOFTHSM2_CONF", "/etc/signet/softhsm2.conf"}});
    CHECK(softhsm.init_args.empty());
    CHECK(softhsm.sessions == 8);
    CHECK(softhsm.operation_timeout == 20s);
    const ModuleConfig& nss = config.modules[1];
    CHECK(nss.name == "nss");
    CHECK(nss.init_args == "configdir='/var/lib/nss'");
    CHECK(nss.environment.empty());
    CHECK(nss.sessions == 4);
    CHECK(nss.operation_timeout == 30s);

    REQUIRE(config.tokens.size() == 4);
    CHECK(config.tokens[0].uri == "pkcs11:token=production");
    CHECK(std::holds_alternative<pin::PinFromPinentry>(config.tokens[0].pin));
    CHECK(config.tokens[0].pin_cache == 20min);
    CHECK(config.tokens[0].pin_cache_from_use);
    CHECK_FALSE(config.tokens[1].pin_cache_from_use);
    CHECK(std::get<pin::PinFromFile>(config.tokens[1].pin).path == "/run/credentials/pin");
    CHECK(config.tokens[1].pin_cache == 0ms);
    CHECK(std::get<pin::PinFromCredential>(config.tokens[2].pin).name == "hsm-pin");
    CHECK_FALSE(config.tokens[2].pin_cache.has_value());
    CHECK(std::holds_alternative<pin::PinNone>(config.tokens[3].pin));
    CHECK(config.tokens[3].pin_cache == 15min);
}

TEST_CASE("An empty configuration is the defaults") {
    const Environment environment("/nowhere", "/some/state");
    const Config config = parse_config("", "agent.toml");
    CHECK_FALSE(config.socket.has_value());
    CHECK(config.socket_mode == 0600);
    CHECK_FALSE(config.socket_group.has_value());
    CHECK(config.pinentry == "pinentry");
    CHECK(config.modules.empty());
    CHECK(config.tokens.empty());
    CHECK(config.audit_path == "/some/state/signet/audit.jsonl");
    CHECK(default_config().audit_path == config.audit_path);
}

TEST_CASE("A key that is not known is named with its line") {
    CHECK(error_of("\nsokket = \"/a\"") == "agent.toml:2: sokket: unknown key");
    CHECK(error_of("\"a\\nb\" = 1") == "agent.toml:1: a b: unknown key");
    CHECK(error_of("zz = 1\naa = 2\nsocket = \"/a\"") == "agent.toml:1: zz: unknown key");
    CHECK(error_of_module("sesions = 4") == "agent.toml:4: module.sesions: unknown key");
    CHECK(error_of_token("pin-cash = \"1m\"") == "agent.toml:3: token.pin-cash: unknown key");
    CHECK(error_of("[audit]\n\npaht = \"/a\"") == "agent.toml:3: audit.paht: unknown key");
    CHECK(error_of("[modul]\nname = \"a\"") == "agent.toml:1: modul: unknown key");
}

TEST_CASE("What is not TOML is named with its line") {
    CHECK_THAT(error_of("socket = \"/a\"\nsocket-mode"), Catch::StartsWith("agent.toml:2: not TOML: "));
    CHECK_THAT(error_of("socket = \"/a\"\nsocket = \"/b\""), Catch::StartsWith("agent.toml:2: not TOML: "));
    CHECK_THAT(error_of("socket = \"\xff\""), Catch::StartsWith("agent.toml:1: not TOML: "));
    CHECK_THAT(error_of("[[module]\n"), Catch::StartsWith("agent.toml:1: not TOML: "));
    CHECK_THAT(error_of("a = " + std::string(10000, '[')), Catch::StartsWith("agent.toml:1: not TOML: "));
}

TEST_CASE("A group that is not there is named with its line, and a number is a group") {
    CHECK(error_of("\nsocket-group = \"no-such-group\"") ==
          "agent.toml:2: socket-group: there is no group \"no-such-group\"");
    for (const char* bad : {"-1", "12x", "4294967295", "99999999999", " 1"})
        CHECK_THAT(error_of("socket-group = \"" + std::string(bad) + "\""),
                   Catch::StartsWith("agent.toml:1: socket-group: there is no group"));
    CHECK(parse_config("socket-group = \"54321\"", "agent.toml").socket_group == "54321");
}

TEST_CASE("An error has one advice") {
    try {
        static_cast<void>(parse_config("[[rule]]", "agent.toml"));
        FAIL("it was read");
    } catch (const ConfigError& error) {
        CHECK(error.what() ==
              std::string("agent.toml:1: rule: rules are not supported yet, and without any only "
                          "the agent's own user may connect"));
        CHECK(error.advice() == "remove [[rule]]");
    }
}

TEST_CASE("A rule is refused, because to ignore it would open what it closes") {
    for (const char* text : {"socket = \"/a\"\n[[rule]]\nidentity = \"*\"", "\n[rule]\n", "\nrule = 1"})
        CHECK_THAT(error_of(text), Catch::StartsWith("agent.toml:2: rule: rules are not supported yet") &&
                                       Catch::Contains("only the agent's own user may connect"));
}

TEST_CASE("A value of the wrong type is named with its line") {
    CHECK(error_of("\nsocket = 1") == "agent.toml:2: socket: must be a string");
    CHECK(error_of("socket-mode = 0o660") == "agent.toml:1: socket-mode: must be a string");
    CHECK(error_of("socket-group = [\"mail\"]") == "agent.toml:1: socket-group: must be a string");
    CHECK(error_of("pinentry = true") == "agent.toml:1: pinentry: must be a string");
    CHECK(error_of("[module]\nname = \"a\"") ==
          "agent.toml:1: module: must be tables, each under [[module]]");
    CHECK(error_of("module = [1]") == "agent.toml:1: module: must be tables, each under [[module]]");
    CHECK(error_of("token = \"a\"") == "agent.toml:1: token: must be tables, each under [[token]]");
    CHECK(error_of("\naudit = \"/a\"") == "agent.toml:2: audit: must be a table");
    CHECK(error_of("[[audit]]\npath = \"/a\"") == "agent.toml:1: audit: must be a table");
    CHECK(error_of_module("sessions = \"4\"") == "agent.toml:4: module.sessions: must be a whole number");
    CHECK(error_of_module("sessions = 4.0") == "agent.toml:4: module.sessions: must be a whole number");
    CHECK(error_of_module("operation-timeout = 30") ==
          "agent.toml:4: module.operation-timeout: must be a string");
    CHECK(error_of_module("init-args = {}") == "agent.toml:4: module.init-args: must be a string");
    CHECK(error_of_module("environment = \"A=1\"") == "agent.toml:4: module.environment: must be a table");
    CHECK(error_of_module("\nenvironment = { A = 1 }") ==
          "agent.toml:5: module.environment.A: must be a string");
    CHECK(error_of_token("certificates = \"mail.pem\"") ==
          "agent.toml:3: token.certificates: must be an absolute path");
    CHECK(error_of_token("certificates = [\"/etc/mail.pem\"]") ==
          "agent.toml:3: token.certificates: must be a string");
    CHECK(error_of_token("pin-cache-from = \"now\"") ==
          "agent.toml:3: token.pin-cache-from: must be \"login\" or \"use\"");
    CHECK(error_of_token("pin-cache = 0") == "agent.toml:3: token.pin-cache: must be a string");
    CHECK(error_of_token("pin = 1234") == "agent.toml:3: token.pin: must be a string");
}

TEST_CASE("A socket has an absolute, short path and a mode within bounds") {
    CHECK(error_of("socket = \"agent.sock\"") == "agent.toml:1: socket: must be an absolute path");
    CHECK(error_of("socket = \"\"") == "agent.toml:1: socket: must not be empty");
    CHECK(error_of("socket = \"/a\\u0000b\"") == "agent.toml:1: socket: must not have control characters");
    CHECK_THAT(error_of("socket = \"/" + std::string(107, 'a') + "\""),
               Catch::Contains("more than 107 bytes"));
    CHECK(parse_config("socket = \"/" + std::string(106, 'a') + "\"", "f").socket->native().size() == 107);
    for (const char* mode : {"660x", "-660", "0880", "01777", "1777", "", " 660", "0x1ff", "00660"})
        CHECK_THAT(error_of(std::string("socket-mode = \"") + mode + "\""),
                   Catch::StartsWith("agent.toml:1: socket-mode: must "));
    CHECK_THAT(error_of("socket-mode = \"0066\""), Catch::Contains("0600"));
    CHECK(parse_config("socket-mode = \"600\"", "f").socket_mode == 0600);
    CHECK(parse_config("socket-mode = \"0777\"", "f").socket_mode == 0777);
    CHECK_THAT(error_of("pinentry = \"bin/pinentry\""),
               Catch::StartsWith("agent.toml:1: pinentry: must be an abs"));
}

TEST_CASE("A module has a name of its own and a file") {
    CHECK(error_of("\n[[module]]\npath = \"/bin/sh\"") == "agent.toml:2: module.name: is missing");
    CHECK(error_of("\n[[module]]\nname = \"a\"") == "agent.toml:2: module.path: is missing");
    CHECK(error_of("[[module]]\nname = \"a\"\npath = \"lib/a.so\"") ==
          "agent.toml:3: module.path: must be an absolute path");
    CHECK(error_of("[[module]]\nname = \"a\"\npath = \"/no/such/module.so\"") ==
          "agent.toml:3: module.path: /no/such/module.so: No such file or directory");
    CHECK(error_of("[[module]]\nname = \"a\"\npath = \"/\"") ==
          "agent.toml:3: module.path: /: it is not a file");
    CHECK(error_of_module("\n[[module]]\nname = \"a\"\npath = \"/bin/cat\"") ==
          "agent.toml:6: module.name: another module is called \"a\"");
    for (const std::string& name :
         {std::string("a b"), std::string("a/b"), std::string("ä"), std::string(65, 'a')})
        CHECK_THAT(error_of("[[module]]\nname = \"" + name + "\"\npath = \"/bin/sh\""),
                   Catch::StartsWith("agent.toml:2: module.name: must be"));
    CHECK(parse_config("[[module]]\nname = \"a-1._B\"\npath = \"/bin/sh\"", "f").modules[0].name == "a-1._B");
}

TEST_CASE("A module's numbers keep to their bounds") {
    for (const char* sessions : {"0", "-1", "65", "9223372036854775807"})
        CHECK(error_of_module(std::string("sessions = ") + sessions) ==
              "agent.toml:4: module.sessions: must be 1 to 64");
    for (const char* time : {"99ms", "0s", "601s", "11m", "1h", "4294967295h"})
        CHECK(error_of_module(std::string("operation-timeout = \"") + time + "\"") ==
              "agent.toml:4: module.operation-timeout: must be 100ms to 10m");
    for (const char* time : {"30", "s", "30 s", "-30s", "1.5s", "30S", "1d", "30sm", "4294967296s"})
        CHECK_THAT(error_of_module(std::string("operation-timeout = \"") + time + "\""),
                   Catch::StartsWith("agent.toml:4: module.operation-timeout: must be a number with"));
    const auto timeout = [](const std::string& text) {
        return parse_config(
                   "[[module]]\nname = \"a\"\npath = \"/bin/sh\"\noperation-timeout = \"" + text + "\"", "f")
            .modules[0]
            .operation_timeout;
    };
    CHECK(timeout("100ms") == 100ms);
    CHECK(timeout("600s") == 10min);
    CHECK(timeout("10m") == 10min);
}

TEST_CASE("A module's environment has proper names") {
    for (const char* name : {"\"\"", "\"A=B\"", "\"A B\"", "1A", "A-B"})
        CHECK_THAT(error_of_module(std::string("environment = { ") + name + " = \"x\" }"),
                   Catch::StartsWith("agent.toml:4: module.environment.") &&
                       Catch::Contains("is no name of an environment variable"));
    const Config config =
        parse_config("[[module]]\nname = \"a\"\npath = \"/bin/sh\"\nenvironment = { _A1 = \"\" }", "f");
    CHECK(config.modules[0].environment == std::map<std::string, std::string>{{"_A1", ""}});
}

TEST_CASE("A token has a URI of its own, and never a PIN") {
    CHECK(error_of("[[token]]\npin = \"none\"") == "agent.toml:1: token.uri: is missing");
    CHECK_THAT(error_of("[[token]]\nuri = \"token=a\""),
               Catch::StartsWith("agent.toml:2: token.uri: must be a URI"));
    CHECK(error_of_token("[[token]]\nuri = \"pkcs11:token=a\"") ==
          "agent.toml:4: token.uri: another [[token]] has the same");
    for (const char* pin : {"hunter2", "file:hunter2", "FILE:/hunter2", "pin:hunter2"}) {
        const std::string error = error_of_token(std::string("pin = \"") + pin + "\"");
        CHECK_THAT(error, Catch::StartsWith("agent.toml:3: token.pin: must be \"pinentry\""));
        CHECK_THAT(error, !Catch::Contains("hunter2"));
    }
    for (const char* name : {"", "..", "a/b"})
        CHECK(error_of_token(std::string("pin = \"credential:") + name + "\"") ==
              "agent.toml:3: token.pin: the name of the credential is not valid");
    for (const char* time : {"never", "15", "-1m", "169h", "00"})
        CHECK_THAT(error_of_token(std::string("pin-cache = \"") + time + "\""),
                   Catch::StartsWith("agent.toml:3: token.pin-cache: must be"));
}

TEST_CASE("The number of entries is bounded") {
    std::string text;
    for (std::size_t i = 0; i < max_config_entries; ++i)
        text += "[[token]]\nuri = \"pkcs11:serial=" + std::to_string(i) + "\"\n";
    CHECK(parse_config(text, "f").tokens.size() == max_config_entries);
    CHECK(error_of(text + "[[token]]\nuri = \"pkcs11:\"") == "agent.toml:1: token: there are more than 64");
}

TEST_CASE("A file is read only if nobody else could have written it") {
    const TemporaryFolder folder;
    const auto path = folder / "agent.toml";
    const auto error = [&] {
        try {
            (void)load_config(path);
            return std::string("no error");
        } catch (const ConfigError& refused) {
            return std::string(refused.what());
        }
    };
    const std::string name = path.string();
    SECTION("readable by all is no matter") {
        tests::write_file(path, "[audit]\npath = \"/a\"");
        REQUIRE(chmod(path.c_str(), 0644) == 0);
        CHECK(load_config(path).audit_path == "/a");
    }
    SECTION("errors name the file") {
        tests::write_file(path, "\nx = 1");
        CHECK(error() == name + ":2: x: unknown key");
    }
    SECTION("writable by the group or others") {
        tests::write_file(path, "");
        const mode_t mode = GENERATE(as<mode_t>{}, 0620, 0602);
        REQUIRE(chmod(path.c_str(), mode) == 0);
        CHECK(error() == name + ": group or others may write to it; chmod go-w it");
    }
    SECTION("another owner") {
        tests::write_file(path, "");
        if (geteuid() == 0) {
            REQUIRE(chown(path.c_str(), 12345, 0) == 0);
            CHECK_THAT(error(), Catch::Contains("belongs to neither root nor"));
        } else {
            WARN("skipped: only root can give a file away");
        }
    }
    SECTION("absent") {
        CHECK(error() == name + ": No such file or directory");
    }
    SECTION("folder") {
        std::filesystem::create_directory(path);
        CHECK(error() == name + ": it is not a regular file");
    }
    SECTION("FIFO without a writer") {
        REQUIRE(mkfifo(path.c_str(), 0600) == 0);
        CHECK(error() == name + ": it is not a regular file");
    }
    SECTION("too large") {
        tests::write_file(path, std::string(max_config_size + 1, '\n'));
        CHECK(error() == name + ": it is larger than 1 MiB");
    }
}

TEST_CASE("The person's own configuration comes before the machine's") {
    const TemporaryFolder folder;
    const Environment environment(folder.path(), folder.path());
    const auto without = find_config();
    CHECK((!without || *without == "/etc/signet/agent.toml"));
    std::filesystem::create_directory(folder / "signet");
    tests::write_file(folder / "signet/agent.toml", "");
    CHECK(find_config() == folder / "signet/agent.toml");
}
