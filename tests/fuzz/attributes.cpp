// Signed attributes of ESS and CAdES.
#include <functional>

#include "cms/attributes/content_attributes.h"
#include "cms/attributes/mail_list.h"
#include "cms/attributes/receipt_request.h"
#include "cms/attributes/security_label.h"
#include "cms/attributes/signature_policy.h"
#include "cms/attributes/signed_attribute_set.h"
#include "cms/error.h"
#include "cms/smime_capabilities.h"
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

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const BytesView der(data, size);
    quietly([&] {
        const SignedAttributeSet attributes(der);
        quietly([&] { (void)receipt_request_in(attributes); });
        quietly([&] { (void)msg_sig_digest_in(attributes); });
        quietly([&] { (void)security_label_in(attributes); });
        quietly([&] { (void)equivalent_labels_in(attributes); });
        quietly([&] { (void)expansion_history_in(attributes); });
        quietly([&] { (void)content_hints_in(attributes); });
        quietly([&] { (void)content_identifier_in(attributes); });
        quietly([&] { (void)content_reference_in(attributes); });
        quietly([&] { (void)capabilities_in(attributes); });
    });
    quietly([&] {
        const Receipt receipt = parse_receipt(der);
        property(encode_receipt(parse_receipt(encode_receipt(receipt))) == encode_receipt(receipt),
                 "a receipt encodes the same again");
    });
    quietly([&] {
        const SecurityLabel label = parse_security_label(der);
        property(!label.classification || *label.classification <= max_security_classification,
                 "a classification is within its bound");
    });
    quietly([&] { (void)parse_expansion(der); });
    quietly([&] {
        property(parse_smime_capabilities(der).size() <= max_smime_capabilities,
                 "there are few capabilities");
    });
    return 0;
}
