#include "cms/path_settings.h"

#include <ctime>

namespace signet::cms {

std::string_view time_source_token(TimeSource source) noexcept {
    switch (source) {
        case TimeSource::now:
            return "now";
        case TimeSource::given:
            return "given";
        case TimeSource::timestamp:
            return "timestamp";
    }
    return {};
}

JudgedTime judged_time(std::optional<std::int64_t> at) {
    if (at)
        return {*at, TimeSource::given};
    return {static_cast<std::int64_t>(std::time(nullptr)), TimeSource::now};
}

}  // namespace signet::cms
