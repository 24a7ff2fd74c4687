#include "client/rfc3339.h"

#include <array>
#include <ctime>

namespace signet::client {

namespace {

constexpr int year_of_tm = 1900;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// Takes `count` digits off `text`; -1 if they are not there.
int take_number(std::string_view& text, std::size_t count) {
    if (text.size() < count)
        return -1;
    int number = 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (!is_digit(text[i]))
            return -1;
        number = number * 10 + (text[i] - '0');
    }
    text.remove_prefix(count);
    return number;
}

bool take(std::string_view& text, char upper, char lower) {
    if (text.empty() || (text.front() != upper && text.front() != lower))
        return false;
    text.remove_prefix(1);
    return true;
}

/// Takes "Z" or "+01:30" off `text`: seconds east of UTC.
std::optional<std::int64_t> take_offset(std::string_view& text) {
    if (take(text, 'Z', 'z'))
        return 0;
    const bool west = text.starts_with('-');
    if (!take(text, '+', '-'))
        return std::nullopt;
    const int hours = take_number(text, 2);
    const bool colon = take(text, ':', ':');
    const int minutes = take_number(text, 2);
    if (!colon || hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
        return std::nullopt;
    const std::int64_t seconds = std::int64_t{hours} * 3600 + std::int64_t{minutes} * 60;
    return west ? -seconds : seconds;
}

}  // namespace

std::string rfc3339(std::int64_t time) {
    const std::time_t seconds = time;
    std::tm fields{};
    if (gmtime_r(&seconds, &fields) == nullptr)
        return std::to_string(time);
    std::array<char, 64> buffer{};
    const std::size_t size = std::strftime(buffer.data(), buffer.size(), "%Y-%m-%dT%H:%M:%SZ", &fields);
    return {buffer.data(), size};
}

std::optional<std::int64_t> parse_rfc3339(std::string_view text) {
    struct Part {
        int std::tm::*field;
        std::size_t digits;
        char before;
        int smallest;
        int largest;
    };
    constexpr std::array<Part, 6> parts{{{&std::tm::tm_year, 4, '\0', 0, 9999},
                                         {&std::tm::tm_mon, 2, '-', 1, 12},
                                         {&std::tm::tm_mday, 2, '-', 1, 31},
                                         {&std::tm::tm_hour, 2, 'T', 0, 23},
                                         {&std::tm::tm_min, 2, ':', 0, 59},
                                         {&std::tm::tm_sec, 2, ':', 0, 60}}};
    std::tm fields{};
    for (const Part& part : parts) {
        if (part.before != '\0' && !take(text, part.before, part.before == 'T' ? 't' : part.before))
            return std::nullopt;
        const int number = take_number(text, part.digits);
        if (number < part.smallest || number > part.largest)
            return std::nullopt;
        fields.*part.field = number;
    }
    fields.tm_year -= year_of_tm;
    fields.tm_mon -= 1;

    if (take(text, '.', '.')) {
        if (take_number(text, 1) < 0)
            return std::nullopt;
        while (!text.empty() && is_digit(text.front()))
            text.remove_prefix(1);
    }
    const std::optional<std::int64_t> offset = take_offset(text);
    if (!offset || !text.empty())
        return std::nullopt;

    const int day = fields.tm_mday;
    const int month = fields.tm_mon;
    const bool leap_second = fields.tm_sec == 60;
    const std::int64_t time = timegm(&fields);
    // timegm makes 3 March of 31 February.
    if (!leap_second && (fields.tm_mday != day || fields.tm_mon != month))
        return std::nullopt;
    return time - *offset;
}

}  // namespace signet::client
