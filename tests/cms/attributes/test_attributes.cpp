#include "cms/asn1/der.h"
#include "cms/attributes/category_value.h"
#include "cms/attributes/content_attributes.h"
#include "cms/attributes/mail_list.h"
#include "cms/attributes/receipt_request.h"
#include "cms/attributes/security_label.h"
#include "cms/attributes/signature_policy.h"
#include "cms/digest_stream.h"
#include "cms/error.h"
#include "cms/signed_data_builder.h"
#include "tests/cms/certificate_authority.h"
#include "tests/cms/openssl_cms.h"
#include "tests/cms/software_token.h"
#include "tests/cms/test_keys.h"
#include "tests/cms/verified_message.h"

using namespace signet::cms;
using namespace signet::cms::test;

namespace {

constexpr std::int64_t now = 1750000000;

/// A detached SignedData of Alice with these attributes besides.
Bytes signed_with(const Certificate& alice, const std::vector<Bytes>& further) {
    const SignerProfile signer(alice, {});
    const Bytes content_digest = digest(DigestAlgorithm::sha256, content);
    AttributeValues values;
    values.scheme = SignatureScheme::ecdsa;
    values.digest = content_digest;
    values.signing_time = now;
    values.further = {further.begin(), further.end()};
    Signature signature{
        &signer, DigestAlgorithm::sha256, SignatureScheme::ecdsa, signed_attributes(signer, values), {}};
    signature.value = sign_digest(test_key(KeyType::p256), SignatureScheme::ecdsa, DigestAlgorithm::sha256,
                                  digest(DigestAlgorithm::sha256, signature.signed_attributes));
    return detached_signed_data({signature}, "1.2.840.113549.1.7.1", IncludedCertificates::signer);
}

SecurityLabel sample_label() {
    SecurityLabel label;
    label.policy = "1.3.6.1.4.1.22112.1.1";
    label.classification = 3;
    label.privacy_mark = "Nur f\u00fcr die Gesch\u00e4ftsleitung";
    label.categories = {{"1.2.3.4", encode_category_value(CategoryTexts{{"HR", "Legal"}})}};
    return label;
}

SignedAttributeSet set_with(const std::vector<Bytes>& attributes) {
    return SignedAttributeSet(asn1::set_of(asn1::Tag::set, {attributes.begin(), attributes.end()}));
}

}  // namespace

TEST_CASE("every typed attribute is signed, verified by OpenSSL and read again") {
    const CertificateAuthority root;
    const Certificate alice = root.issue(test_key(KeyType::p256));
    const Bytes identifier = new_content_identifier(alice.fingerprint(), now);
    ReceiptRequest request{identifier, ReceiptsFrom::listed, {{"bob@example.org"}}, {{"alice@example.org"}}};
    SecurityLabel other = sample_label();
    other.policy = "1.2.3.4.5";
    other.privacy_mark = "COMPANY CONFIDENTIAL";
    const SignaturePolicy policy{"1.3.6.1.4.1.99.1", DigestAlgorithm::sha384,
                                 digest(DigestAlgorithm::sha384, content), "https://example.org/policy"};
    const auto expansion =
        new_expansion(alice, now, ListReceiptPolicy::in_addition_to, {"owner@example.org"});
    const Bytes message = signed_with(
        alice, {content_hints_attribute({"Wochenbericht \u00fcber alles", "1.2.840.113549.1.7.1"}),
                content_identifier_attribute(identifier), receipt_request_attribute(request),
                security_label_attribute(sample_label()), equivalent_labels_attribute({other}),
                signature_policy_attribute(policy), commitment_type_attribute("1.2.840.113549.1.9.16.6.1"),
                capabilities_attribute({ContentCipher::aes256_gcm, ContentCipher::aes128_cbc}),
                expansion_history_attribute({expansion}), msg_sig_digest_attribute(Bytes(32, 7))});
    CHECK(openssl_verify(message, &content, root.certificate()));

    const SignerResult signer = only_signer(message, trusting(root.certificate()));
    REQUIRE(signer.intact);
    const SignedAttributeSet set(signer.signed_attributes);
    CHECK(content_hints_in(set)->description == "Wochenbericht \u00fcber alles");
    CHECK(content_hints_in(set)->content_type == "1.2.840.113549.1.7.1");
    CHECK(content_identifier_in(set) == identifier);
    const auto read = receipt_request_in(set);
    REQUIRE(read);
    CHECK(read->content_identifier == identifier);
    CHECK(read->from == ReceiptsFrom::listed);
    CHECK(read->listed == request.listed);
    CHECK(read->to == request.to);
    CHECK(security_label_in(set) == sample_label());
    CHECK(equivalent_labels_in(set) == std::vector{other});
    CHECK(read_category_value(sample_label().categories.front().value) ==
          CategoryValue(CategoryTexts{{"HR", "Legal"}}));
    const auto read_policy = signature_policy_in(set);
    REQUIRE(read_policy);
    CHECK(read_policy->policy == policy.policy);
    CHECK(read_policy->digest_algorithm == policy.digest_algorithm);
    CHECK(read_policy->digest == policy.digest);
    CHECK(read_policy->uri == policy.uri);
    CHECK(commitment_type_in(set) == "1.2.840.113549.1.9.16.6.1");
    CHECK(capabilities_in(set) == std::vector{ContentCipher::aes256_gcm, ContentCipher::aes128_cbc});
    const auto history = expansion_history_in(set);
    REQUIRE(history.size() == 1);
    CHECK(history.front().encoding == expansion.encoding);
    CHECK(history.front().time == now);
    CHECK(history.front().policy == ListReceiptPolicy::in_addition_to);
    CHECK(history.front().names == std::vector<MailNames>{{"owner@example.org"}});
    CHECK(has_expanded(history, alice));
    CHECK_FALSE(has_expanded(history, root.certificate()));
    CHECK(msg_sig_digest_in(set) == Bytes(32, 7));
}

