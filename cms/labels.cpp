#include "cms/labels.h"

#include "cms/algorithm_identifier.h"
#include "cms/error.h"
#include "cms/signed_data_reader.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace signet::cms {

namespace {

std::optional<MessageLabel> label_in(const SignedAttributeSet& attributes) {
    auto label = security_label_in(attributes);
    if (!label)
        return std::nullopt;
    MessageLabel found{*std::move(label), {}};
    if (auto equivalents = equivalent_labels_in(attributes); !equivalents.empty())
        found.equivalents.push_back({std::move(equivalents), false, {}});
    return found;
}

}  // namespace

std::optional<MessageLabel> label_of(const SignedDataResult& message) {
    std::optional<MessageLabel> found;
    const bool holds = message.holds();
    for (std::size_t i = 0; i < message.signers.size(); ++i) {
        const SignerResult& signer = message.signers[i];
        auto own = label_in(SignedAttributeSet(signer.signed_attributes));
        if (i > 0 && (own.has_value() != found.has_value() || (own && own->label != found->label)))
            throw Error(ErrorCode::malformed, "its signers give it different security labels");
        if (!own)
            continue;
        for (EquivalentLabels& said : own->equivalents) {
            said.verified = holds;
            if (holds)
                said.signer = signer.certificate->email_addresses();
        }
        if (found)
            std::ranges::move(own->equivalents, std::back_inserter(found->equivalents));
        else
            found = std::move(own);
    }
    return found;
}

ClaimedLabels claimed_labels(const ByteSource& signed_data, const ByteSink& content) {
    SignedDataReader reader(signed_data);
    if (reader.has_content())
        reader.read_content(content);
    const auto data = reader.read_rest();
    ClaimedLabels claimed{{}, object_text(reader.content_type())};
    for (int i = 0; i < asn1::sk_SignerInfo_num(data->signer_infos); ++i) {
        const asn1::SignerInfo& info = *asn1::sk_SignerInfo_value(data->signer_infos, i);
        if (info.signed_attributes == nullptr)
            continue;
        if (auto label = label_in(SignedAttributeSet(asn1::encode(*info.signed_attributes))))
            claimed.labels.push_back(*std::move(label));
    }
    return claimed;
}

}  // namespace signet::cms
