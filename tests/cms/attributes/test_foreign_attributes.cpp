#include <filesystem>
#include <fstream>
#include <iterator>

#include "cms/asn1/content_info.h"
#include "cms/attributes/category_value.h"
#include "cms/attributes/content_attributes.h"
#include "cms/attributes/mail_list.h"
#include "cms/attributes/receipt_request.h"
#include "cms/attributes/security_label.h"
#include "cms/content_types.h"
#include "cms/error.h"
#include "cms/receipts.h"
#include "cms/signed_data_verifier.h"
#include "tests/catch.h"

using namespace signet::cms;

namespace {

/// None where the corpus is not.
std::optional<Bytes> sample(const std::string& name) {
    const std::filesystem::path corpus = SIGNET_CORPUS;
    if (!std::filesystem::exists(corpus)) {
        WARN("the corpus is not here: " << corpus);
        return std::nullopt;
    }
    std::ifstream file(corpus / name, std::ios::binary);
    REQUIRE(file);
    return Bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// The first signer's attributes as they were sent.
SignedAttributeSet attributes_of(const Bytes& message) {
    const auto parsed = asn1::decode<asn1::ContentInfo>(message, "SignedData");
    const asn1::SignerInfo& info = *asn1::sk_SignerInfo_value(parsed->d.signed_data->signer_infos, 0);
    return SignedAttributeSet(asn1::encode_as_sent(*info.signed_attributes));
}

Bytes text(std::string_view characters) {
    return {characters.begin(), characters.end()};
}

}  // namespace

TEST_CASE("all attributes of RFC 4134 section 4.10 are read") {
    const auto message = sample("03-rfc4134/4.10.bin");
    if (!message)
        return;
    const SignedAttributeSet set = attributes_of(*message);
    const auto hints = content_hints_in(set);
    REQUIRE(hints);
    CHECK(hints->description == "Content Hints Description Buffer");
    CHECK_FALSE(content_identifier_in(set));
    const auto label = security_label_in(set);
    REQUIRE(label);
    CHECK(label->policy == "1.2.3.4.5.6.7.8");
    CHECK(label->classification == 1U);
    CHECK(label->privacy_mark == "THIS IS A PRIVACY MARK TEST");
    REQUIRE(label->categories.size() == 1);
    CHECK(read_category_value(label->categories.front().value) ==
          CategoryValue(CategoryTexts{{"THIS IS A TEST SECURITY-CATEGORY."}}));
    const auto equivalent = equivalent_labels_in(set);
    REQUIRE(equivalent.size() == 2);
    CHECK(equivalent[1].policy == "1.2.3.4.5.6.7.10");
    CHECK(equivalent[1].privacy_mark == "EQUIVALENT THIS IS A SECOND PRIVACY MARK TEST");
    const auto history = expansion_history_in(set);
    REQUIRE(history.size() == 1);
    CHECK(history.front().policy == ListReceiptPolicy::instead_of);
    // directoryNames alone: nobody with a mailbox.
    CHECK(history.front().names == std::vector<MailNames>{{}});
    CHECK(history.front().time == 921149073);
    const auto reference = content_reference_in(set);
    REQUIRE(reference);
    CHECK(reference->content_identifier == text("Content Reference Content Identifier Buffer"));
    CHECK(reference->signature == text("Content Reference Signature Value Buffer"));
    // Nothing of what it lists is a cipher of ours.
    CHECK(capabilities_in(set) == std::vector<ContentCipher>{});
    CHECK_FALSE(receipt_request_in(set));
}

TEST_CASE("R. Housley's signed message has a label, hints and a receipt request") {
    const auto message = sample("17-pyasn1-housley-ess/rfc2634.SignedMessage.signed_message_pem_text.der");
    if (!message)
        return;
    const SignedDataResult result = verify_signed_data(*message, {}, {});
    REQUIRE(result.signers.size() == 1);
    REQUIRE(result.signers.front().intact);
    CHECK_FALSE(result.signers.front().signature.empty());
    const SignedAttributeSet set(result.signers.front().signed_attributes);
    CHECK(content_hints_in(set)->description == "Watson, come here");
    CHECK(content_identifier_in(set)->size() == 20);
    CHECK(security_label_in(set)->privacy_mark == "Boagus Privacy Mark");
    const auto request = receipt_request_in(set);
    REQUIRE(request);
    CHECK(request->from == ReceiptsFrom::first_tier);
    CHECK(request->to == std::vector<MailNames>{{"alice@example.com"}});
    CHECK(expansion_history_in(set).empty());
}

TEST_CASE("R. Housley's signed receipt is read") {
    const auto message = sample("17-pyasn1-housley-ess/rfc2634.SignedReceipt.signed_receipt_pem_text.der");
    if (!message)
        return;
    const SignedDataResult result = verify_signed_data(*message, {}, {});
    REQUIRE(result.signers.size() == 1);
    REQUIRE(result.signers.front().intact);
    CHECK(result.content_type == id_ct_receipt);
    const Receipt receipt = parse_receipt(*result.content);
    CHECK(receipt.content_type == "1.2.840.113549.1.7.1");
    CHECK_FALSE(receipt.signature.empty());
    CHECK(msg_sig_digest_in(SignedAttributeSet(result.signers.front().signed_attributes))->size() == 48);
    const auto other = sample("17-pyasn1-housley-ess/rfc2634.SignedMessage.signed_message_pem_text.der");
    REQUIRE(other);
    CHECK_FALSE(receipt_mismatch(result, verify_signed_data(*other, {}, {})).empty());
}
