#include "agent/error.h"
#include "agent/request_checks.h"
#include "cms/attributes/category_value.h"
#include "cms/attributes/mail_name.h"
#include "cms/content_types.h"

#include <algorithm>
#include <string_view>
#include <vector>

namespace signet::agent {

namespace {

// What PROTOCOL.md says. Counts first, then bytes.
constexpr int max_receipts_to = 16;
constexpr int max_receipts_from = 256;
constexpr int max_policy_names = 64;
constexpr int max_categories = 64;
constexpr int max_category_values = 64;
constexpr int max_category_bits = static_cast<int>(cms::max_category_bit) + 1;
constexpr int max_equivalent_labels = 32;
constexpr int max_expansions_before = 63;
constexpr std::uint32_t max_classification = 256;
constexpr std::size_t max_said = 1024;
constexpr std::size_t max_identifier = 256;
constexpr std::size_t max_expansion = 8192;

void require(bool holds, const char* why) {
    if (!holds)
        throw Error(protocol::MALFORMED, why, "mend the request");
}

void check_said(const std::string& text, const char* field) {
    check_text(text, field);
    require(text.size() <= max_said, "a text of the attributes is above 1024 bytes");
}

template <typename Addresses>
void check_addresses(const Addresses& addresses, int fewest, int most) {
    require(addresses.size() >= fewest && addresses.size() <= most,
            "the number of addresses for receipts is out of bounds");
    for (const std::string& address : addresses)
        require(cms::is_mail_name(address), "an address for receipts is none");
}

void check_category(const protocol::SecurityCategory& category) {
    check_said(category.type(), "the type of a category");
    const int forms = int{category.value_size() > 0} + int{category.has_integer()} +
                      int{category.has_enumerated()} + int{category.bit_size() > 0} +
                      int{!category.der().empty()};
    require(forms == 1, "a category has not one value");
    require(category.value_size() <= max_category_values, "a category has more than 64 texts");
    for (const auto& value : category.value())
        check_said(value, "the value of a category");
    require(category.bit_size() <= max_category_bits &&
                std::all_of(category.bit().begin(), category.bit().end(),
                            [](std::uint32_t bit) { return bit < max_category_bits; }),
            "the bits of a category are 0 to 255");
    require(category.der().size() <= cms::max_category_size, "the value of a category is above 64 KiB");
}

void check_label(const protocol::SecurityLabel& label) {
    check_said(label.policy(), "the policy of a label");
    check_said(label.privacy_mark(), "the privacy mark of a label");
    require(label.classification() <= max_classification, "the classification of a label is above 256");
    require(label.category_size() <= max_categories, "a label has more than 64 categories");
    for (const auto& category : label.category())
        check_category(category);
}

void check_receipt_request(const protocol::ReceiptRequest& request) {
    require(protocol::ReceiptsFrom_IsValid(request.from()), "whom receipts are wanted from is not known");
    const bool listed = request.from() == protocol::LISTED;
    check_addresses(request.listed(), listed ? 1 : 0, listed ? max_receipts_from : 0);
    check_addresses(request.to(), 1, max_receipts_to);
}

void check_expansion(const protocol::MailListExpansion& expansion) {
    require(expansion.before_size() <= max_expansions_before,
            "the message has been sent on by more than 63 lists");
    for (const auto& before : expansion.before())
        require(!before.empty() && before.size() <= max_expansion,
                "an entry of the expansion history is empty or too long");
    require(protocol::ListReceiptPolicy_IsValid(expansion.receipts()),
            "the list's receipt policy is not known");
    const bool named =
        expansion.receipts() == protocol::INSTEAD_OF || expansion.receipts() == protocol::IN_ADDITION_TO;
    check_addresses(expansion.to(), named ? 1 : 0, named ? max_policy_names : 0);
}

void check_policy(const protocol::SignaturePolicy& policy) {
    check_said(policy.policy(), "the signature policy");
    check_said(policy.uri(), "the URI of the signature policy");
    if (policy.policy().empty()) {
        require(policy.digest().empty() && policy.uri().empty(),
                "an implied signature policy has a document");
        return;
    }
    // SHAKE256 is for Ed448 alone (RFC 8419), and no hash of documents.
    const auto algorithm = policy.digest_algorithm();
    require(algorithm != protocol::SHAKE256 && policy.digest().size() == digest_size(algorithm),
            "the digest of the signature policy has not the length of its hash");
}

void check_receipt(const protocol::Sign& sign) {
    const auto& wanted = sign.attributes();
    constexpr std::size_t smallest = 20;
    constexpr std::size_t largest = 64;
    if (!wanted.msg_sig_digest().empty())
        require(sign.content_type() == cms::id_ct_receipt && wanted.msg_sig_digest().size() >= smallest &&
                    wanted.msg_sig_digest().size() <= largest,
                "msgSigDigest is that of a receipt, with the length of a hash");
    require(!wanted.has_receipt_request() || sign.content_type() != cms::id_ct_receipt,
            "nobody asks for the receipt of a receipt");
}

}  // namespace

void check_signed_attributes(const protocol::Sign& sign) {
    const auto& wanted = sign.attributes();
    check_said(wanted.content_hints().description(), "the content's description");
    check_said(wanted.content_hints().content_type(), "the content type in the hints");
    require(wanted.content_identifier().size() <= max_identifier,
            "the content identifier is above 256 bytes");
    require(wanted.content_identifier().empty() || sign.digest_size() <= 1,
            "one content identifier is for one content");
    check_said(wanted.commitment_type(), "the commitment type");
    if (wanted.has_signature_policy())
        check_policy(wanted.signature_policy());
    if (wanted.has_receipt_request())
        check_receipt_request(wanted.receipt_request());
    if (wanted.has_security_label()) {
        require(!wanted.security_label().policy().empty(), "a label without a policy");
        check_label(wanted.security_label());
    }
    require(wanted.equivalent_label_size() <= max_equivalent_labels, "more than 32 equivalent labels");
    require(wanted.has_security_label() || wanted.equivalent_label().empty(),
            "equivalent labels of no label");
    std::vector<std::string_view> policies{wanted.security_label().policy()};
    for (const auto& label : wanted.equivalent_label()) {
        check_label(label);
        require(std::find(policies.begin(), policies.end(), label.policy()) == policies.end(),
                "a label and its equivalents are each of another policy");
        policies.emplace_back(label.policy());
    }
    if (wanted.has_expansion())
        check_expansion(wanted.expansion());
    check_receipt(sign);
}

}  // namespace signet::agent
