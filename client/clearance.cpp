#include "client/clearance.h"

#include <strings.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <variant>

#include "client/error.h"
#include "client/hex.h"
#include "client/input_file.h"
#include "cms/attributes/category_value.h"

namespace signet::client {

namespace {

std::string marked(std::string text, const cms::SecurityLabel& label) {
    return label.privacy_mark.empty() ? text : std::move(text) + " (" + label.privacy_mark + ")";
}

/// What a category says, one by one.
std::vector<std::string> words_of(const cms::SecurityCategory& category) {
    const auto value = cms::read_category_value(category.value);
    if (const auto* texts = std::get_if<cms::CategoryTexts>(&value))
        return texts->texts;
    std::vector<std::string> words;
    if (const auto* number = std::get_if<cms::CategoryNumber>(&value)) {
        words.push_back(std::to_string(number->number));
    } else if (const auto* bits = std::get_if<cms::CategoryBits>(&value)) {
        for (const std::uint32_t bit : bits->bits)
            words.push_back(std::to_string(bit));
    } else {
        constexpr std::size_t shown = 32;
        words.push_back("DER " + hex(cms::as_text(category.value).substr(0, shown)) +
                        (category.value.size() > shown ? "..." : ""));
    }
    return words;
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : " ") + word;
    return text;
}

template <typename T>
bool contains(const std::vector<T>& all, const T& one) {
    return std::find(all.begin(), all.end(), one) != all.end();
}

/// Mail addresses compare as their owners write them: without case.
bool trusts(const std::optional<std::vector<std::string>>& translators,
            const std::vector<std::string>& signer) {
    return !translators || std::any_of(signer.begin(), signer.end(), [&](const std::string& address) {
        return std::any_of(translators->begin(), translators->end(), [&](const std::string& translator) {
            return strcasecmp(translator.c_str(), address.c_str()) == 0;
        });
    });
}

bool is_there(const std::filesystem::path& path) {
    std::error_code error;
    // A link that leads nowhere is there. What cannot be looked at must not count as absent: then nobody
    // would be refused.
    const auto status = std::filesystem::symlink_status(path, error);
    return status.type() != std::filesystem::file_type::not_found;
}

std::optional<std::filesystem::path> default_path() {
    const char* config = std::getenv("XDG_CONFIG_HOME");
    const char* home = std::getenv("HOME");
    std::filesystem::path folder;
    if (config != nullptr && *config == '/')
        folder = config;
    else if (home != nullptr && *home == '/')
        folder = std::filesystem::path(home) / ".config";
    if (!folder.empty() && is_there(folder / "signet/clearance.toml"))
        return folder / "signet/clearance.toml";
    if (is_there("/etc/signet/clearance.toml"))
        return "/etc/signet/clearance.toml";
    return std::nullopt;
}

}  // namespace

std::optional<Clearance> Clearance::load(const std::string& path) {
    const auto file = path.empty() ? default_path() : std::filesystem::path(path);
    if (!file)
        return std::nullopt;
    InputFile input(file->string());
    const cms::Bytes text = input.read_all(max_clearance_size);
    return parse(cms::as_text(text), input.name());
}

const Clearance::Policy* Clearance::find(const std::string& oid) const {
    const auto found = std::find_if(m_policies.begin(), m_policies.end(),
                                    [&](const Policy& policy) { return policy.oid == oid; });
    return found == m_policies.end() ? nullptr : &*found;
}

std::string Clearance::refusal(const cms::MessageLabel& label) const {
    if (const Policy* policy = find(label.label.policy))
        return refusal(*policy, label.label);
    bool is_permitted = false;
    // Whoever adds a signature adds labels of his own: none may stand in for a stricter one.
    for (const cms::EquivalentLabels& said : label.equivalents) {
        if (!said.verified)
            continue;
        for (const cms::SecurityLabel& equivalent : said.labels) {
            const Policy* policy = find(equivalent.policy);
            if (policy == nullptr || !trusts(policy->translators, said.signer))
                continue;
            if (auto why = refusal(*policy, equivalent); !why.empty())
                return why;
            is_permitted = true;
        }
    }
    if (is_permitted)
        return {};
    return "its label is of the security policy " + label.label.policy +
           ", which is not in the clearance file";
}

