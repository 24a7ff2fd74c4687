#include "client/commands/output_collision.h"

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "client/file_identity.h"

namespace signet::client::commands {

// `signet sign *` in a folder with a and a.p7s would sign a.p7s and then replace it.
void refuse_collisions(const CommandOptions& options, const std::vector<std::string>& inputs,
                       const std::vector<std::string>& outputs) {
    std::set<FileIdentity> to_sign;
    for (const std::string& input : inputs)
        if (auto identity = identity_of_input(input))
            to_sign.insert(*std::move(identity));
    std::map<FileIdentity, std::string> signed_from;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        const auto identity = identity_of_output(outputs[i]);
        if (!identity)
            continue;
        if (to_sign.contains(*identity))
            throw options.usage_error("'" + outputs[i] + "' is to be signed, and the signature of '" +
                                      inputs[i] + "' would replace it");
        const auto [other, is_first] = signed_from.try_emplace(*identity, inputs[i]);
        if (!is_first)
            throw options.usage_error("the signatures of '" + other->second + "' and '" + inputs[i] +
                                      "' would both be '" + outputs[i] + "'");
    }
}

void refuse_to_replace(const CommandOptions& options, const std::vector<std::string>& read,
                       const std::string& output) {
    const std::optional<FileIdentity> replaced = identity_of_output(output);
    if (!replaced || !replaced->name.empty())
        return;
    for (const std::string& input : read)
        if (!input.empty() && identity_of_input(input) == replaced)
            throw options.usage_error("'" + output + "' is read as " +
                                      (input == "-" ? "standard input" : "'" + input + "'") +
                                      ", and would be replaced");
}

}  // namespace signet::client::commands
