// What is added to a signature, and by whom: timestamps and countersignatures.
#include <algorithm>
#include <ctime>

#include "tests/cms/timestamp_authority.h"
#include "tests/end_to_end/session.h"
#include "tests/fixtures/http_server.h"

#include "cms/asn1/ber_reader.h"
#include "cms/asn1/rfc5652_signed_data.h"
#include "cms/pem.h"
#include "cms/signed_data_parts.h"
#include "cms/signer_info_parts.h"

using namespace signet::tests;
namespace cms = signet::cms;
using signet::cms::as_bytes;
using signet::cms::as_text;
using signet::cms::test::CertificateAuthority;
using signet::cms::test::TimestampAuthority;

namespace {

bool says(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (auto place = text.find(part); place != std::string::npos; place = text.find(part, place + 1))
        ++found;
    return found;
}

/// A TSA on the loopback interface, and a file `trust.pem` with its root and Alice's.
struct StampedSession {
    explicit StampedSession(const std::vector<KeyType>& types) : session(types) {
        session.write("a.txt", "All is well.\n");
        session.write("trust.pem",
                      read_file(session.root()) + signet::cms::pem("CERTIFICATE", root.certificate().der()));
    }

    Session session;
    CertificateAuthority root{"TSA Root"};
    TimestampAuthority tsa{root};
    HttpServer server{[this](const std::string& request) -> std::optional<std::string> {
        const std::string body = request.substr(request.find("\r\n\r\n") + 4);
        const auto answer = tsa.answer(as_bytes(body), std::time(nullptr));
        return HttpServer::ok(std::string(as_text(answer)));
    }};
};

/// `signer_info` with its signer's key identifier in place of issuer and serial number, which nothing signs.
cms::Bytes named_by_key(const cms::Bytes& signer_info, const cms::Certificate& signer) {
    namespace asn1 = cms::asn1;
    asn1::BerReader reader(cms::memory_source(signer_info), "SignerInfo");
    reader.enter(asn1::Tag::sequence);
    static_cast<void>(reader.element(signer_info.size()));
    static_cast<void>(reader.element(signer_info.size()));
    cms::Bytes rest;
    while (!reader.at_end())
        asn1::append(rest, reader.element(signer_info.size()));
    const auto identifier = asn1::view_of(*X509_get0_subject_key_id(signer.x509()));
    return asn1::tlv(asn1::Tag::sequence,
                     {asn1::integer(3), asn1::tlv(asn1::context_primitive(0), {identifier}), rest});
}

}  // namespace

