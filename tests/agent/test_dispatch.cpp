#include "agent/dispatch.h"

#include "agent/error.h"
#include "agent/protocol/frame.h"
#include "agent/request_checks.h"
#include "cms/error.h"
#include "tests/catch.h"

#include <set>
#include <stdexcept>
#include <utility>

namespace protocol = signet::agent::protocol;
using protocol::Request;
using signet::agent::Error;
using signet::agent::Needs;
using signet::agent::Recorded;
using signet::agent::row_of;

namespace {

protocol::Status checked(const Request& request) {
    try {
        row_of(request.body_case())->check(request);
    } catch (const Error& error) {
        return error.status();
    }
    return protocol::DONE;
}

Request sign_request() {
    Request request;
    request.mutable_sign()->set_digest_algorithm(protocol::SHA256);
    request.mutable_sign()->add_digest(std::string(32, 'd'));
    return request;
}

Request unwrap_request() {
    Request request;
    request.mutable_unwrap()->add_recipient_info("info");
    request.mutable_unwrap()->set_content_encryption_algorithm("algorithm");
    return request;
}

protocol::Reply failure_of(const std::exception_ptr& failure) {
    protocol::Reply reply;
    reply.mutable_sign()->add_signed_data("half done");
    signet::agent::set_failure(reply, failure);
    return reply;
}

}  // namespace

TEST_CASE("every body of the protocol has a row of its own, and no other body has one") {
    constexpr int first = Request::kHelloFieldNumber;
    constexpr int last = Request::kDeleteKeyFieldNumber;
    std::set<std::string> names;
    for (int field = first; field <= last; ++field) {
        const std::string bytes{static_cast<char>(field << 3 | 2), '\0'};
        Request request;
        REQUIRE(request.ParseFromString(bytes));
        const auto* row = row_of(request.body_case());
        REQUIRE(row != nullptr);
        CHECK(row->check != nullptr);
        CHECK(row->handle != nullptr);
        names.insert(row->name);
    }
    CHECK(names.size() == std::size_t{last - first + 1});
    Request unknown;
    REQUIRE(unknown.ParseFromString(std::string{static_cast<char>((last + 1) << 3 | 2), '\0'}));
    CHECK(row_of(unknown.body_case()) == nullptr);
}

TEST_CASE("what uses a key or a PIN says so in its row") {
    CHECK(row_of(Request::kSign)->needs == Needs::key);
    CHECK(row_of(Request::kUnwrap)->needs == Needs::key);
    CHECK(row_of(Request::kUnlock)->needs == Needs::admin);
    CHECK(row_of(Request::kLock)->needs == Needs::admin);
    for (const auto body : {Request::kSign, Request::kUnwrap, Request::kUnlock})
        CHECK(row_of(body)->recorded == Recorded::or_refused);
    CHECK(row_of(Request::kLock)->recorded == Recorded::always);
    for (const auto body : {Request::kGenerateKey, Request::kRequestCertificate, Request::kImportCertificates,
                            Request::kDeleteKey}) {
        CHECK(row_of(body)->needs == Needs::admin_and_login);
        CHECK(row_of(body)->recorded == Recorded::or_refused);
    }
    for (const auto body : {Request::kInitialiseToken, Request::kChangePin}) {
        CHECK(row_of(body)->needs == Needs::admin);
        CHECK(row_of(body)->recorded == Recorded::or_refused);
    }
}

