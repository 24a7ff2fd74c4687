// `signet` run as a person would, in a folder of its own.
#pragma once

#include <filesystem>
#include <set>
#include <string>

#include "tests/catch.h"
#include "tests/fixtures/agent_process.h"
#include "tests/fixtures/file.h"
#include "tests/fixtures/process.h"
#include "tests/fixtures/temporary_folder.h"

namespace signet::tests {

/// A folder, and commands that run in it against the socket `socket`.
class Session {
  public:
    /// Empty: there is no agent.
    explicit Session(std::string socket = {})
        : m_socket(socket.empty() ? (m_folder / "no-agent.sock").string() : std::move(socket)) {}

    ProcessResult signet(const Arguments& arguments, const std::optional<std::string>& input = {},
                         const Environment& environment = {}) const {
        Arguments argv = arguments;
        argv.insert(argv.begin(), program("signet"));
        RunOptions options;
        options.stdin_text = input;
        options.environment = environment;
        options.environment["SIGNET_SOCKET"] = m_socket;
        options.folder = m_folder.path();
        return run(argv, options);
    }

    /// Runs another program in the folder, which must succeed.
    void run_here(const Arguments& argv) const {
        RunOptions options;
        options.folder = m_folder.path();
        run_or_throw(argv, options);
    }

    /// The names of all files in the folder.
    [[nodiscard]] std::set<std::string> files() const {
        std::set<std::string> names;
        for (const auto& entry : std::filesystem::directory_iterator(m_folder.path()))
            names.insert(entry.path().filename());
        return names;
    }

    void write(const std::string& name, std::string_view content) const {
        write_file(m_folder / name, content);
    }
    [[nodiscard]] std::string read(const std::string& name) const { return read_file(m_folder / name); }
    [[nodiscard]] const std::string& socket() const { return m_socket; }
    [[nodiscard]] std::string path(const std::string& name) const { return m_folder / name; }

  private:
    TemporaryFolder m_folder;
    std::string m_socket;
};

/// A failure: the exit status, one line on stderr that starts with `signet: `, nothing on stdout.
inline void check_fails(const ProcessResult& result, int status, const std::string& line) {
    CHECK(result.status == status);
    CHECK(result.err == "signet: " + line + "\n");
    CHECK(result.out.empty());
}

}  // namespace signet::tests
