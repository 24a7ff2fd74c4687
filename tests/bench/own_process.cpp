#include "tests/bench/own_process.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <sstream>

#include "tests/bench/agent_load.h"
#include "tests/fixtures/file.h"

namespace signet::bench {

namespace {

constexpr auto patience = std::chrono::seconds(60);

std::string text(Key key) {
    return key == Key::rsa2048 ? "rsa2048" : "p256";
}

Result run_self(const tests::Arguments& arguments, const tests::Environment& environment,
                std::chrono::milliseconds duration) {
    tests::Arguments argv{std::filesystem::read_symlink("/proc/self/exe").string()};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    tests::RunOptions options;
    options.environment = environment;
    options.timeout = duration + patience;
    std::istringstream out(tests::run_or_throw(argv, options).out);
    Result result;
    if (!(out >> result.p50 >> result.p99 >> result.rate))
        throw std::runtime_error("a measurement printed nothing");
    return result;
}

unsigned number(const char* argument) {
    return static_cast<unsigned>(std::strtoul(argument, nullptr, 10));
}

Result role(int argc, char** argv) {
    const std::string name = argv[1];
    if (name == "--role-bare" && argc == 9) {
        const BareToken token{argv[2],
                              argv[3],
                              tests::read_file(argv[4]),
                              {static_cast<std::uint8_t>(std::strtoul(argv[5], nullptr, 16))},
                              std::string(argv[6]) == text(Key::rsa2048) ? Key::rsa2048 : Key::p256};
        return measure_bare_token(token, number(argv[7]), std::chrono::milliseconds(number(argv[8])));
    }
    if (name == "--role-agent" && argc == 6)
        return measure_agent(argv[2], argv[3], number(argv[4]), std::chrono::milliseconds(number(argv[5])));
    throw std::runtime_error("no such role");
}

}  // namespace

Result bare_token_in_own_process(const BareToken& token, const std::filesystem::path& pin_file,
                                 unsigned threads, std::chrono::milliseconds duration,
                                 const tests::Environment& environment) {
    char id[3] = {};
    std::snprintf(id, sizeof id, "%02x", static_cast<unsigned>(token.id.at(0)));
    return run_self({"--role-bare", token.module, token.token_label, pin_file, id, text(token.key),
                     std::to_string(threads), std::to_string(duration.count())},
                    environment, duration);
}

Result agent_in_own_process(const std::filesystem::path& socket, const std::string& identity,
                            unsigned clients, std::chrono::milliseconds duration) {
    return run_self(
        {"--role-agent", socket, identity, std::to_string(clients), std::to_string(duration.count())}, {},
        duration);
}

std::optional<int> run_role(int argc, char** argv) {
    if (argc < 2 || std::strncmp(argv[1], "--role-", 7) != 0)
        return std::nullopt;
    try {
        const Result result = role(argc, argv);
        std::printf("%f %f %f\n", result.p50, result.p99, result.rate);
        std::fflush(stdout);
        // Modules crash at exit after OpenSSL's own clean-up.
        _Exit(0);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}

}  // namespace signet::bench
