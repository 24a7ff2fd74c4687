#include "agent/error.h"
#include "agent/request_checks.h"
#include "tests/catch.h"

#include <functional>

namespace protocol = signet::agent::protocol;

namespace {

using Ask = std::function<void(protocol::Sign&)>;

protocol::Status status_of(const Ask& ask) {
    protocol::Request request;
    auto& sign = *request.mutable_sign();
    sign.set_digest_algorithm(protocol::SHA256);
    sign.add_digest(std::string(32, 'd'));
    ask(sign);
    try {
        signet::agent::check_sign(request);
    } catch (const signet::agent::Error& error) {
        return error.status();
    }
    return protocol::DONE;
}

const std::string id_ct_receipt = "1.2.840.113549.1.9.16.1.1";

}  // namespace

TEST_CASE("What a signer may be asked to say is within the bounds of the protocol") {
    // One category, the same however often it is asked for.
    const auto category = [](auto& sign) -> protocol::SecurityCategory& {
        auto& label = *sign.mutable_attributes()->mutable_security_label();
        label.set_policy("1.2.3");
        return label.category_size() > 0 ? *label.mutable_category(0) : *label.add_category();
    };
    const std::vector<Ask> allowed{
        [](auto& sign) { sign.mutable_attributes(); },
        [](auto& sign) {
            sign.mutable_attributes()->mutable_content_hints()->set_description(std::string(1024, 'x'));
        },
        [](auto& sign) { sign.mutable_attributes()->set_content_identifier(std::string(256, 'x')); },
        [](auto& sign) { sign.mutable_attributes()->mutable_signature_policy(); },
        [](auto& sign) { sign.mutable_attributes()->set_commitment_type("1.2.3"); },
        [](auto& sign) { sign.mutable_attributes()->mutable_receipt_request()->add_to("a@b"); },
        [](auto& sign) { sign.mutable_attributes()->mutable_security_label()->set_policy("1.2.3"); },
        [&](auto& sign) { category(sign).add_value("HR"); },
        [&](auto& sign) { category(sign).set_integer(0); },
        [&](auto& sign) { category(sign).set_enumerated(-1); },
        [&](auto& sign) {
            for (int i = 0; i < 256; ++i)
                category(sign).add_bit(255);
        },
        [&](auto& sign) { category(sign).set_der(std::string(65536, 'x')); },
        [](auto& sign) {
            auto& policy = *sign.mutable_attributes()->mutable_signature_policy();
            policy.set_policy("1.2.3");
            policy.set_digest_algorithm(protocol::SHA384);
            policy.set_digest(std::string(48, 'd'));
        },
        [](auto& sign) { sign.mutable_attributes()->mutable_expansion(); },
        [](auto& sign) {
            sign.set_content_type(id_ct_receipt);
            sign.mutable_attributes()->set_msg_sig_digest(std::string(32, 'd'));
        },
    };
    for (std::size_t i = 0; i < allowed.size(); ++i) {
        CAPTURE(i);
        CHECK(status_of(allowed[i]) == protocol::DONE);
    }
}