TEST_CASE("signet sign --timestamp has each signature stamped, detached and attached") {
    StampedSession stamped({KeyType::rsa2048, KeyType::p256});
    const Session& session = stamped.session;
    const std::string url = stamped.server.url("/tsa");
    const Arguments both{"-k", session.label(KeyType::rsa2048), "-k", session.label(KeyType::p256)};
    Arguments sign{"sign", "--timestamp", url, "a.txt"};
    sign.insert(sign.end(), both.begin(), both.end());
    check_done(session.signet(sign));
    CHECK(stamped.server.requests() == std::vector<std::string>(2, "POST /tsa HTTP/1.1"));
    check_done(stamped.session.openssl_verify("a.txt.p7s", "a.txt"));
    const ProcessResult json = session.signet({"verify", "--trust", "trust.pem", "--json", "a.txt.p7s"});
    check_done(json);
    CHECK(count(json.out, R"("timestamps":[{"stamped":")") == 2);
    CHECK(count(json.out, R"("time_source":"timestamp")") == 2);
    CHECK(count(json.out, R"("policy":"1.3.6.1.4.1.99.7","intact":true,"trusted":true)") == 2);

    sign.emplace_back("--attached");
    check_done(session.signet(sign));
    const ProcessResult text = session.signet({"verify", "--trust", "trust.pem", "-o", "out", "a.txt.p7m"});
    check_done(text);
    CHECK(session.read("out") == "All is well.\n");
    CHECK(count(text.out, "timestamp of signature 1: holds") == 1);
    CHECK(count(text.out, "timestamp of signature 2: holds") == 1);

    // The TSA is nobody whom we know: said, and no reason against the signature.
    const ProcessResult unknown = session.signet({"verify", "--trust", stamped.session.root(), "a.txt.p7s"});
    check_done(unknown);
    CHECK(says(unknown.out, "timestamp of signature 1: intact, but the signer is not trusted"));
}

TEST_CASE("Without the TSA's answer nothing is written") {
    StampedSession stamped({KeyType::p256});
    const Session& session = stamped.session;
    const auto before = session.files();
    const HttpServer silent([](const std::string&) { return HttpServer::ok("no timestamp"); });
    for (const std::string& url : {silent.url(), std::string("http://127.0.0.1:1/")}) {
        const ProcessResult result = session.signet({"sign", "--timestamp", url, "a.txt"});
        check_refused(result, 9);
        CHECK(says(result.err, "signet: cannot stamp the signature: "));
    }
    check_refused(session.signet({"sign", "--timestamp", "ftp://example.org", "a.txt"}), 2);
    CHECK(session.files() == before);
}

TEST_CASE("signet countersign signs a signature, which openssl still accepts, and verify reports it") {
    StampedSession stamped({KeyType::rsa2048, KeyType::p256});
    Session& session = stamped.session;
    check_done(session.signet({"sign", "-k", session.label(KeyType::rsa2048), "a.txt"}));
    check_done(session.signet({"countersign", "-k", session.label(KeyType::p256), "a.txt.p7s"}));
    check_done(session.openssl_verify("a.txt.p7s", "a.txt"));
    const ProcessResult text = session.signet({"verify", "--trust", "trust.pem", "a.txt.p7s"});
    check_done(text);
    CHECK(says(text.out, "countersignature of signature: holds"));
    const ProcessResult printed =
        session.openssl({"cms", "-cmsout", "-print", "-inform", "DER", "-in", "a.txt.p7s"});
    CHECK(says(printed.out, "object: countersignature"));
    CHECK(session.audit_records("countersign", "begun") == 1);

    check_done(session.signet({"certificates", "--make", "-o", "us.p7c", session.root()}));
    const ProcessResult nobody =
        session.signet({"countersign", "-k", session.label(KeyType::p256), "-"}, session.read("us.p7c"));
    CHECK(nobody.status == 1);
    CHECK(nobody.err ==
          "signet: cannot countersign standard input: nobody signed it; signet certificates shows the "
          "certificates that are in it\n");

    // Both, stamped, over one of two signatures with their content inside.
    check_done(session.signet({"sign", "--attached", "-k", session.label(KeyType::rsa2048), "-k",
                               session.label(KeyType::p256), "a.txt"}));
    check_refused(session.signet({"countersign", "-k", session.label(KeyType::p256), "a.txt.p7m"}), 2);
    check_refused(
        session.signet({"countersign", "--signer", "3", "-k", session.label(KeyType::p256), "a.txt.p7m"}), 2);
    check_done(session.signet({"countersign", "--signer", "2", "--timestamp", stamped.server.url(), "-k",
                               session.label(KeyType::p256), "-k", session.label(KeyType::rsa2048), "-o",
                               "more.p7m", "a.txt.p7m"}));
    const ProcessResult more = session.signet({"verify", "--trust", "trust.pem", "-o", "out", "more.p7m"});
    check_done(more);
    CHECK(session.read("out") == "All is well.\n");
    CHECK(count(more.out, "countersignature of signature 1: ") == 0);
    CHECK(count(more.out, "\ncountersignature of signature 2: holds") == 2);
    CHECK(count(more.out, "timestamp of countersignature of signature 2: holds") == 2);
    check_done(session.openssl({"cms", "-verify", "-inform", "DER", "-in", "more.p7m", "-CAfile",
                                session.root(), "-purpose", "any", "-out", "/dev/null"}));
}

TEST_CASE("A countersignature of another signature does not hold, and the signature does") {
    Session session({KeyType::rsa2048, KeyType::p256});
    session.write("a.txt", "All is well.\n");
    session.write("b.txt", "Nothing is.\n");
    check_done(session.signet({"sign", "-k", session.label(KeyType::rsa2048), "a.txt", "b.txt"}));
    check_done(session.signet({"countersign", "-k", session.label(KeyType::p256), "a.txt.p7s"}));
    // The countersignature of a.txt's, at b.txt's.
    const std::string a = session.read("a.txt.p7s");
    const std::string b = session.read("b.txt.p7s");
    const cms::SignedDataParts from = cms::read_parts(as_bytes(a));
    cms::SignedDataParts to = cms::read_parts(as_bytes(b));
    const auto countersigned =
        cms::asn1::decode<cms::asn1::SignerInfo>(from.signer_infos.front(), "SignerInfo");
    const cms::asn1::Attribute* attribute =
        cms::asn1::sk_Attribute_value(countersigned->unsigned_attributes, 0);
    to.signer_infos.front() = cms::with_countersignature(
        to.signer_infos.front(), cms::asn1::sequence_in(sk_ASN1_TYPE_value(attribute->values, 0)));
    to.certificates = from.certificates;
    session.write("b.txt.p7s", as_text(cms::detached_signed_data(to)));
    const ProcessResult json = session.signet({"verify", "--trust", session.root(), "--json", "b.txt.p7s"});
    check_done(json);
    CHECK(says(json.out, R"("countersignatures":[{"intact":false,)"));
    CHECK(says(json.out, R"({"reason":"content-altered",)"));

    // Nor does a signature over a content pass for a countersignature, whatever it is over.
    cms::SignedDataParts other = cms::read_parts(as_bytes(b));
    other.signer_infos.front() =
        cms::with_countersignature(other.signer_infos.front(), other.signer_infos.front());
    session.write("b.txt.p7s", as_text(cms::detached_signed_data(other)));
    const ProcessResult content =
        session.signet({"verify", "--trust", session.root(), "--json", "b.txt.p7s"});
    check_done(content);
    CHECK(says(content.out, R"({"reason":"content-type-differs",)"));
}

TEST_CASE("signet sign --add adds a signer, and every byte of the others stays") {
    Session session({KeyType::rsa2048, KeyType::p256});
    session.write("a.txt", "All is well.\n");
    const Arguments rsa{"-k", session.label(KeyType::rsa2048)};
    const auto add = [&](Arguments arguments) {
        arguments.insert(arguments.begin(), {"sign", "-k", session.label(KeyType::p256)});
        return session.signet(arguments);
    };
    const auto parts_of = [&](const std::string& name) {
        return cms::read_parts(as_bytes(session.read(name)));
    };
    const auto keeps = [](const std::vector<cms::Bytes>& all, const std::vector<cms::Bytes>& some) {
        return std::all_of(some.begin(), some.end(), [&all](const cms::Bytes& one) {
            return std::find(all.begin(), all.end(), one) != all.end();
        });
    };
    check_done(session.signet({"sign", "-k", session.label(KeyType::rsa2048), "a.txt"}));
    const cms::SignedDataParts before = parts_of("a.txt.p7s");
    const ProcessResult added = add({"--add", "a.txt.p7s", "-o", "both.p7s", "a.txt"});
    check_done(added);
    CHECK(added.err.empty());
    const cms::SignedDataParts after = parts_of("both.p7s");
    CHECK(after.signer_infos.size() == 2);
    CHECK(keeps(after.signer_infos, before.signer_infos));
    CHECK(keeps(after.certificates, before.certificates));
    check_done(session.openssl_verify("both.p7s", "a.txt"));
    const ProcessResult both = session.signet({"verify", "--trust", session.root(), "both.p7s", "a.txt"});
    check_done(both);
    CHECK(says(both.out, "signature 2: holds"));

    // In place, of the file that it is named after; BER by openssl, named by its key, with the content
    // inside.
    check_done(add({"--add", "a.txt.p7s"}));
    check_done(session.openssl_verify("a.txt.p7s", "a.txt"));
    const SoftwareIdentity bob = software_identity(session.alice().ca(), KeyType::p384, session.path("."));
    check_done(session.openssl({"cms", "-sign", "-binary", "-nodetach", "-stream", "-keyid", "-in", "a.txt",
                                "-signer", bob.certificate, "-inkey", bob.key, "-outform", "DER", "-out",
                                "bob.p7m"}));
    const cms::SignedDataParts bobs = parts_of("bob.p7m");
    check_done(add({"--add", "bob.p7m"}));
    CHECK(keeps(parts_of("bob.p7m").signer_infos, bobs.signer_infos));
    check_done(session.openssl(
        {"cms", "-verify", "-inform", "DER", "-in", "bob.p7m", "-CAfile", session.root(), "-out", "out"}));
    CHECK(session.read("out") == "All is well.\n");
    check_refused(add({"--add", "bob.p7m", "a.txt"}), 2);

    // What does not fit or is none is refused, and stays.
    session.write("other.txt", "Nothing is.\n");
    const std::string kept = session.read("a.txt.p7s");
    for (const Arguments& where : {Arguments{}, Arguments{"-o", "mixed.p7s"}}) {
        Arguments arguments{"--add", "a.txt.p7s", "--again", "other.txt"};
        arguments.insert(arguments.end(), where.begin(), where.end());
        const ProcessResult misfit = add(arguments);
        check_refused(misfit, 1);
        CHECK(says(misfit.err,
                   "the signature 1 that was there does not hold: the content is not what was signed; "));
        CHECK(session.read("a.txt.p7s") == kept);
        CHECK_FALSE(session.exists("mixed.p7s"));
    }
    // Without signed attributes it is the signature that says so.
    check_done(session.openssl({"cms", "-sign", "-binary", "-noattr", "-in", "a.txt", "-signer",
                                bob.certificate, "-inkey", bob.key, "-outform", "DER", "-out", "bob.p7s"}));
    check_refused(add({"--add", "bob.p7s", "other.txt"}), 1);
    check_done(add({"--add", "bob.p7s", "a.txt"}));
    check_refused(add({"--add", "a.txt", "a.txt"}), 8);
    CHECK(session.read("a.txt") == "All is well.\n");
}

TEST_CASE("signet sign --add refuses who has signed already, unless told to") {
    Session session({KeyType::rsa2048, KeyType::p256});
    session.write("a.txt", "All is well.\n");
    const std::string again = session.label(KeyType::p256);
    check_done(session.signet({"sign", "-k", session.label(KeyType::rsa2048), "-k", again, "a.txt"}));
    const std::string before = session.read("a.txt.p7s");
    const auto refused = session.signet({"sign", "-k", again, "--add", "a.txt.p7s"});
    check_refused(refused, 1);
    CHECK(says(refused.err, "in it is of the same signer; give --again"));
    CHECK(session.read("a.txt.p7s") == before);
    // Nothing was signed for it.
    CHECK(session.audit_records("sign", "begun") == 2);
    check_done(session.signet({"sign", "-k", again, "--again", "--add", "a.txt.p7s"}));
    CHECK(cms::read_parts(as_bytes(session.read("a.txt.p7s"))).signer_infos.size() == 3);
    check_done(session.openssl_verify("a.txt.p7s", "a.txt"));
    check_refused(session.signet({"sign", "-k", again, "--again", "a.txt"}), 2);
}

TEST_CASE("signet sign --add knows a signer that is named by its key") {
    Session session({KeyType::p256});
    session.write("a.txt", "All is well.\n");
    check_done(session.signet({"sign", "a.txt"}));
    cms::SignedDataParts parts = cms::read_parts(as_bytes(session.read("a.txt.p7s")));
    const auto alice = cms::Certificate::from_der(parts.certificates.front());
    parts.signer_infos = {named_by_key(parts.signer_infos.front(), alice)};
    const std::string by_key(as_text(cms::detached_signed_data(parts)));
    session.write("a.txt.p7s", by_key);
    check_done(session.openssl_verify("a.txt.p7s", "a.txt"));
    // Without -k nobody knows beforehand who signs.
    for (const Arguments& further :
         {Arguments{}, Arguments{"-k", session.label(KeyType::p256)}, Arguments{"--certificates", "none"}}) {
        CAPTURE(further);
        Arguments arguments{"sign", "--add", "a.txt.p7s"};
        arguments.insert(arguments.end(), further.begin(), further.end());
        const auto refused = session.signet(arguments);
        check_refused(refused, 1);
        CHECK(says(refused.err, "signature 1 in it is of the same signer"));
        CHECK(session.read("a.txt.p7s") == by_key);
    }
    check_done(session.signet({"sign", "--again", "--add", "a.txt.p7s"}));
    check_done(session.openssl_verify("a.txt.p7s", "a.txt"));
}

TEST_CASE("signet sign --add keeps certificates and revocation of every kind, and their version") {
    Session session({KeyType::rsa2048, KeyType::p256});
    session.write("a.txt", "All is well.\n");
    check_done(session.signet({"sign", "-k", session.label(KeyType::rsa2048), "a.txt"}));
    const cms::SignedDataParts plain = cms::read_parts(as_bytes(session.read("a.txt.p7s")));
    // RFC 5652 sections 10.2.1 and 10.2.2.
    const cms::Bytes other_revocation{0xA1, 7, 6, 2, 0x2A, 3, 4, 1, 'r'};
    const cms::Bytes version1_attribute_certificate{0xA1, 3, 4, 1, 'c'};
    const cms::Bytes version2_attribute_certificate{0xA2, 0x80, 4, 1, 'c', 0, 0};
    const cms::Bytes other_certificate{0xA3, 7, 6, 2, 0x2A, 3, 4, 1, 'c'};
    struct Case {
        std::vector<cms::Bytes> certificates;
        std::vector<cms::Bytes> crls;
        char version;
    };
    for (const Case& with :
         {Case{{}, {}, 1}, Case{{version1_attribute_certificate}, {}, 3},
          Case{{version1_attribute_certificate, version2_attribute_certificate}, {}, 4},
          Case{{}, {other_revocation}, 5}, Case{{version2_attribute_certificate, other_certificate}, {}, 5},
          Case{{other_certificate}, {other_revocation}, 5}}) {
        CAPTURE(int{with.version});
        cms::SignedDataParts parts = plain;
        parts.crls = with.crls;
        for (const cms::Bytes& certificate : with.certificates)
            parts.certificates.push_back(certificate);
        session.write("a.txt.p7s", as_text(cms::detached_signed_data(parts)));
        check_done(session.signet({"sign", "-k", session.label(KeyType::p256), "--add", "a.txt.p7s"}));
        const std::string both = session.read("a.txt.p7s");
        const cms::SignedDataParts after = cms::read_parts(as_bytes(both));
        CHECK(after.signer_infos.size() == 2);
        CHECK(after.crls == parts.crls);
        for (const cms::Bytes& certificate : parts.certificates)
            CHECK(std::count(after.certificates.begin(), after.certificates.end(), certificate) == 1);
        // The version is the first element of SignedData.
        CHECK(both == as_text(cms::detached_signed_data(after)));
        CHECK(says(both.substr(0, 32), std::string("\x02\x01") + with.version));
        check_done(session.signet({"verify", "--trust", session.root(), "a.txt.p7s"}));
    }
}
