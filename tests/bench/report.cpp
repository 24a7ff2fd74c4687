#include "tests/bench/report.h"

#include <cstdio>

namespace signet::bench {

namespace {

template <typename... Values>
std::string line(const char* format, Values... values) {
    char buffer[256];
    std::snprintf(buffer, sizeof buffer, format, values...);
    return buffer;
}

}  // namespace

std::string as_table(const std::vector<Row>& rows, const std::vector<Ratio>& ratios) {
    std::string out = line("%-58s %10s %10s %10s\n", "", "p50 us", "p99 us", "per second");
    for (const auto& row : rows)
        out += line("%-58s %10.1f %10.1f %10.0f\n", row.name.c_str(), row.result.p50, row.result.p99,
                    row.result.rate);
    out += '\n';
    for (const auto& ratio : ratios)
        out += line("%-80s %7.2f  %s\n", ratio.name.c_str(), ratio.value, ratio.goal.c_str());
    return out;
}

// The names are our own and hold nothing that JSON would want escaped.
std::string as_json(const std::vector<Row>& rows, const std::vector<Ratio>& ratios) {
    std::string out = "{\"measurements\":[";
    const char* comma = "";
    for (const auto& row : rows) {
        out += line(R"(%s{"name":"%s","p50_us":%.2f,"p99_us":%.2f,"per_second":%.1f})", comma,
                    row.name.c_str(), row.result.p50, row.result.p99, row.result.rate);
        comma = ",";
    }
    out += "],\"ratios\":[";
    comma = "";
    for (const auto& ratio : ratios) {
        out += line(R"(%s{"name":"%s","value":%.4f,"goal":"%s"})", comma, ratio.name.c_str(), ratio.value,
                    ratio.goal.c_str());
        comma = ",";
    }
    return out + "]}\n";
}

}  // namespace signet::bench
