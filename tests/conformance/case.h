// What the authors of the corpus say of one of its files.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace signet::conformance {

struct Case {
    /// The folder in the corpus: "03-rfc4134".
    std::string source;
    /// SOURCE/FILE, and #VARIANT where a file has several cases. Unique.
    std::string name;
    /// What must become of it: a word that judge() knows.
    std::string verdict;
    std::filesystem::path file;
    std::map<std::string, std::string> options;

    /// The value of an option, empty without.
    [[nodiscard]] std::string option(const std::string& key) const;
    /// The file that an option names; it must be there.
    [[nodiscard]] std::filesystem::path path(const std::string& key) const;

    /// The source's folder.
    std::filesystem::path folder;
};

/// The cases of one source, from a list with lines of `VERDICT FILE [KEY=VALUE]...`; `*` in FILE stands for
/// each file below its folder with that ending, `%20` in a value for a space. Throws std::runtime_error.
std::vector<Case> read_cases(const std::filesystem::path& list, const std::filesystem::path& corpus);

/// Those of Thunderbird's expected.json, twice each where it says what becomes of them with SHA-1.
std::vector<Case> thunderbird_cases(const std::filesystem::path& corpus);

/// Why cases are not as expected.
struct Exception {
    /// Refused, and with --legacy as expected; refused for good; not done yet.
    enum class Kind { legacy, never, not_yet } kind = Kind::not_yet;
    std::string reason;
};

/// By the case's name, from lines `KIND NAME REASON...`. Throws std::runtime_error.
std::map<std::string, Exception> read_exceptions(const std::filesystem::path& list);

/// How many cases each source has, from lines `SOURCE NUMBER`. Throws std::runtime_error.
std::map<std::string, int> read_counts(const std::filesystem::path& list);

}  // namespace signet::conformance
