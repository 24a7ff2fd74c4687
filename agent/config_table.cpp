#include "agent/config_table.h"

#include <algorithm>
#include <utility>

namespace signet::agent {
namespace {

bool has_control_character(std::string_view text) {
    return std::any_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

}  // namespace

void ConfigTable::fail_at(const toml::source_region& where, std::string_view key, const std::string& why,
                          std::string advice) const {
    throw ConfigError(std::string(m_file) + ":" + std::to_string(where.begin.line) + ": " + m_prefix +
                          std::string(key) + ": " + why,
                      std::move(advice));
}

void ConfigTable::fail(std::string_view key, const std::string& why) const {
    fail(key, why, "mend it");
}

void ConfigTable::fail(std::string_view key, const std::string& why, std::string advice) const {
    const toml::node* node = m_table.get(key);
    fail_at(node != nullptr ? node->source() : m_table.source(), key, why, std::move(advice));
}

void ConfigTable::allow_only(std::initializer_list<std::string_view> known) const {
    const toml::key* unknown = nullptr;
    for (auto&& [key, value] : m_table) {
        const bool is_known = std::find(known.begin(), known.end(), key.str()) != known.end();
        if (!is_known && (unknown == nullptr || key.source().begin < unknown->source().begin))
            unknown = &key;
    }
    if (unknown != nullptr)
        fail_at(unknown->source(), unknown->str(), "unknown key", "mend it");
}

std::optional<std::string> ConfigTable::string(std::string_view key, bool may_be_empty) const {
    const toml::node* node = m_table.get(key);
    if (node == nullptr)
        return std::nullopt;
    const auto* value = node->as_string();
    if (value == nullptr)
        fail(key, "must be a string");
    if (has_control_character(value->get()))
        fail(key, "must not have control characters");
    if (value->get().empty() && !may_be_empty)
        fail(key, "must not be empty");
    return value->get();
}

std::optional<std::int64_t> ConfigTable::integer(std::string_view key) const {
    const toml::node* node = m_table.get(key);
    if (node == nullptr)
        return std::nullopt;
    const auto* value = node->as_integer();
    if (value == nullptr)
        fail(key, "must be a whole number");
    return value->get();
}

std::string ConfigTable::required_string(std::string_view key) const {
    auto value = string(key);
    if (!value)
        fail(key, "is missing");
    return *std::move(value);
}

const toml::table* ConfigTable::table(std::string_view key) const {
    const toml::node* node = m_table.get(key);
    if (node != nullptr && !node->is_table())
        fail(key, "must be a table");
    return node != nullptr ? node->as_table() : nullptr;
}

const toml::array* ConfigTable::tables(std::string_view key) const {
    const toml::node* node = m_table.get(key);
    if (node == nullptr)
        return nullptr;
    const auto* array = node->as_array();
    if (array == nullptr ||
        std::any_of(array->begin(), array->end(), [](auto&& item) { return !item.is_table(); }))
        fail(key, "must be tables, each under [[" + std::string(key) + "]]");
    if (array->size() > max_config_entries)
        fail(key, "there are more than " + std::to_string(max_config_entries));
    return array;
}

}  // namespace signet::agent