TEST_CASE("the limit of a message's size counts what its signer says besides") {
    const CertificateAuthority root;
    const Certificate alice = root.issue(test_key(KeyType::p256));
    std::vector<Bytes> further{security_label_attribute(sample_label())};
    for (const std::size_t size : {0, 100, 1000}) {
        further.push_back(content_hints_attribute({std::string(size, 'x'), "1.2.840.113549.1.7.1"}));
        std::size_t bytes = 0;
        for (const Bytes& one : further)
            bytes += one.size();
        const SignerProfile signer(alice, {});
        constexpr std::size_t signature_size = 72;
        const auto limit =
            signed_data_size_limit({&signer}, signature_size, IncludedCertificates::signer, bytes);
        CHECK(signed_with(alice, further).size() <= limit);
        CHECK(limit - bytes ==
              signed_data_size_limit({&signer}, signature_size, IncludedCertificates::signer));
        further.pop_back();
    }
}

TEST_CASE("OpenSSL reads a receipt request, and makes the receipt that it asks for") {
    const CertificateAuthority root;
    const Certificate alice = root.issue(test_key(KeyType::p256));
    const Bytes identifier = new_content_identifier(alice.fingerprint(), now);
    const auto from = GENERATE(ReceiptsFrom::all, ReceiptsFrom::first_tier);
    const Bytes message =
        signed_with(alice, {receipt_request_attribute({identifier, from, {}, {{"alice@example.org"}}})});

    const unsigned char* position = message.data();
    const CmsPtr cms(d2i_CMS_ContentInfo(nullptr, &position, static_cast<long>(message.size())));
    REQUIRE(cms);
    CMS_SignerInfo* info = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms.get()), 0);
    CMS_ReceiptRequest* request = nullptr;
    REQUIRE(CMS_get1_ReceiptRequest(info, &request) == 1);
    const std::unique_ptr<CMS_ReceiptRequest, decltype(&CMS_ReceiptRequest_free)> owner(
        request, CMS_ReceiptRequest_free);
    ASN1_STRING* read_identifier = nullptr;
    int all_or_first = -1;
    STACK_OF(GENERAL_NAMES)* list = nullptr;
    STACK_OF(GENERAL_NAMES)* to = nullptr;
    CMS_ReceiptRequest_get0_values(request, &read_identifier, &all_or_first, &list, &to);
    CHECK(std::ranges::equal(asn1::view_of(*read_identifier), identifier));
    CHECK(all_or_first == (from == ReceiptsFrom::all ? 0 : 1));
    CHECK(list == nullptr);
    CHECK(sk_GENERAL_NAMES_num(to) == 1);
}

