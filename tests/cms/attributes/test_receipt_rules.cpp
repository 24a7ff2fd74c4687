#include "cms/asn1/der.h"
#include "cms/content_types.h"
#include "cms/error.h"
#include "cms/labels.h"
#include "cms/receipts.h"
#include "tests/catch.h"
#include "tests/cms/certificate_authority.h"

using namespace signet::cms;
using namespace signet::cms::test;

namespace {

using Names = std::vector<std::string>;

const Certificate& some_list() {
    static const CertificateAuthority list("A list");
    return list.certificate();
}

std::vector<MailListExpansion> sent_on(ListReceiptPolicy policy, const Names& names = {}) {
    return {new_expansion(some_list(), 1750000000, policy, names)};
}

ReceiptRequest request_of(ReceiptsFrom from, std::vector<MailNames> listed = {}) {
    return {{1, 2, 3}, from, std::move(listed), {{"alice@example.org", "a@example.org"}}};
}

/// A signer who says `attributes`.
SignerResult signer_with(const std::vector<Bytes>& attributes) {
    SignerResult signer;
    signer.intact = true;
    signer.digest_algorithm = "sha256";
    signer.signed_attributes = asn1::set_of(asn1::Tag::set, {attributes.begin(), attributes.end()});
    signer.signature = {4, 5, 6};
    return signer;
}

SignedDataResult message_of(std::vector<SignerResult> signers) {
    SignedDataResult message;
    message.signers = std::move(signers);
    message.content_type = "1.2.840.113549.1.7.1";
    return message;
}

}  // namespace

TEST_CASE("who sends a receipt, and where to (RFC 2634 section 2.3)") {
    const Names bob{"bob@Example.org"};
    const Names to{"alice@example.org"};
    using enum ListReceiptPolicy;
    for (const auto from : {ReceiptsFrom::all, ReceiptsFrom::first_tier})
        CHECK(receipt_addresses(request_of(from), {}, bob) == to);
    CHECK(receipt_addresses(request_of(ReceiptsFrom::all), sent_on(unsaid), bob) == to);
    CHECK(receipt_addresses(request_of(ReceiptsFrom::first_tier), sent_on(unsaid), bob).empty());
    CHECK(receipt_addresses(request_of(ReceiptsFrom::listed, {{"carol@a.b"}, {"x@y", "bob@example.ORG"}}), {},
                            bob) == to);
    CHECK(receipt_addresses(request_of(ReceiptsFrom::listed, {{"BOB@example.org"}}), {}, bob).empty());
    CHECK(receipt_addresses(request_of(ReceiptsFrom::all), sent_on(none), bob).empty());
    CHECK(receipt_addresses(request_of(ReceiptsFrom::all), sent_on(instead_of, {"o@l"}), bob) ==
          Names{"o@l"});
    CHECK(receipt_addresses(request_of(ReceiptsFrom::all),
                            sent_on(in_addition_to, {"o@l", "alice@example.org"}),
                            bob) == Names{"alice@example.org", "o@l"});
}

TEST_CASE("what a list says after another one (RFC 2634 section 4.3)") {
    using enum ListReceiptPolicy;
    struct Case {
        ListReceiptPolicy before;
        ListReceiptPolicy own;
        ListReceiptPolicy said;
        Names names;
    };
    const std::vector<Case> cases{
        {none, none, none, {}},
        {none, instead_of, none, {}},
        {none, in_addition_to, none, {}},
        {none, unsaid, none, {}},
        {instead_of, none, none, {}},
        {instead_of, instead_of, instead_of, {"own@b"}},
        {instead_of, in_addition_to, instead_of, {"before@a", "own@b"}},
        {instead_of, unsaid, instead_of, {"before@a"}},
        {in_addition_to, none, none, {}},
        {in_addition_to, instead_of, instead_of, {"own@b"}},
        {in_addition_to, in_addition_to, in_addition_to, {"before@a", "own@b"}},
        {in_addition_to, unsaid, in_addition_to, {"before@a"}},
        {unsaid, none, none, {}},
        {unsaid, instead_of, instead_of, {"own@b"}},
        {unsaid, in_addition_to, in_addition_to, {"own@b"}},
        {unsaid, unsaid, unsaid, {}},
    };
    const auto named = [](ListReceiptPolicy policy) {
        return policy == instead_of || policy == in_addition_to;
    };
    for (const Case& one : cases) {
        CAPTURE(static_cast<int>(one.before), static_cast<int>(one.own));
        const auto before = sent_on(one.before, named(one.before) ? Names{"before@a"} : Names{});
        const auto said = combined_receipts(before, {one.own, named(one.own) ? Names{"own@b"} : Names{}});
        CHECK(said.policy == one.said);
        CHECK(said.names == one.names);
    }
    CHECK(combined_receipts({}, {instead_of, {"own@b"}}).names == Names{"own@b"});

    // Whom no mail reaches gets no receipt.
    for (const MailNames& nobody :
         {MailNames{}, MailNames{"not an address"}, MailNames{std::string(321, 'x')}}) {
        auto before = sent_on(instead_of, {"before@a"});
        before.front().names = {nobody};
        CHECK(combined_receipts(before, {}).policy == none);
        CHECK(combined_receipts(before, {in_addition_to, {"own@b"}}).names == Names{"own@b"});
        before.front().policy = in_addition_to;
        const auto said = combined_receipts(before, {});
        CHECK(said.policy == unsaid);
        CHECK(said.names.empty());
    }
    Names many;
    for (std::size_t i = 0; i < max_policy_names; ++i)
        many.push_back(std::to_string(i) + "@a");
    CHECK(combined_receipts(sent_on(instead_of, many), {}).names == many);
    CHECK_THROWS_AS(combined_receipts(sent_on(instead_of, many), {in_addition_to, {"own@b"}}), Error);
}

