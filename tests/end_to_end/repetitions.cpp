#include "tests/end_to_end/repetitions.h"

#include <charconv>
#include <cstdlib>
#include <stdexcept>
#include <string>

namespace signet::tests {

std::size_t number_in(const char* name, std::size_t otherwise) {
    const char* value = std::getenv(name);
    if (value == nullptr)
        return otherwise;
    const std::string_view text(value);
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size())
        throw std::runtime_error(std::string(name) + " is not a number: " + value);
    return number;
}

}  // namespace signet::tests
