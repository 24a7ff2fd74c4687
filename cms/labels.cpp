#include "cms/labels.h"

#include "cms/error.h"

namespace signet::cms {

std::optional<MessageLabel> label_of(const SignedDataResult& message) {
    std::optional<MessageLabel> found;
    for (std::size_t i = 0; i < message.signers.size(); ++i) {
        const SignedAttributeSet attributes(message.signers[i].signed_attributes);
        std::optional<MessageLabel> own;
        if (auto label = security_label_in(attributes))
            own = MessageLabel{*std::move(label), equivalent_labels_in(attributes), {}};
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

}  // namespace signet::cms
