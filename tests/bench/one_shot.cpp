#include "tests/bench/one_shot.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include <stdexcept>

namespace signet::bench {

namespace {

std::vector<char*> pointers(const std::vector<std::string>& strings) {
    std::vector<char*> out;
    out.reserve(strings.size() + 1);
    for (const auto& string : strings)
        out.push_back(const_cast<char*>(string.c_str()));
    out.push_back(nullptr);
    return out;
}

void run(const Command& command) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    for (const int descriptor : {0, 1, 2})
        posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0);
    pid_t child = 0;
    const int error = posix_spawnp(&child, command.argv[0].c_str(), &actions, nullptr,
                                   pointers(command.argv).data(), pointers(command.environment).data());
    posix_spawn_file_actions_destroy(&actions);
    int status = 0;
    if (error != 0 || waitpid(child, &status, 0) != child || status != 0)
        throw std::runtime_error("a command failed: " + command.argv[0]);
}

}  // namespace

std::vector<Result> measure_one_shot(const std::vector<Command>& commands, unsigned rounds) {
    std::vector<std::vector<double>> samples(commands.size());
    for (unsigned round = 0; round < rounds; ++round) {
        for (std::size_t i = 0; i < commands.size(); ++i) {
            const auto start = Clock::now();
            run(commands[i]);
            samples[i].push_back(microseconds(Clock::now() - start));
        }
    }
    std::vector<Result> results;
    for (auto& some : samples) {
        double total = 0;
        for (const double sample : some)
            total += sample;
        results.push_back(summarise(some, total / 1e6));
    }
    return results;
}

}  // namespace signet::bench
