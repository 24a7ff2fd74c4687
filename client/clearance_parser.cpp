#include <toml++/toml.h>

#include <algorithm>
#include <initializer_list>

#include "client/clearance.h"
#include "client/error.h"
#include "client/hex.h"
#include "cms/attributes/security_label.h"
#include "cms/object_identifier.h"

namespace signet::client {

namespace {

constexpr std::size_t max_entries = 1024;
constexpr char permitted_form[] = "permitted must be an array of texts, whole numbers and { der = \"HEX\" }";

}  // namespace

/// One clearance.toml.
class ClearanceParser {
  public:
    ClearanceParser(std::string_view text, const std::string& name) : m_name(name) {
        try {
            m_root = toml::parse(text, name);
        } catch (const toml::parse_error& error) {
            fail(error.source(), "not TOML: " + std::string(error.description()));
        }
    }

    [[nodiscard]] Clearance read() const {
        allow_only(m_root, {"policy"});
        Clearance clearance;
        for (const toml::table* table : tables(m_root, "policy")) {
            auto policy = read_policy(*table);
            if (clearance.find(policy.oid) != nullptr)
                fail(table->source(), "a second policy " + policy.oid);
            clearance.m_policies.push_back(std::move(policy));
        }
        return clearance;
    }

  private:
    [[noreturn]] void fail(const toml::source_region& where, const std::string& why) const {
        throw Error(ExitStatus::other, "cannot read the clearance",
                    m_name + ":" + std::to_string(where.begin.line) + ": " + why, "mend it");
    }

    void allow_only(const toml::table& table, std::initializer_list<std::string_view> known) const {
        for (auto&& [key, value] : table)
            if (std::find(known.begin(), known.end(), key.str()) == known.end())
                fail(key.source(), "unknown key " + std::string(key.str()));
    }

    [[nodiscard]] std::string text(const toml::table& table, std::string_view key) const {
        const toml::node* node = table.get(key);
        if (node == nullptr)
            fail(table.source(), std::string(key) + " is missing");
        if (!node->is_string() || node->as_string()->get().empty())
            fail(node->source(), std::string(key) + " must be a string that is not empty");
        return node->as_string()->get();
    }

    [[nodiscard]] std::string identifier(const toml::table& table, std::string_view key) const {
        std::string value = text(table, key);
        if (!cms::is_object_identifier(value))
            fail(table.get(key)->source(), std::string(key) + " must be an object identifier");
        return value;
    }

    [[nodiscard]] std::vector<const toml::table*> tables(const toml::table& table,
                                                         std::string_view key) const {
        std::vector<const toml::table*> all;
        const toml::node* node = table.get(key);
        if (node == nullptr)
            return all;
        const toml::array* array = node->as_array();
        if (array == nullptr || array->size() > max_entries)
            fail(node->source(), std::string(key) + " must be tables, at most 1024");
        for (const toml::node& element : *array) {
            if (!element.is_table())
                fail(element.source(), std::string(key) + " must be tables");
            all.push_back(element.as_table());
        }
        return all;
    }

    [[nodiscard]] Clearance::Policy read_policy(const toml::table& table) const {
        allow_only(table, {"oid", "name", "clearance", "equivalents-from", "classification", "category"});
        Clearance::Policy policy;
        policy.oid = identifier(table, "oid");
        policy.name = text(table, "name");
        policy.translators = addresses(table, "equivalents-from");
        for (const toml::table* entry : tables(table, "classification"))
            policy.classifications.push_back(read_classification(*entry, policy));
        for (const toml::table* entry : tables(table, "category"))
            policy.categories.push_back(read_category(*entry, policy));
        if (policy.classifications.empty()) {
            if (table.contains("clearance"))
                fail(table.get("clearance")->source(), "a clearance, but no classification");
            return policy;
        }
        const std::string clearance = text(table, "clearance");
        const auto highest =
            std::find_if(policy.classifications.begin(), policy.classifications.end(),
                         [&](const Clearance::Classification& known) { return known.name == clearance; });
        if (highest == policy.classifications.end())
            fail(table.get("clearance")->source(), "no classification is called " + clearance);
        policy.highest = static_cast<std::size_t>(highest - policy.classifications.begin());
        return policy;
    }

    [[nodiscard]] std::optional<std::vector<std::string>> addresses(const toml::table& table,
                                                                    std::string_view key) const {
        const toml::node* node = table.get(key);
        if (node == nullptr)
            return std::nullopt;
        const toml::array* array = node->as_array();
        if (array == nullptr || array->size() > max_entries)
            fail(node->source(), std::string(key) + " must be an array of mail addresses");
        std::vector<std::string> all;
        for (const toml::node& element : *array) {
            if (!element.is_string() || element.as_string()->get().find('@') == std::string::npos)
                fail(element.source(), std::string(key) + " must be an array of mail addresses");
            all.push_back(element.as_string()->get());
        }
        return all;
    }

    [[nodiscard]] Clearance::Classification read_classification(const toml::table& table,
                                                                const Clearance::Policy& before) const {
        allow_only(table, {"value", "name"});
        const toml::node* value = table.get("value");
        const std::int64_t number = value != nullptr && value->is_integer() ? value->as_integer()->get() : -1;
        if (number < 0 || number > std::int64_t{cms::max_security_classification})
            fail(table.source(), "value must be a whole number from 0 to 256");
        Clearance::Classification read{static_cast<std::uint32_t>(number), text(table, "name")};
        for (const auto& other : before.classifications)
            if (other.value == read.value || other.name == read.name)
                fail(table.source(), "a second classification " + read.name);
        return read;
    }

    [[nodiscard]] Clearance::Category read_category(const toml::table& table,
                                                    const Clearance::Policy& before) const {
        allow_only(table, {"type", "name", "permitted"});
        Clearance::Category category{identifier(table, "type"), text(table, "name"), {}, {}, {}};
        for (const auto& other : before.categories)
            if (other.type == category.type)
                fail(table.source(), "a second category " + category.type);
        const toml::node* permitted = table.get("permitted");
        if (permitted == nullptr || !permitted->is_array())
            fail(table.source(), permitted_form);
        for (const toml::node& element : *permitted->as_array()) {
            if (element.is_string())
                category.permitted.push_back(element.as_string()->get());
            else if (element.is_integer())
                category.permitted_numbers.push_back(element.as_integer()->get());
            else if (element.is_table())
                category.permitted_values.push_back(der(*element.as_table()));
            else
                fail(element.source(), permitted_form);
        }
        return category;
    }

    [[nodiscard]] cms::Bytes der(const toml::table& table) const {
        allow_only(table, {"der"});
        auto value = from_hex(text(table, "der"));
        if (!value)
            fail(table.source(), "der must be hexadecimal digits, two a byte");
        return *std::move(value);
    }

    const std::string& m_name;
    toml::table m_root;
};

Clearance Clearance::parse(std::string_view toml, const std::string& name) {
    return ClearanceParser(toml, name).read();
}

}  // namespace signet::client
