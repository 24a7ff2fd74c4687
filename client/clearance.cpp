#include "client/clearance.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "client/error.h"
#include "client/input_file.h"

namespace signet::client {

namespace {

std::string marked(std::string text, const cms::SecurityLabel& label) {
    return label.privacy_mark.empty() ? text : std::move(text) + " (" + label.privacy_mark + ")";
}

bool is_there(const std::filesystem::path& path) {
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    // What cannot be looked at must not count as absent: then nobody would be refused.
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
    for (const cms::SecurityLabel& equivalent : label.equivalents)
        if (const Policy* policy = find(equivalent.policy))
            return refusal(*policy, equivalent);
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
        const auto texts = cms::texts_of_category(category.value);
        if (known == policy.categories.end() || !texts)
            return "its category " + category.type + " is none of " + policy.name;
        for (const std::string& text : *texts)
            if (std::find(known->permitted.begin(), known->permitted.end(), text) == known->permitted.end())
                return "it is for " + known->name + " " + text + " by " + policy.name +
                       ", which the reader is not cleared for";
    }
    return {};
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
    for (const cms::SecurityCategory& category : label.categories)
        if (const auto texts = cms::texts_of_category(category.value))
            for (const std::string& one : *texts)
                text += ", " + one;
    return marked(std::move(text), label);
}

std::string plain_label(const cms::SecurityLabel& label) {
    std::string text = label.policy;
    if (label.classification)
        text += " classification " + std::to_string(*label.classification);
    return marked(std::move(text), label);
}

}  // namespace signet::client
