#include "agent/audit_line.h"

#include "agent/utf8.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>

namespace signet::agent {
namespace {

constexpr std::string_view line_start = "{\"seq\":";
constexpr std::string_view cut_mark = "...";

// Bytes of each field's text once it is escaped. Their sum, with names and numbers, stays below
// max_audit_line.
constexpr std::size_t max_word = 64;
constexpr std::size_t max_hex = 256;
constexpr std::size_t max_uri = 768;
constexpr std::size_t max_module = 128;
constexpr std::size_t max_program = 1024;
constexpr std::size_t max_attributes = 320;
constexpr std::size_t max_detail = 860;

void append_number(std::string& line, std::uint64_t number) {
    std::array<char, 20> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    line.append(digits.data(), end);
}

/// The escaped form of one character, in `buffer` unless it is the character itself.
std::string_view escaped(std::string_view bytes, char32_t value, std::array<char, 8>& buffer) {
    if (value == '"')
        return "\\\"";
    if (value == '\\')
        return "\\\\";
    if (!is_deceptive(value))
        return bytes;
    const int size = std::snprintf(buffer.data(), buffer.size(), "\\u%04x", static_cast<unsigned>(value));
    return {buffer.data(), static_cast<std::size_t>(size)};
}

void append_text(std::string& line, std::string_view name, std::string_view text, std::size_t limit) {
    if (text.empty())
        return;
    line += ",\"";
    line += name;
    line += "\":\"";
    const std::size_t start = line.size();
    // Where the text ends if it must be cut: the last place that leaves room for the mark.
    std::size_t cut = start;
    while (!text.empty()) {
        const auto [value, size] = first_character(text);
        std::array<char, 8> buffer{};
        const std::string_view piece =
            size == 0 ? std::string_view("\\ufffd") : escaped(text.substr(0, size), value, buffer);
        if (line.size() - start + piece.size() > limit) {
            line.resize(cut);
            line += cut_mark;
            break;
        }
        line += piece;
        if (line.size() - start + cut_mark.size() <= limit)
            cut = line.size();
        text.remove_prefix(size == 0 ? 1 : size);
    }
    line += '"';
}

void append_time(std::string& line, std::chrono::system_clock::time_point time) {
    using std::chrono::duration_cast;
    const auto since = duration_cast<std::chrono::microseconds>(time.time_since_epoch());
    const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
    const std::time_t clock = seconds.count();
    std::tm utc{};
    gmtime_r(&clock, &utc);
    std::array<char, 64> text{};
    const int size = std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ",
                                   utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min,
                                   utc.tm_sec, static_cast<int>((since - seconds).count()));
    line.append(text.data(), static_cast<std::size_t>(size));
}

}  // namespace

void append_audit_line(std::string& lines, std::uint64_t sequence, std::chrono::system_clock::time_point time,
                       const AuditRecord& record) {
    lines += line_start;
    append_number(lines, sequence);
    lines += ",\"time\":\"";
    append_time(lines, time);
    lines += '"';
    append_text(lines, "operation", record.operation, max_word);
    append_text(lines, "outcome", record.outcome, max_word);
    if (record.peer_uid != static_cast<uid_t>(-1)) {
        lines += ",\"uid\":";
        append_number(lines, record.peer_uid);
    }
    if (record.peer_pid >= 0) {
        lines += ",\"pid\":";
        append_number(lines, static_cast<std::uint64_t>(record.peer_pid));
    }
    append_text(lines, "program", record.peer_program, max_program);
    append_text(lines, "identity", record.identity, max_hex);
    append_text(lines, "token", record.token, max_uri);
    append_text(lines, "module", record.module, max_module);
    append_text(lines, "digest-algorithm", record.digest_algorithm, max_word);
    append_text(lines, "digest", record.digest, max_hex);
    append_text(lines, "attributes", record.attributes, max_attributes);
    if (record.begun != 0) {
        lines += ",\"begun\":";
        append_number(lines, record.begun);
    }
    append_text(lines, "detail", record.detail, max_detail);
    lines += "}\n";
}

std::uint64_t greatest_sequence(std::string_view text) noexcept {
    std::uint64_t greatest = 0;
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        std::uint64_t number = 0;
        if (line.starts_with(line_start)) {
            const char* const begin = line.data() + line_start.size();
            const auto [end, error] = std::from_chars(begin, line.data() + line.size(), number);
            // A number without its comma may be cut.
            if (error == std::errc{} && end != line.data() + line.size() && *end == ',')
                greatest = std::max(greatest, number);
        }
        text.remove_prefix(std::min(text.size(), line.size() + 1));
    }
    return greatest;
}

}  // namespace signet::agent
