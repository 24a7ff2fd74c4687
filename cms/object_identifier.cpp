#include "cms/object_identifier.h"

#include <algorithm>

namespace signet::cms {

bool is_object_identifier(std::string_view text) noexcept {
    if (text.size() > max_object_identifier)
        return false;
    std::string_view first;
    for (std::size_t arcs = 1;; ++arcs) {
        const std::size_t end = std::min(text.find('.'), text.size());
        const std::string_view arc = text.substr(0, end);
        const bool is_number =
            !arc.empty() && (arc.size() == 1 || arc.front() != '0') &&
            std::all_of(arc.begin(), arc.end(), [](char c) { return c >= '0' && c <= '9'; });
        const bool is_small = arc.size() == 1 || (arc.size() == 2 && arc < "40");
        if (!is_number || (arcs == 1 && (arc.size() != 1 || arc > "2")) ||
            (arcs == 2 && first != "2" && !is_small))
            return false;
        if (arcs == 1)
            first = arc;
        if (end == text.size())
            return arcs >= 2;
        text.remove_prefix(end + 1);
    }
}

}  // namespace signet::cms
