// Goes through the corpus of others' messages and prints what is as they say; scripts/conformance runs it.
#include <algorithm>
#include <exception>
#include <iostream>

#include "tests/conformance/case.h"
#include "tests/conformance/report.h"

namespace {

using namespace signet::conformance;

bool run(const std::filesystem::path& lists, const std::filesystem::path& corpus) {
    Report report(lists);
    std::vector<std::filesystem::path> sources;
    for (const auto& entry : std::filesystem::directory_iterator(lists / "cases"))
        sources.push_back(entry.path());
    std::sort(sources.begin(), sources.end());
    for (const auto& source : sources)
        for (const Case& one : read_cases(source, corpus))
            report.take(one);
    for (const Case& one : thunderbird_cases(corpus))
        report.take(one);
    return report.finish();
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::cerr << "usage: " << argv[0] << " LISTS CORPUS\n";
        return 2;
    }
    try {
        return run(argv[1], argv[2]) ? 0 : 1;
    } catch (const std::exception& error) {
        std::cerr << "conformance: " << error.what() << "\n";
        return 1;
    }
}
