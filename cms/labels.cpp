#include "cms/labels.h"

#include "cms/algorithm_identifier.h"
#include "cms/error.h"
#include "cms/signed_data_reader.h"

namespace signet::cms {

namespace {

std::optional<MessageLabel> label_in(const SignedAttributeSet& attributes) {
    auto label = security_label_in(attributes);
    if (!label)
        return std::nullopt;
    return MessageLabel{*std::move(label), equivalent_labels_in(attributes), {}};
}

}  // namespace

std::optional<MessageLabel> label_of(const SignedDataResult& message) {
    std::optional<MessageLabel> found;
    for (std::size_t i = 0; i < message.signers.size(); ++i) {
        auto own = label_in(SignedAttributeSet(message.signers[i].signed_attributes));
        if (i > 0 && own != found)
            throw Error(ErrorCode::malformed, "its signers give it different security labels");
        found = std::move(own);
    }
    if (!found || !message.holds())
        return found;
    for (const SignerResult& signer : message.signers)
        for (std::string& address : signer.certificate->email_addresses())
            found->signers.push_back(std::move(address));
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
