// The table of the sources, and what is not as it is listed.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/conformance/case.h"

namespace signet::conformance {

/// Judges cases against the lists: a case that no list excuses must be as expected, one that a list excuses
/// must not be, so that what is right once stays right.
class Report {
  public:
    /// `exceptions.txt` and `counts.txt` in `lists`.
    explicit Report(const std::filesystem::path& lists);

    void take(const Case& one);
    /// Prints all; whether everything is as it is listed.
    [[nodiscard]] bool finish();

  private:
    struct Row {
        int cases = 0;
        int as_expected = 0;
        std::map<Exception::Kind, int> excused;
        int wrong = 0;
    };

    void excuse(const Case& one, const std::string& why, const Exception& exception);
    void wrong(const std::string& source, const std::string& what);
    void print_table() const;

    std::map<std::string, Exception> m_exceptions;
    std::map<std::string, int> m_counts;
    std::map<std::string, Row> m_rows;
    std::set<std::string> m_used;
    std::map<Exception::Kind, std::vector<std::string>> m_excused;
    std::vector<std::string> m_wrong;
};

}  // namespace signet::conformance