TEST_CASE("a receipt is what RFC 2634 says, and nothing else is one") {
    const Receipt receipt{"1.2.840.113549.1.7.1", {1, 2, 3}, {4, 5, 6}};
    const Bytes der = encode_receipt(receipt);
    const Receipt read = parse_receipt(der);
    CHECK(read.content_type == receipt.content_type);
    CHECK(read.content_identifier == receipt.content_identifier);
    CHECK(read.signature == receipt.signature);
    Bytes other_version = der;
    other_version[4] = 2;
    CHECK_THROWS_AS(parse_receipt(other_version), Error);
    for (std::size_t size = 0; size < der.size(); ++size)
        CHECK_THROWS_AS(parse_receipt(BytesView(der).first(size)), Error);
}

TEST_CASE("an attribute that comes twice, or with two values, is no answer") {
    const Bytes one = content_identifier_attribute(Bytes{1});
    const Bytes two = content_identifier_attribute(Bytes{2});
    CHECK(content_identifier_in(set_with({one})) == Bytes{1});
    CHECK_FALSE(content_identifier_in(set_with({})));
    CHECK_THROWS_AS(content_identifier_in(set_with({one, two})), Error);
    using asn1::Tag;
    const Bytes values = asn1::set_of(
        Tag::set, {asn1::tlv(Tag::octet_string, {Bytes{1}}), asn1::tlv(Tag::octet_string, {Bytes{2}})});
    const Bytes twofold =
        asn1::tlv(Tag::sequence, {asn1::object_identifier("1.2.840.113549.1.9.16.2.7"), values});
    CHECK_THROWS_AS(content_identifier_in(set_with({twofold})), Error);
}

TEST_CASE("a label is a SET in the order of its tags, however long each field is") {
    SecurityLabel label = sample_label();
    const SecurityLabel again = *security_label_in(set_with({security_label_attribute(label)}));
    CHECK(again == label);
    label.privacy_mark = "PRINTABLE";
    CHECK(*security_label_in(set_with({security_label_attribute(label)})) == label);
    label.classification.reset();
    label.privacy_mark.clear();
    label.categories.clear();
    CHECK(*security_label_in(set_with({security_label_attribute(label)})) == label);

    label.classification = 257;
    CHECK_THROWS_AS(security_label_attribute(label), Error);
    using asn1::Tag;
    const Bytes policy = asn1::object_identifier("1.2.3");
    CHECK_THROWS_AS(parse_security_label(asn1::tlv(Tag::set, {})), Error);
    CHECK_THROWS_AS(parse_security_label(asn1::tlv(Tag::set, {policy, policy})), Error);
    CHECK_THROWS_AS(parse_security_label(asn1::tlv(Tag::set, {asn1::integer(1)})), Error);
    CHECK_THROWS_AS(parse_security_label(asn1::tlv(Tag::set, {policy, asn1::integer(257)})), Error);
    CHECK_THROWS_AS(parse_security_label(asn1::tlv(Tag::sequence, {policy})), Error);
    CHECK(parse_security_label(asn1::tlv(Tag::set, {policy, asn1::integer(256)})).classification == 256U);
}

TEST_CASE("an entry of an expansion history is DER, and says what it may") {
    const CertificateAuthority root;
    const auto expansion = new_expansion(root.certificate(), now, ListReceiptPolicy::none, {});
    CHECK(parse_expansion(expansion.encoding).policy == ListReceiptPolicy::none);
    Bytes trailing = expansion.encoding;
    trailing.push_back(0);
    CHECK_THROWS_AS(parse_expansion(trailing), Error);
    // The list has the same key after its certificate was renewed.
    const Certificate before = root.issue(test_key(KeyType::p256));
    const Certificate renewed = root.issue(test_key(KeyType::p256));
    CHECK(before.issuer_and_serial() != renewed.issuer_and_serial());
    CHECK(has_expanded({new_expansion(before, now, ListReceiptPolicy::none, {})}, renewed));
    CertificateRequest without_identifier;
    without_identifier.key_identifier = false;
    const Certificate nameless = root.issue(test_key(KeyType::p256), without_identifier);
    CHECK(has_expanded({new_expansion(nameless, now, ListReceiptPolicy::none, {})}, nameless));
    CHECK_FALSE(has_expanded({new_expansion(nameless, now, ListReceiptPolicy::none, {})}, renewed));
    CHECK_THROWS_AS(new_expansion(root.certificate(), now, ListReceiptPolicy::instead_of, {}), Error);
    CHECK_THROWS_AS(new_expansion(root.certificate(), now, ListReceiptPolicy::none, {"a@b"}), Error);
    CHECK_THROWS_AS(new_expansion(root.certificate(), now, ListReceiptPolicy::instead_of, {"not an address"}),
                    Error);
    CHECK_THROWS_AS(expansion_history_attribute(std::vector(max_expansions + 1, expansion)), Error);
}

