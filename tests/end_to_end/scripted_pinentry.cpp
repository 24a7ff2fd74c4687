#include "tests/end_to_end/scripted_pinentry.h"

#include "tests/fixtures/file.h"

#include <sstream>

namespace signet::tests {

ScriptedPinentry::ScriptedPinentry(const std::string& on_getpin) {
    write_file(m_folder / "pinentry",
               "#!/bin/bash\n"
               "folder=$(dirname \"$0\")\n"
               "give() { printf 'D %s\\nOK\\n' \"$1\"; }\n"
               "echo $$ >> \"$folder/processes\"\n"
               "echo OK\n"
               "while read -r line; do\n"
               "  echo \"$line\" >> \"$folder/commands\"\n"
               "  case \"$line\" in\n"
               "    GETPIN) echo asked >> \"$folder/asked\"\n"
               "            asked=$(wc -l < \"$folder/asked\")\n"
               "            " +
                   on_getpin +
                   ";;\n"
                   "    BYE) echo OK; exit 0;;\n"
                   "    *) echo OK;;\n"
                   "  esac\n"
                   "done\n");
    std::filesystem::permissions(m_folder / "pinentry", std::filesystem::perms::owner_all);
}

AgentSetup ScriptedPinentry::used_in(AgentSetup setup) const {
    setup.tokens.front().pin = "pinentry";
    setup.environment["PATH"] = m_folder.path().string() + ":" + minimal_environment().at("PATH");
    return setup;
}

std::string ScriptedPinentry::note(const std::string& name) const {
    return std::filesystem::exists(m_folder / name) ? read_file(m_folder / name) : std::string();
}

std::size_t ScriptedPinentry::asked() const {
    return count_lines(note("asked"));
}

std::string ScriptedPinentry::commands() const {
    return note("commands");
}

std::size_t ScriptedPinentry::living() const {
    std::istringstream processes(note("processes"));
    std::size_t count = 0;
    for (pid_t pid = 0; processes >> pid;)
        count += process_runs(pid) ? 1 : 0;
    return count;
}

}  // namespace signet::tests
