#include "tests/end_to_end/card_session.h"

namespace signet::tests {

namespace {

std::unique_ptr<AgentProcess> agent_for(FaultyModule& module, const std::string& settings,
                                        const AgentSetup& setup) {
    module.set(settings);
    return std::make_unique<AgentProcess>(setup);
}

}  // namespace

CardSession::CardSession(const std::string& pin, const std::string& pin_cache,
                         const std::vector<KeyType>& types)
    : alice(types), running(std::make_unique<AgentProcess>(setup(pin, pin_cache))), agent(*running) {
    write_file(folder / "report.txt", "All is well.\n");
}

CardSession::CardSession(const ScriptedPinentry& pinentry, const std::string& pin_cache,
                         const std::string& settings, const std::vector<KeyType>& types)
    : alice(types),
      running(agent_for(module, settings, pinentry.used_in(setup("pinentry", pin_cache)))),
      agent(*running) {
    write_file(folder / "report.txt", "All is well.\n");
}

AgentSetup CardSession::setup(const std::string& pin, const std::string& pin_cache) {
    AgentSetup setup = module.setup(alice.token(), "10s");
    if (!pin.empty())
        setup.tokens.front().pin = pin;
    setup.tokens.front().pin_cache = pin_cache;
    return setup;
}

Arguments CardSession::arguments(const Arguments& command) const {
    Arguments argv{program("signet")};
    argv.insert(argv.end(), command.begin(), command.end());
    return argv;
}

ProcessResult CardSession::signet(const Arguments& command, std::optional<std::string> stdin_text) const {
    return agent.signet(
        command,
        {.stdin_text = std::move(stdin_text), .folder = folder.path(), .timeout = std::chrono::minutes(2)});
}

BackgroundProcess CardSession::begin(const Arguments& command) const {
    return BackgroundProcess(
        arguments(command), RunOptions{.environment = agent.folder().environment(), .folder = folder.path()});
}

Arguments CardSession::batch(int files, const Arguments& options) const {
    Arguments command{"sign"};
    command.insert(command.end(), options.begin(), options.end());
    for (int i = 0; i < files; ++i) {
        command.push_back("file" + std::to_string(i));
        write_file(folder / command.back(), "content " + std::to_string(i));
    }
    return command;
}

bool CardSession::shows(const std::string& text) const {
    return signet({"list"}).out.find(text) != std::string::npos;
}

bool CardSession::status_shows(const std::string& text) const {
    return signet({"status", "--json"}).out.find(text) != std::string::npos;
}

}  // namespace signet::tests