TEST_CASE("no encoder takes what its type does not allow") {
    CHECK_THROWS_AS(content_hints_attribute({"", "not.an.oid"}), Error);
    CHECK_THROWS_AS(receipt_request_attribute({{1}, ReceiptsFrom::all, {}, {}}), Error);
    CHECK_THROWS_AS(
        receipt_request_attribute({{1}, ReceiptsFrom::all, {}, std::vector<MailNames>(17, {"a@b"})}), Error);
    CHECK_THROWS_AS(signature_policy_attribute({"1.2.3", DigestAlgorithm::sha256, Bytes(20), ""}), Error);
    CHECK(signature_policy_in(set_with({signature_policy_attribute({})}))->policy.empty());
    CHECK_THROWS_AS(commitment_type_attribute("proof"), Error);
    CHECK_THROWS_AS(equivalent_labels_attribute({}), Error);
    CHECK_THROWS_AS(equivalent_labels_attribute({sample_label(), sample_label()}), Error);
}

TEST_CASE("of two equivalent labels of one policy none can be chosen (RFC 2634 section 3.4.1)") {
    SecurityLabel low;
    low.policy = "1.2.3";
    const SecurityLabel high{"1.2.4", 5, {}, {}};
    Bytes encoding = asn1::tlv(asn1::Tag::set, {equivalent_labels_attribute({low, high})});
    CHECK(equivalent_labels_in(SignedAttributeSet(encoding)).size() == 2);
    const Bytes of_high{0x06, 0x02, 0x2A, 0x04};
    const auto found = std::search(encoding.begin(), encoding.end(), of_high.begin(), of_high.end());
    REQUIRE(found != encoding.end());
    *(found + 3) = 0x03;
    CHECK_THROWS_AS(equivalent_labels_in(SignedAttributeSet(encoding)), Error);
}

TEST_CASE("an attribute that is damaged anywhere is read or refused, never more") {
    const CertificateAuthority root;
    SecurityLabel other = sample_label();
    other.policy = "1.2.3.4.5";
    const std::vector<Bytes> all{
        content_hints_attribute({"What it is", "1.2.840.113549.1.7.1"}),
        content_identifier_attribute(Bytes{1, 2, 3}),
        receipt_request_attribute({{1, 2}, ReceiptsFrom::listed, {{"bob@example.org"}}, {{"a@example.org"}}}),
        security_label_attribute(sample_label()),
        equivalent_labels_attribute({other, sample_label()}),
        signature_policy_attribute(
            {"1.2.3", DigestAlgorithm::sha256, digest(DigestAlgorithm::sha256, content), "https://a"}),
        commitment_type_attribute("1.2.840.113549.1.9.16.6.1"),
        capabilities_attribute({ContentCipher::aes256_gcm}),
        expansion_history_attribute(
            {new_expansion(root.certificate(), now, ListReceiptPolicy::instead_of, {"owner@example.org"})}),
        msg_sig_digest_attribute(Bytes(32, 7))};
    const auto read_all = [](BytesView encoding) {
        int refused = 0;
        const auto attempt = [&](auto reader) {
            try {
                const SignedAttributeSet set(encoding);
                (void)reader(set);
            } catch (const Error&) {
                ++refused;
            }
        };
        attempt(content_hints_in);
        attempt(content_identifier_in);
        attempt(receipt_request_in);
        attempt(security_label_in);
        attempt(equivalent_labels_in);
        attempt(signature_policy_in);
        attempt(commitment_type_in);
        attempt(capabilities_in);
        attempt(expansion_history_in);
        attempt(msg_sig_digest_in);
        return refused;
    };
    for (const Bytes& one : all) {
        const Bytes set = asn1::set_of(asn1::Tag::set, {one});
        CHECK(read_all(set) == 0);
        for (std::size_t size = 1; size < set.size(); ++size)
            CHECK(read_all(BytesView(set).first(size)) == 10);
        for (std::size_t bit = 0; bit < 8 * set.size(); ++bit) {
            Bytes flipped = set;
            flipped[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
            const int refused = read_all(flipped);
            CHECK((refused <= 1 || refused == 10));
        }
    }
}
