#include "tests/end_to_end/process_facts.h"

#include <filesystem>
#include <fstream>
#include <string>

namespace signet::tests {

namespace {

std::filesystem::path folder_of(pid_t pid) {
    return "/proc/" + std::to_string(pid);
}

}  // namespace

std::size_t open_descriptors(pid_t pid) {
    std::error_code gone;
    std::size_t count = 0;
    for (auto entry = std::filesystem::directory_iterator(folder_of(pid) / "fd", gone);
         !gone && entry != std::filesystem::directory_iterator(); entry.increment(gone))
        ++count;
    return count;
}

std::size_t resident_kib(pid_t pid) {
    std::ifstream status(folder_of(pid) / "status");
    for (std::string word; status >> word;) {
        std::size_t kib = 0;
        if (word == "VmRSS:" && status >> kib)
            return kib;
    }
    return 0;
}

}  // namespace signet::tests
