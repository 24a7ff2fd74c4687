#include "tests/conformance/case.h"

#include <algorithm>
#include <boost/property_tree/json_parser.hpp>
#include <boost/property_tree/ptree.hpp>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace signet::conformance {
namespace {

std::string with_spaces(std::string value) {
    for (std::size_t at = value.find("%20"); at != std::string::npos; at = value.find("%20", at))
        value.replace(at, 3, " ");
    return value;
}

std::ifstream opened(const std::filesystem::path& path) {
    std::ifstream file(path);
    if (!file)
        throw std::runtime_error("cannot read " + path.string());
    return file;
}

/// Whether the line says something; comments start with #.
bool says_something(const std::string& line) {
    return !line.empty() && line.front() != '#';
}

/// The files that a name with or without `*` stands for, relative to `folder`, sorted.
std::vector<std::string> files(const std::filesystem::path& folder, const std::string& name) {
    const auto star = name.find('*');
    if (star == std::string::npos)
        return {name};
    const std::string before = name.substr(0, star);
    const std::string ending = name.substr(star + 1);
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder / before))
        if (const auto path = entry.path().lexically_relative(folder).string();
            entry.is_regular_file() && path.ends_with(ending))
            found.push_back(path);
    std::sort(found.begin(), found.end());
    return found;
}

}  // namespace

std::string Case::option(const std::string& key) const {
    const auto found = options.find(key);
    return found == options.end() ? std::string() : found->second;
}

std::filesystem::path Case::path(const std::string& key) const {
    return folder / option(key);
}

std::vector<Case> read_cases(const std::filesystem::path& list, const std::filesystem::path& corpus) {
    std::vector<Case> cases;
    const std::string source = list.stem().string();
    auto lines = opened(list);
    for (std::string line; std::getline(lines, line);) {
        if (!says_something(line))
            continue;
        std::istringstream words(line);
        Case one;
        std::string name;
        words >> one.verdict >> name;
        for (std::string word; words >> word;) {
            const auto equal = word.find('=');
            one.options[word.substr(0, equal)] =
                equal == std::string::npos ? "yes" : with_spaces(word.substr(equal + 1));
        }
        one.source = source;
        one.folder = corpus / source;
        for (const std::string& file : files(one.folder, name)) {
            one.file = one.folder / file;
            one.name = std::string(source).append("/").append(file);
            if (const std::string variant = one.option("variant"); !variant.empty())
                one.name += "#" + variant;
            cases.push_back(one);
        }
    }
    return cases;
}

std::vector<Case> thunderbird_cases(const std::filesystem::path& corpus) {
    const std::string source = "06-thunderbird-nss";
    boost::property_tree::ptree all;
    boost::property_tree::read_json((corpus / source / "expected.json").string(), all);
    std::vector<Case> cases;
    for (const auto& [key, entry] : all.get_child("cases")) {
        Case one;
        one.source = source;
        one.folder = corpus / source;
        const auto file = entry.get<std::string>("file");
        one.file = one.folder / file;
        one.name = std::string(source).append("/").append(file);
        one.verdict = "layers";
        const std::string name = one.file.filename().string();
        const std::string recipient = name.starts_with("fran-ec") ? "smime-interop/Fran-ec.p12"
                                      : name.starts_with("fran")  ? "smime-interop/Fran.p12"
                                                                  : "smime/Bob.p12";
        one.options = {{"p12", recipient},
                       {"pass", "nss"},
                       {"trust", "smime/TestCA.pem"},
                       {"encrypted", entry.get<std::string>("encrypted")},
                       {"signed", entry.get<std::string>("signed")},
                       {"good", entry.get<std::string>("signature_good")}};
        if (const auto text = entry.get<std::string>("plaintext_contains", "null"); text != "null")
            one.options["contains"] = text;
        cases.push_back(one);
        if (const auto good = entry.get<std::string>("signature_good_if_sha1_allowed", ""); !good.empty()) {
            one.name += "#legacy";
            one.options["good"] = good;
            one.options["legacy"] = "yes";
            cases.push_back(one);
        }
    }
    return cases;
}

std::map<std::string, Exception> read_exceptions(const std::filesystem::path& list) {
    const std::map<std::string, Exception::Kind> kinds{{"legacy", Exception::Kind::legacy},
                                                       {"never", Exception::Kind::never},
                                                       {"not-yet", Exception::Kind::not_yet}};
    std::map<std::string, Exception> exceptions;
    auto lines = opened(list);
    for (std::string line; std::getline(lines, line);) {
        if (!says_something(line))
            continue;
        std::istringstream words(line);
        std::string kind;
        std::string name;
        Exception one;
        words >> kind >> name >> std::ws;
        std::getline(words, one.reason);
        if (kinds.count(kind) == 0 || one.reason.empty())
            throw std::runtime_error(list.string() + ": no kind or no reason: " + line);
        one.kind = kinds.at(kind);
        if (!exceptions.emplace(name, one).second)
            throw std::runtime_error(list.string() + ": twice: " + name);
    }
    return exceptions;
}

std::map<std::string, int> read_counts(const std::filesystem::path& list) {
    std::map<std::string, int> counts;
    auto lines = opened(list);
    for (std::string line; std::getline(lines, line);) {
        if (!says_something(line))
            continue;
        std::istringstream words(line);
        std::string source;
        int number = 0;
        if (!(words >> source >> number))
            throw std::runtime_error(list.string() + ": no number: " + line);
        counts[source] = number;
    }
    return counts;
}

}  // namespace signet::conformance