TEST_CASE("a digest has the length of its hash") {
    CHECK(checked(sign_request()) == protocol::DONE);
    for (const std::size_t size : {0, 20, 31, 33, 48, 64}) {
        auto request = sign_request();
        request.mutable_sign()->set_digest(0, std::string(size, 'd'));
        CHECK(checked(request) == protocol::MALFORMED);
    }
    auto mixed = sign_request();
    mixed.mutable_sign()->add_digest(std::string(48, 'd'));
    CHECK(checked(mixed) == protocol::MALFORMED);
    auto unspecified = sign_request();
    unspecified.mutable_sign()->set_digest_algorithm(protocol::DIGEST_UNSPECIFIED);
    CHECK(checked(unspecified) == protocol::MALFORMED);
    auto unknown = sign_request();
    unknown.mutable_sign()->set_digest_algorithm(static_cast<protocol::DigestAlgorithm>(99));
    CHECK(checked(unknown) == protocol::MALFORMED);
    auto none = sign_request();
    none.mutable_sign()->clear_digest();
    CHECK(checked(none) == protocol::MALFORMED);
    // With neither, it asks which hash it shall be.
    none.mutable_sign()->clear_digest_algorithm();
    CHECK(checked(none) == protocol::DONE);
    auto shake256 = sign_request();
    shake256.mutable_sign()->set_digest_algorithm(protocol::SHAKE256);
    CHECK(checked(shake256) == protocol::MALFORMED);
    shake256.mutable_sign()->set_digest(0, std::string(64, 'd'));
    CHECK(checked(shake256) == protocol::DONE);
}

TEST_CASE("the limits of Sign hold to the unit") {
    auto request = sign_request();
    while (request.sign().digest_size() < protocol::max_digests)
        request.mutable_sign()->add_digest(std::string(32, 'd'));
    CHECK(checked(request) == protocol::DONE);
    request.mutable_sign()->add_digest(std::string(32, 'd'));
    CHECK(checked(request) == protocol::TOO_LARGE);

    auto signers = sign_request();
    for (int i = 0; i < protocol::max_signers; ++i)
        signers.mutable_sign()->add_identity("a");
    CHECK(checked(signers) == protocol::DONE);
    signers.mutable_sign()->add_identity("a");
    CHECK(checked(signers) == protocol::TOO_LARGE);

    auto text = sign_request();
    text.mutable_sign()->add_identity(std::string(protocol::max_text, 'a'));
    CHECK(checked(text) == protocol::DONE);
    text.mutable_sign()->set_identity(0, std::string(protocol::max_text + 1, 'a'));
    CHECK(checked(text) == protocol::MALFORMED);
    text.mutable_sign()->set_identity(0, std::string("a\0b", 3));
    CHECK(checked(text) == protocol::MALFORMED);
}

TEST_CASE("values that the protocol does not know are refused") {
    auto scheme = sign_request();
    scheme.mutable_sign()->set_rsa_scheme(static_cast<protocol::RsaScheme>(7));
    CHECK(checked(scheme) == protocol::MALFORMED);
    auto certificates = sign_request();
    certificates.mutable_sign()->set_certificates(static_cast<protocol::CertificateSet>(7));
    CHECK(checked(certificates) == protocol::MALFORMED);
}

TEST_CASE("only content of known types is signed") {
    for (const char* allowed :
         {"", "1.2.840.113549.1.7.1", "1.2.840.113549.1.7.2", "1.2.840.113549.1.7.3",
          "1.2.840.113549.1.9.16.1.1", "1.2.840.113549.1.9.16.1.9", "1.2.840.113549.1.9.16.1.23"}) {
        auto request = sign_request();
        request.mutable_sign()->set_content_type(allowed);
        CHECK(checked(request) == protocol::DONE);
    }
    // id-ct-TSTInfo, nonsense, and a prefix.
    for (const char* refused : {"1.2.840.113549.1.9.16.1.4", "1.2.3", "x", "1.2.840.113549.1.7"}) {
        auto request = sign_request();
        request.mutable_sign()->set_content_type(refused);
        CHECK(checked(request) == protocol::REFUSED);
    }
}