std::string Clearance::refusal(const Policy& policy, const cms::SecurityLabel& label) {
    if (label.classification) {
        const auto rank =
            std::find_if(policy.classifications.begin(), policy.classifications.end(),
                         [&](const Classification& known) { return known.value == *label.classification; });
        if (rank == policy.classifications.end())
            return "its classification " + std::to_string(*label.classification) + " is none of " +
                   policy.name;
        const Classification& highest = policy.classifications[policy.highest];
        if (static_cast<std::size_t>(rank - policy.classifications.begin()) > policy.highest)
            return "it is " + rank->name + " by " + policy.name + ", and the reader is cleared for " +
                   highest.name;
    }
    for (const cms::SecurityCategory& category : label.categories) {
        const auto known =
            std::find_if(policy.categories.begin(), policy.categories.end(),
                         [&](const Category& candidate) { return candidate.type == category.type; });
        if (known == policy.categories.end())
            return "its category " + category.type + " is none of " + policy.name;
        if (const auto what = not_permitted(*known, category))
            return "it is for " + known->name + " " + (what->empty() ? "(nobody named)" : *what) + " by " +
                   policy.name + ", which the reader is not cleared for";
    }
    return {};
}

std::optional<std::string> Clearance::not_permitted(const Category& known,
                                                    const cms::SecurityCategory& category) {
    if (contains(known.permitted_values, category.value))
        return std::nullopt;
    const auto value = cms::read_category_value(category.value);
    if (const auto* texts = std::get_if<cms::CategoryTexts>(&value)) {
        for (const std::string& text : texts->texts)
            if (!contains(known.permitted, text))
                return text;
        return std::nullopt;
    }
    if (const auto* number = std::get_if<cms::CategoryNumber>(&value))
        return contains(known.permitted_numbers, number->number)
                   ? std::nullopt
                   : std::optional(std::to_string(number->number));
    if (const auto* bits = std::get_if<cms::CategoryBits>(&value)) {
        for (const std::uint32_t bit : bits->bits)
            if (!contains(known.permitted_numbers, std::int64_t{bit}))
                return std::to_string(bit);
        return std::nullopt;
    }
    return joined(words_of(category));
}

std::string Clearance::describe(const cms::SecurityLabel& label) const {
    const Policy* policy = find(label.policy);
    if (policy == nullptr)
        return plain_label(label);
    std::string text = policy->name;
    if (label.classification) {
        const auto known = std::find_if(
            policy->classifications.begin(), policy->classifications.end(),
            [&](const Classification& candidate) { return candidate.value == *label.classification; });
        text += ": " + (known == policy->classifications.end()
                            ? "classification " + std::to_string(*label.classification)
                            : known->name);
    }
    for (const cms::SecurityCategory& category : label.categories) {
        const auto known =
            std::find_if(policy->categories.begin(), policy->categories.end(),
                         [&](const Category& candidate) { return candidate.type == category.type; });
        // A text says of itself what it is; a number does not.
        const bool is_text =
            std::holds_alternative<cms::CategoryTexts>(cms::read_category_value(category.value));
        const std::string name = known == policy->categories.end() ? category.type : known->name;
        for (const std::string& one : words_of(category))
            text.append(", ").append(is_text ? "" : name + " ").append(one);
    }
    return marked(std::move(text), label);
}

std::string plain_label(const cms::SecurityLabel& label) {
    std::string text = label.policy;
    if (label.classification)
        text += " classification " + std::to_string(*label.classification);
    for (const cms::SecurityCategory& category : label.categories)
        text += ", " + category.type + ": " + joined(words_of(category));
    return marked(std::move(text), label);
}

}  // namespace signet::client