TEST_CASE("What a signer may not be asked to say is malformed") {
    const auto label = [](auto& sign) -> protocol::SecurityLabel& {
        auto& made = *sign.mutable_attributes()->mutable_security_label();
        made.set_policy("1.2.3");
        return made;
    };
    const auto receipts = [](auto& sign) -> protocol::ReceiptRequest& {
        auto& made = *sign.mutable_attributes()->mutable_receipt_request();
        made.add_to("a@b");
        return made;
    };
    const std::vector<Ask> refused{
        [](auto& sign) {
            sign.mutable_attributes()->mutable_content_hints()->set_description(std::string(1025, 'x'));
        },
        [](auto& sign) {
            sign.mutable_attributes()->mutable_content_hints()->set_description(std::string(1, '\0'));
        },
        [](auto& sign) { sign.mutable_attributes()->set_content_identifier(std::string(257, 'x')); },
        [](auto& sign) {
            sign.add_digest(std::string(32, 'e'));
            sign.mutable_attributes()->set_content_identifier("same");
        },
        [](auto& sign) { sign.mutable_attributes()->mutable_signature_policy()->set_policy("1.2.3"); },
        [](auto& sign) {
            auto& policy = *sign.mutable_attributes()->mutable_signature_policy();
            policy.set_policy("1.2.3");
            policy.set_digest_algorithm(protocol::SHA384);
            policy.set_digest(std::string(32, 'd'));
        },
        [](auto& sign) { sign.mutable_attributes()->mutable_signature_policy()->set_uri("https://a"); },
        [](auto& sign) { sign.mutable_attributes()->mutable_receipt_request(); },
        [&](auto& sign) {
            for (int i = 0; i < 16; ++i)
                receipts(sign);
            receipts(sign);
        },
        [&](auto& sign) { receipts(sign).set_to(0, "not an address"); },
        [&](auto& sign) { receipts(sign).set_to(0, std::string(321, 'a')); },
        [&](auto& sign) { receipts(sign).set_from(protocol::LISTED); },
        [&](auto& sign) { receipts(sign).add_listed("a@b"); },
        [&](auto& sign) { receipts(sign).set_from(static_cast<protocol::ReceiptsFrom>(9)); },
        [&](auto& sign) {
            receipts(sign);
            sign.set_content_type(id_ct_receipt);
        },
        [](auto& sign) { sign.mutable_attributes()->mutable_security_label(); },
        [&](auto& sign) { label(sign).set_classification(257); },
        [&](auto& sign) { label(sign).set_privacy_mark(std::string(1025, 'x')); },
        [&](auto& sign) { label(sign).add_category()->set_type("1.2.3"); },
        [&](auto& sign) {
            auto& category = *label(sign).add_category();
            category.set_integer(1);
            category.add_value("x");
        },
        [&](auto& sign) {
            auto& category = *label(sign).add_category();
            category.set_enumerated(1);
            category.set_der("x");
        },
        [&](auto& sign) { label(sign).add_category()->add_bit(256); },
        [&](auto& sign) {
            auto& category = *label(sign).add_category();
            for (int i = 0; i < 257; ++i)
                category.add_bit(1);
        },
        [&](auto& sign) { label(sign).add_category()->set_der(std::string(65537, 'x')); },
        [](auto& sign) {
            auto& policy = *sign.mutable_attributes()->mutable_signature_policy();
            policy.set_policy("1.2.3");
            policy.set_digest_algorithm(protocol::SHAKE256);
            policy.set_digest(std::string(64, 'd'));
        },
        [&](auto& sign) {
            for (int i = 0; i < 65; ++i) {
                auto& category = *label(sign).add_category();
                category.set_type("1.2.3");
                category.add_value("x");
            }
        },
        [](auto& sign) { sign.mutable_attributes()->add_equivalent_label()->set_policy("1.2.3"); },
        [&](auto& sign) {
            label(sign);
            for (int i = 0; i < 33; ++i)
                sign.mutable_attributes()->add_equivalent_label()->set_policy("1.2." + std::to_string(i + 9));
        },
        [](auto& sign) {
            sign.mutable_attributes()->mutable_security_label()->set_policy("1.2.3");
            sign.mutable_attributes()->add_equivalent_label()->set_policy("1.2.3");
        },
        [](auto& sign) {
            sign.mutable_attributes()->mutable_security_label()->set_policy("1.2.3");
            for (int i = 0; i < 2; ++i)
                sign.mutable_attributes()->add_equivalent_label()->set_policy("1.2.4");
        },
        [](auto& sign) { sign.mutable_attributes()->mutable_expansion()->add_before(""); },
        [](auto& sign) {
            sign.mutable_attributes()->mutable_expansion()->add_before(std::string(8193, 'x'));
        },
        [](auto& sign) {
            for (int i = 0; i < 64; ++i)
                sign.mutable_attributes()->mutable_expansion()->add_before("x");
        },
        [](auto& sign) {
            sign.mutable_attributes()->mutable_expansion()->set_receipts(protocol::INSTEAD_OF);
        },
        [](auto& sign) { sign.mutable_attributes()->mutable_expansion()->add_to("a@b"); },
        [](auto& sign) { sign.mutable_attributes()->set_msg_sig_digest(std::string(32, 'd')); },
        [](auto& sign) {
            sign.set_content_type(id_ct_receipt);
            sign.mutable_attributes()->set_msg_sig_digest("short");
        },
    };
    for (std::size_t i = 0; i < refused.size(); ++i) {
        CAPTURE(i);
        CHECK(status_of(refused[i]) == protocol::MALFORMED);
    }
}