TEST_CASE("the limits of Unwrap hold to the unit") {
    auto request = unwrap_request();
    CHECK(checked(request) == protocol::DONE);
    while (request.unwrap().recipient_info_size() < protocol::max_recipient_infos)
        request.mutable_unwrap()->add_recipient_info("info");
    CHECK(checked(request) == protocol::DONE);
    request.mutable_unwrap()->add_recipient_info("info");
    CHECK(checked(request) == protocol::TOO_LARGE);

    auto empty = unwrap_request();
    empty.mutable_unwrap()->set_recipient_info(0, "");
    CHECK(checked(empty) == protocol::MALFORMED);
    auto none = unwrap_request();
    none.mutable_unwrap()->clear_recipient_info();
    CHECK(checked(none) == protocol::MALFORMED);
    auto no_algorithm = unwrap_request();
    no_algorithm.mutable_unwrap()->clear_content_encryption_algorithm();
    CHECK(checked(no_algorithm) == protocol::MALFORMED);
    auto long_algorithm = unwrap_request();
    long_algorithm.mutable_unwrap()->set_content_encryption_algorithm(std::string(1025, 'a'));
    CHECK(checked(long_algorithm) == protocol::MALFORMED);
}

TEST_CASE("a PIN has 1 to 255 bytes, or is not given") {
    Request request;
    request.mutable_unlock();
    CHECK(checked(request) == protocol::DONE);
    for (const std::size_t size : {1, 255}) {
        request.mutable_unlock()->set_pin(std::string(size, '1'));
        CHECK(checked(request) == protocol::DONE);
    }
    for (const std::size_t size : {0, 256}) {
        request.mutable_unlock()->set_pin(std::string(size, '1'));
        CHECK(checked(request) == protocol::MALFORMED);
    }
}

TEST_CASE("the names of a certification request fit its kind") {
    const auto with = [](protocol::CertificateKind kind, const std::string& name,
                         const std::string& organisation) {
        Request request;
        auto& wanted = *request.mutable_request_certificate();
        wanted.set_kind(kind);
        wanted.add_email("alice@example.org");
        wanted.set_common_name(name);
        wanted.set_organisation(organisation);
        return checked(request);
    };
    CHECK(with(protocol::MAILBOX, "", "") == protocol::DONE);
    CHECK(with(protocol::MAILBOX, "alice@example.org", "") == protocol::DONE);
    CHECK(with(protocol::MAILBOX, "Alice", "") == protocol::MALFORMED);
    CHECK(with(protocol::MAILBOX, "", "Example") == protocol::MALFORMED);
    CHECK(with(protocol::INDIVIDUAL, "Alice", "") == protocol::DONE);
    CHECK(with(protocol::INDIVIDUAL, "", "") == protocol::MALFORMED);
    CHECK(with(protocol::INDIVIDUAL, "Alice", "Example") == protocol::MALFORMED);
    CHECK(with(protocol::SPONSOR, "Alice", "Example") == protocol::DONE);
    CHECK(with(protocol::SPONSOR, "Alice", "") == protocol::MALFORMED);
    CHECK(with(protocol::KIND_UNSPECIFIED, "", "") == protocol::MALFORMED);
    CHECK(with(static_cast<protocol::CertificateKind>(9), "", "") == protocol::MALFORMED);
    Request many;
    many.mutable_request_certificate()->set_kind(protocol::MAILBOX);
    CHECK(checked(many) == protocol::MALFORMED);
    for (int i = 0; i < 16; ++i)
        many.mutable_request_certificate()->add_email("a@x");
    CHECK(checked(many) == protocol::DONE);
    many.mutable_request_certificate()->add_email("a@x");
    CHECK(checked(many) == protocol::TOO_LARGE);
}

