// A pinentry that a shell script plays.
#pragma once

#include "tests/fixtures/agent_process.h"
#include "tests/fixtures/temporary_folder.h"

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <vector>

namespace signet::tests {

/// A folder with a program `pinentry`, which notes its process and each command.
class ScriptedPinentry {
  public:
    /// `on_getpin` is the shell code for GETPIN; it finds this folder in $folder, and in $asked how often a
    /// PIN was asked for, this time included. `give PIN` answers with a PIN.
    explicit ScriptedPinentry(const std::string& on_getpin);

    /// `setup` with this pinentry for its first token.
    [[nodiscard]] AgentSetup used_in(AgentSetup setup) const;

    [[nodiscard]] std::filesystem::path operator/(const std::string& name) const { return m_folder / name; }
    /// How often a PIN was asked for.
    [[nodiscard]] std::size_t asked() const;
    /// All that the agent said to it so far.
    [[nodiscard]] std::string commands() const;
    /// How many of its processes, and of those that it noted in $folder/processes, have not ended.
    [[nodiscard]] std::size_t living() const;

  private:
    [[nodiscard]] std::string note(const std::string& name) const;

    TemporaryFolder m_folder;
};

}  // namespace signet::tests
