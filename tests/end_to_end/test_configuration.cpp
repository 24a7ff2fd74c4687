// Configurations that the agent does not start with.
#include "tests/end_to_end/session.h"

using namespace signet::tests;

namespace {

void check_config_refused(const AgentFolder& folder, const std::string& reason) {
    for (const Arguments& more : {Arguments{}, Arguments{"--check-config"}}) {
        const ProcessResult result = run_agent(folder, more);
        CAPTURE(more, result.out, result.err);
        CHECK(result.status != 0);
        CHECK(result.status < 128);
        CHECK(count_lines(result.err) == 1);
        CHECK(result.err.find(folder.configuration().string()) != std::string::npos);
        CHECK(result.err.find(reason) != std::string::npos);
        CHECK_FALSE(std::filesystem::exists(folder.socket()));
    }
}

}  // namespace

TEST_CASE("a configuration that is wrong is refused with its line") {
    const AgentFolder folder;
    const std::string good =
        folder.configuration_of({.modules = {{.name = "softhsm", .path = SoftHsmToken::module_path()}}});
    // Its last line is the first of what is added.
    const auto lines = count_lines(good);
    const std::string module = "[[module]]\nname = \"x\"\n";
    const std::string whole_module = module + "path = \"/usr/lib/softhsm/libsofthsm2.so\"\n";
    struct Bad {
        std::string added;
        // Of the line with the fault, from 1 among those added.
        std::size_t line;
        std::string reason;
    };
    const std::vector<Bad> bad{
        {whole_module + "paht = \"y\"\n", 4, "module.paht: unknown key"},
        {"[frobnicate]\nx = 1\n", 1, "frobnicate: unknown key"},
        {"[[module]]\nname = 7\npath = \"/usr/lib/softhsm/libsofthsm2.so\"\n", 2, "module.name: "},
        {whole_module + "sessions = \"many\"\n", 4, "module.sessions: "},
        {whole_module + "operation-timeout = \"soon\"\n", 4, "module.operation-timeout: "},
        {module + "path = \"/no/such/module.so\"\n", 3, "module.path: /no/such/module.so: "},
        {module, 1, "module.path: is missing"},
        {"[[token]]\nuri = \"pkcs11:token=x\"\npin = \"guess\"\n", 3, "token.pin: "},
        {"[[rule]]\nidentity = \"*\"\n", 1, "rule: "},
        {"this is not TOML\n", 1, "not TOML: "},
    };
    for (const auto& [added, line, reason] : bad) {
        CAPTURE(added);
        write_file(folder.configuration(), good + added);
        check_config_refused(
            folder, folder.configuration().string() + ":" + std::to_string(lines + line) + ": " + reason);
    }
    write_file(folder.configuration(), good);
    CHECK(run_agent(folder, {"--check-config"}).status == 0);
}

TEST_CASE("what would fail later, a PIN file or pinentry, is seen by --check-config") {
    const AgentFolder folder;
    const auto file = folder.configuration().parent_path() / "pin";
    const auto check = [&](const std::string& text) {
        write_file(folder.configuration(), text);
        return run_agent(folder, {"--check-config"});
    };
    const std::string token = "[[token]]\nuri = \"pkcs11:token=x\"\npin = \"file:" + file.string() + "\"\n";
    const auto refused = [](const ProcessResult& result, const std::string& line) {
        CHECK(result.status == 2);
        CHECK(result.err == "signet-agent: cannot use the configuration: " + line + "\n");
        CHECK(result.out.empty());
    };
    refused(check(token), "cannot take the PIN from " + file.string() +
                              ": No such file or directory; check `pin` of this token in the configuration");
    write_file(file, "123456\n");
    std::filesystem::permissions(file, std::filesystem::perms(0640));
    refused(check(token),
            "cannot take the PIN from " + file.string() + ": others have access to it; chmod 600 the file");
    std::filesystem::permissions(file, std::filesystem::perms(0600));
    CHECK(check(token).status == 0);
    refused(check("pinentry = \"/no/such/pinentry\"\n"),
            "pinentry: /no/such/pinentry: No such file or directory; install it, or name another one");
    refused(check("pinentry = \"" + file.string() + "\"\n"),
            "pinentry: " + file.string() + ": Permission denied; install it, or name another one");
    CHECK(check("pinentry = \"/bin/sh\"\n").status == 0);
}

TEST_CASE("an unknown key is named with its line") {
    const AgentFolder folder;
    write_file(folder.configuration(), "# first\n# second\nsokcet = \"/tmp/x\"\n");
    check_config_refused(folder, folder.configuration().string() + ":3: ");
}

TEST_CASE("a configuration file that is not there is refused") {
    const AgentFolder folder;
    check_config_refused(folder, "agent.toml");
}
