#include "client/commands/reader_clearance.h"

#include "client/clearance.h"
#include "client/printable.h"

#include <algorithm>
#include <cstdio>

namespace signet::client::commands {

void add_clearance_option(CommandOptions& options) {
    options.value("clearance", "TOML",
                  "what the reader may see of labelled messages (default: signet/clearance.toml in\n"
                  "$XDG_CONFIG_HOME, else in /etc)");
}

std::vector<std::string> require_clearance(const ParsedArguments& arguments,
                                           const std::vector<cms::MessageLabel>& labels,
                                           const std::string& what_failed) {
    const auto clearance = Clearance::load(arguments.text("clearance"));
    std::vector<std::string> words;
    for (const auto& label : labels) {
        if (clearance) {
            if (const auto why = clearance->refusal(label); !why.empty()) {
                throw client::Error(ExitStatus::refused, what_failed, why,
                                    "ask whoever keeps the clearance file");
            }
        }
        auto text = "label: " + (clearance ? clearance->describe(label.label) : plain_label(label.label));
        if (std::find(words.begin(), words.end(), text) == words.end()) {
            words.push_back(std::move(text));
        }
    }
    return words;
}

void require_clearance(const ParsedArguments& arguments, const cms::SignedDataResult& result,
                       const std::string& what_failed) {
    std::vector<cms::MessageLabel> labels;
    try {
        if (auto label = cms::label_of(result)) {
            labels.push_back(*std::move(label));
        }
    } catch (const cms::Error& error) {
        throw from_cms(error, what_failed);
    }
    for (const auto& text : require_clearance(arguments, labels, what_failed)) {
        std::fputs((printable(text) + "\n").c_str(), stderr);
    }
}

}  // namespace signet::client::commands
