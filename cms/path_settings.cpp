#include "cms/path_settings.h"

#include <openssl/err.h>
#include <openssl/objects.h>

#include <ctime>

#include "cms/algorithm_identifier.h"
#include "cms/openssl_ptr.h"

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

bool is_policy_identifier(const std::string& text) {
    const Asn1ObjectPtr object(OBJ_txt2obj(text.c_str(), 1));
    ERR_clear_error();
    // OpenSSL reads "1..2", too.
    return object != nullptr && object_text(*object) == text;
}

JudgedTime judged_time(std::optional<std::int64_t> at) {
    if (at)
        return {*at, TimeSource::given};
    return {static_cast<std::int64_t>(std::time(nullptr)), TimeSource::now};
}

}  // namespace signet::cms
