#include "client/commands/repeated_label.h"

#include <algorithm>

namespace signet::client::commands {

namespace {

void to_wire(const cms::SecurityLabel& label, agent::protocol::SecurityLabel& field) {
    field.set_policy(label.policy);
    if (label.classification)
        field.set_classification(*label.classification);
    field.set_privacy_mark(label.privacy_mark);
    for (const cms::SecurityCategory& category : label.categories) {
        auto& added = *field.add_category();
        added.set_type(category.type);
        added.set_der(category.value.data(), category.value.size());
    }
}

}  // namespace

void repeat_label(const cms::MessageLabel& label, agent::protocol::SignedAttributes& wanted) {
    to_wire(label.label, *wanted.mutable_security_label());
    const auto is_first = [&label](const cms::EquivalentLabels& said) {
        return said.verified && said.labels == label.equivalents.front().labels;
    };
    // Which of several is right is not for whoever repeats them to say.
    if (label.equivalents.empty() || !std::ranges::all_of(label.equivalents, is_first))
        return;
    for (const cms::SecurityLabel& equivalent : label.equivalents.front().labels)
        to_wire(equivalent, *wanted.add_equivalent_label());
}

}  // namespace signet::client::commands
