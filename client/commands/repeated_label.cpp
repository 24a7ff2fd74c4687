#include "client/commands/repeated_label.h"

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
    if (label.equivalents.empty())
        return;
    for (const cms::SecurityLabel& equivalent : label.equivalents.front().labels)
        to_wire(equivalent, *wanted.add_equivalent_label());
}

}  // namespace signet::client::commands
