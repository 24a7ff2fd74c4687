// One table of the configuration, read with errors that name file, line and key.
#pragma once

#include "agent/config.h"

#include <toml++/toml.h>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace signet::agent {

/// A view: the table and the file's name must live as long. Every member throws ConfigError.
class ConfigTable {
  public:
    /// `prefix` stands before each key in errors: "module." or nothing.
    ConfigTable(const toml::table& table, std::string_view file, std::string prefix)
        : m_table(table), m_file(file), m_prefix(std::move(prefix)) {}

    /// Complains about the first key, by line, that is none of `known`.
    void allow_only(std::initializer_list<std::string_view> known) const;

    /// The value of `key`; none if it is absent. A string has no control characters and is not empty unless
    /// `may_be_empty`.
    [[nodiscard]] std::optional<std::string> string(std::string_view key, bool may_be_empty = false) const;
    [[nodiscard]] std::optional<std::int64_t> integer(std::string_view key) const;
    /// The same for a key that must be there.
    [[nodiscard]] std::string required_string(std::string_view key) const;
    /// Null if it is absent.
    [[nodiscard]] const toml::table* table(std::string_view key) const;
    /// The tables of [[key]], at most max_config_entries; null if it is absent.
    [[nodiscard]] const toml::array* tables(std::string_view key) const;

    /// Throws ConfigError about the value of `key`, or about the table if there is none.
    [[noreturn]] void fail(std::string_view key, const std::string& why) const;
    /// The same, where something else than to mend it is to be done.
    [[noreturn]] void fail(std::string_view key, const std::string& why, std::string advice) const;

  private:
    [[noreturn]] void fail_at(const toml::source_region& where, std::string_view key, const std::string& why,
                              std::string advice) const;

    const toml::table& m_table;
    std::string_view m_file;
    std::string m_prefix;
};

}  // namespace signet::agent
