// What a reader makes of the attributes of ESS that the signers of a message gave it.
#include "cms/receipts.h"

#include <functional>

#include "cms/content_types.h"
#include "cms/error.h"
#include "cms/labels.h"
#include "tests/fuzz/property.h"

using namespace signet::cms;
using signet::fuzz::property;

namespace {

void quietly(const std::function<void()>& read) {
    try {
        read();
    } catch (const Error&) {
        return;
    }
}

SignedDataResult message_of(const std::vector<BytesView>& attributes, BytesView content) {
    SignedDataResult message;
    for (const BytesView signed_attributes : attributes) {
        SignerResult signer;
        signer.intact = true;
        signer.trusted = true;
        signer.digest_algorithm = "sha256";
        signer.signed_attributes.assign(signed_attributes.begin(), signed_attributes.end());
        signer.signature = {1, 2, 3};
        message.signers.push_back(std::move(signer));
    }
    message.attached = true;
    message.content.emplace(content.begin(), content.end());
    message.content_type = id_ct_receipt;
    return message;
}

}  // namespace

// One signer with these attributes, and one with the second half of them.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const BytesView bytes(data, size);
    const SignedDataResult one = message_of({bytes}, bytes);
    const SignedDataResult both = message_of({bytes, bytes}, bytes);
    const SignedDataResult two = message_of({bytes.first(size / 2), bytes.subspan(size / 2)}, bytes);
    for (const SignedDataResult* message : {&one, &both, &two}) {
        quietly([&] {
            const auto label = label_of(*message);
            property(!label || label->equivalents.size() <= message->signers.size(),
                     "each signer says once which labels are equivalent");
            if (label)
                for (const EquivalentLabels& said : label->equivalents)
                    property(said.labels.size() <= max_equivalent_labels, "there are few equivalent labels");
        });
        quietly([&] {
            const auto request = receipt_request_of(*message);
            if (request)
                for (const auto& history : {std::vector<MailListExpansion>{}, expansion_history_of(*message)})
                    property(receipt_addresses(*request, history, {"alice@example.org"}).size() <=
                                 max_receipts_to + max_policy_names,
                             "receipts go to few");
        });
        quietly([&] {
            const auto history = expansion_history_of(*message);
            property(history.size() <= max_expansions, "a history is not long");
            (void)combined_receipts(history, {ListReceiptPolicy::in_addition_to, {"list@example.org"}});
        });
        quietly([&] {
            SignedDataResult sent = *message;
            sent.signers.front().signature = parse_receipt(bytes).signature;
            (void)receipt_mismatch(one, sent);
        });
        quietly([&] {
            const ReceiptContent content = receipt_content(*message);
            const Bytes receipt = encode_receipt(content.receipt);
            property(encode_receipt(parse_receipt(receipt)) == receipt, "a receipt can be read again");
        });
    }
    quietly([&] {
        const auto of_one = label_of(one);
        const auto of_both = label_of(both);
        property(of_both.has_value() == of_one.has_value() && (!of_one || of_both->label == of_one->label),
                 "two signers who say the same give the label of one");
    });
    return 0;
}