TEST_CASE("the limits of what changes a token hold to the unit") {
    Request generate;
    auto& key = *generate.mutable_generate_key();
    key.set_algorithm(protocol::RSA_2048);
    key.set_sign(true);
    for (const auto& [size, status] : {std::pair{0, protocol::MALFORMED},
                                       {1, protocol::DONE},
                                       {255, protocol::DONE},
                                       {256, protocol::MALFORMED}}) {
        key.set_label(std::string(static_cast<std::size_t>(size), 'a'));
        CHECK(checked(generate) == status);
    }
    key.set_label("a\x1b[1m");
    CHECK(checked(generate) == protocol::MALFORMED);
    key.set_label("a");
    key.set_sign(false);
    CHECK(checked(generate) == protocol::MALFORMED);
    key.set_decrypt(true);
    CHECK(checked(generate) == protocol::DONE);
    key.set_algorithm(protocol::ED25519);
    CHECK(checked(generate) == protocol::MALFORMED);
    key.set_algorithm(protocol::KEY_UNSPECIFIED);
    CHECK(checked(generate) == protocol::MALFORMED);

    Request initialise;
    for (const auto& [size, status] : {std::pair{0, protocol::MALFORMED},
                                       {1, protocol::DONE},
                                       {32, protocol::DONE},
                                       {33, protocol::MALFORMED}}) {
        initialise.mutable_initialise_token()->set_label(std::string(static_cast<std::size_t>(size), 'a'));
        CHECK(checked(initialise) == status);
    }
    initialise.mutable_initialise_token()->set_label("blank ");
    CHECK(checked(initialise) == protocol::MALFORMED);

    Request import;
    import.mutable_import_certificates();
    CHECK(checked(import) == protocol::MALFORMED);
    for (int i = 0; i < 16; ++i)
        import.mutable_import_certificates()->add_certificate(std::string(std::size_t{32} * 1024, 'c'));
    CHECK(checked(import) == protocol::DONE);
    import.mutable_import_certificates()->set_certificate(0, std::string(std::size_t{32} * 1024 + 1, 'c'));
    CHECK(checked(import) == protocol::MALFORMED);
    import.mutable_import_certificates()->set_certificate(0, "c");
    import.mutable_import_certificates()->add_certificate("c");
    CHECK(checked(import) == protocol::TOO_LARGE);

    Request change;
    change.mutable_change_pin();
    CHECK(checked(change) == protocol::DONE);
    change.mutable_change_pin()->set_old_pin(std::string(255, '1'));
    CHECK(checked(change) == protocol::DONE);
    change.mutable_change_pin()->set_new_pin("");
    CHECK(checked(change) == protocol::MALFORMED);
    change.mutable_change_pin()->set_new_pin(std::string(256, '1'));
    CHECK(checked(change) == protocol::MALFORMED);

    Request nothing;
    nothing.mutable_delete_key();
    CHECK(checked(nothing) == protocol::MALFORMED);
}

TEST_CASE("an exception becomes a status, one line, and nothing of the result stays") {
    const auto reply = failure_of(std::make_exception_ptr(
        Error(protocol::PIN_LOCKED, "the PIN\nis locked\x1b[1m \xff", "unblock\tit")));
    CHECK(reply.status() == protocol::PIN_LOCKED);
    CHECK(reply.why() == "the PIN is locked [1m ?");
    CHECK(reply.advice() == "unblock it");
    CHECK_FALSE(reply.has_sign());

    using signet::cms::ErrorCode;
    const auto cms_status = [](ErrorCode code) {
        return failure_of(std::make_exception_ptr(signet::cms::Error(code, "x"))).status();
    };
    CHECK(cms_status(ErrorCode::malformed) == protocol::MALFORMED);
    CHECK(cms_status(ErrorCode::unsupported) == protocol::MALFORMED);
    CHECK(cms_status(ErrorCode::failed) == protocol::INTERNAL);
    CHECK(failure_of(std::make_exception_ptr(std::runtime_error("x"))).status() == protocol::INTERNAL);
}

TEST_CASE("a reason is bounded, and cut between characters") {
    std::string long_text;
    while (long_text.size() < 10000)
        long_text += "\xe2\x82\xac";
    const auto reply = failure_of(std::make_exception_ptr(Error(protocol::NO_IDENTITY, long_text)));
    CHECK(reply.why().size() < 2100);
    std::string bytes;
    CHECK(reply.SerializeToString(&bytes));
    CHECK(protocol::Reply().ParseFromString(bytes));
}