TEST_CASE("a receipt is for one message, by its identifier, signature, type and attributes") {
    const Bytes request = receipt_request_attribute(request_of(ReceiptsFrom::all));
    const SignedDataResult sent = message_of({signer_with({request})});
    const ReceiptContent due = receipt_content(sent);
    const auto receipt_of = [](const Receipt& said, const Bytes& attributes_digest) {
        SignedDataResult receipt = message_of({signer_with({msg_sig_digest_attribute(attributes_digest)})});
        receipt.content_type = id_ct_receipt;
        receipt.content = encode_receipt(said);
        return receipt;
    };
    CHECK(receipt_mismatch(receipt_of(due.receipt, due.msg_sig_digest), sent).empty());

    Receipt other = due.receipt;
    other.content_identifier = {9};
    CHECK_FALSE(receipt_mismatch(receipt_of(other, due.msg_sig_digest), sent).empty());
    other = due.receipt;
    other.signature = {9};
    CHECK_FALSE(receipt_mismatch(receipt_of(other, due.msg_sig_digest), sent).empty());
    other = due.receipt;
    other.content_type = "1.2.840.113549.1.7.3";
    CHECK_FALSE(receipt_mismatch(receipt_of(other, due.msg_sig_digest), sent).empty());
    CHECK_FALSE(receipt_mismatch(receipt_of(due.receipt, Bytes(32)), sent).empty());
    SignedDataResult silent = receipt_of(due.receipt, due.msg_sig_digest);
    silent.signers.front().signed_attributes.clear();
    CHECK_FALSE(receipt_mismatch(silent, sent).empty());
    SignedDataResult no_receipt = receipt_of(due.receipt, due.msg_sig_digest);
    no_receipt.content_type = sent.content_type;
    CHECK_FALSE(receipt_mismatch(no_receipt, sent).empty());
    SignedDataResult damaged = sent;
    damaged.signers.front().intact = false;
    CHECK(receipt_mismatch(receipt_of(due.receipt, due.msg_sig_digest), damaged) ==
          "the message to compare it with is not as it was sent: its signature does not hold");
    CHECK_THROWS_AS(receipt_content(damaged), Error);
    CHECK_THROWS_AS(receipt_content(message_of({signer_with({})})), Error);
}

TEST_CASE("signers who differ about the message say nothing") {
    const auto request = receipt_request_attribute(request_of(ReceiptsFrom::all));
    const auto other = receipt_request_attribute(request_of(ReceiptsFrom::first_tier));
    CHECK(receipt_request_of(message_of({signer_with({request}), signer_with({request})})));
    CHECK(receipt_request_of(message_of({signer_with({}), signer_with({request})})));
    CHECK_THROWS_AS(receipt_request_of(message_of({signer_with({request}), signer_with({other})})), Error);

    SecurityLabel label;
    label.policy = "1.2.3";
    const auto low = security_label_attribute(label);
    label.classification = 5;
    const auto high = security_label_attribute(label);
    CHECK(label_of(message_of({signer_with({high}), signer_with({high})}))->label == label);
    CHECK_FALSE(label_of(message_of({signer_with({})})));
    CHECK_THROWS_AS(label_of(message_of({signer_with({low}), signer_with({high})})), Error);
    CHECK_THROWS_AS(label_of(message_of({signer_with({high}), signer_with({})})), Error);
    CHECK_THROWS_AS(label_of(message_of({signer_with({}), signer_with({high})})), Error);
    CHECK_THROWS_AS(label_of(message_of({signer_with({low, high})})), Error);

    // Any signer may translate it (RFC 2634 section 3.4.1).
    label.policy = "1.2.4";
    const auto equivalent = equivalent_labels_attribute({label});
    const auto labelled = label_of(message_of({signer_with({high}), signer_with({high, equivalent})}));
    REQUIRE(labelled->equivalents.size() == 1);
    CHECK(labelled->equivalents.front().labels == std::vector{label});
    CHECK_FALSE(labelled->equivalents.front().verified);

    const auto first = expansion_history_attribute(sent_on(ListReceiptPolicy::unsaid));
    const auto second = expansion_history_attribute(sent_on(ListReceiptPolicy::none));
    CHECK(expansion_history_of(message_of({signer_with({first}), signer_with({first})})).size() == 1);
    CHECK_THROWS_AS(expansion_history_of(message_of({signer_with({first}), signer_with({second})})), Error);
    // Whoever signs besides need not tell (RFC 2634 section 4.1).
    CHECK(expansion_history_of(message_of({signer_with({first}), signer_with({})})).size() == 1);
    CHECK(expansion_history_of(message_of({signer_with({}), signer_with({first})})).size() == 1);
    CHECK(expansion_history_of(message_of({signer_with({})})).empty());
}
