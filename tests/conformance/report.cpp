#include "tests/conformance/report.h"

#include <iomanip>
#include <iostream>

#include "tests/conformance/judge.h"

namespace signet::conformance {
namespace {

using Kind = Exception::Kind;

void print(const std::string& heading, const std::vector<std::string>& lines) {
    if (lines.empty())
        return;
    std::cout << "\n" << heading << " (" << lines.size() << ")\n";
    for (const std::string& line : lines)
        std::cout << "  " << line << "\n";
}

}  // namespace

Report::Report(const std::filesystem::path& lists)
    : m_exceptions(read_exceptions(lists / "exceptions.txt")), m_counts(read_counts(lists / "counts.txt")) {}

void Report::take(const Case& one) {
    Row& row = m_rows[one.source];
    ++row.cases;
    const std::string why = judge(one, false);
    if (const auto exception = m_exceptions.find(one.name); exception != m_exceptions.end())
        return excuse(one, why, exception->second);
    if (!why.empty())
        return wrong(one.source, one.name + ": not " + one.verdict + ": " + why);
    ++row.as_expected;
}

void Report::excuse(const Case& one, const std::string& why, const Exception& exception) {
    m_used.insert(one.name);
    if (why.empty())
        return wrong(one.source, one.name + ": is as expected now: take it out of exceptions.txt");
    if (exception.kind == Kind::legacy)
        if (const std::string still = judge(one, true); !still.empty())
            return wrong(one.source, one.name + ": not " + one.verdict + " with --legacy: " + still);
    ++m_rows[one.source].excused[exception.kind];
    m_excused[exception.kind].push_back(one.name + ": " + exception.reason);
}

void Report::wrong(const std::string& source, const std::string& what) {
    ++m_rows[source].wrong;
    m_wrong.push_back(what);
}

bool Report::finish() {
    for (const auto& [source, count] : m_counts)
        if (const int cases = m_rows[source].cases; cases != count)
            wrong(source,
                  source + ": " + std::to_string(cases) + " cases instead of " + std::to_string(count));
    for (const auto& [source, row] : m_rows)
        if (m_counts.count(source) == 0)
            wrong(source, source + ": counts.txt does not say how many cases it has");
    for (const auto& [name, exception] : m_exceptions)
        if (m_used.count(name) == 0)
            wrong("(lists)", name + ": is in exceptions.txt, and excuses nothing");
    print_table();
    print("Refused, and as expected with --legacy", m_excused[Kind::legacy]);
    print("Not as expected, deliberately", m_excused[Kind::never]);
    print("Not as expected yet", m_excused[Kind::not_yet]);
    print("WRONG", m_wrong);
    return m_wrong.empty();
}

void Report::print_table() const {
    std::cout << std::left << std::setw(32) << "source" << std::right;
    for (const char* column : {"cases", "as expected", "with --legacy", "deliberate", "not yet", "wrong"})
        std::cout << std::setw(15) << column;
    std::cout << "\n";
    const auto count = [](const Row& row, Kind kind) {
        const auto found = row.excused.find(kind);
        return found == row.excused.end() ? 0 : found->second;
    };
    for (const auto& [source, row] : m_rows) {
        std::cout << std::left << std::setw(32) << source << std::right;
        for (const int number : {row.cases, row.as_expected, count(row, Kind::legacy),
                                 count(row, Kind::never), count(row, Kind::not_yet), row.wrong})
            std::cout << std::setw(15) << number;
        std::cout << "\n";
    }
}

}  // namespace signet::conformance
