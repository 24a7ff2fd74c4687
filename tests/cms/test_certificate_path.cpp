#include "cms/certificate_path.h"

#include <algorithm>
#include <ctime>
#include <string>

#include "tests/catch.h"
#include "tests/cms/certificate_authority.h"
#include "tests/cms/test_keys.h"

using namespace signet::cms;
using namespace signet::cms::test;

namespace {

CertificateRequest authority(const std::string& name) {
    CertificateRequest request;
    request.common_name = name;
    request.extensions = {{NID_basic_constraints, "critical,CA:TRUE"},
                          {NID_key_usage, "critical,keyCertSign,cRLSign"}};
    return request;
}

EVP_PKEY& key(int which) {
    return test_key(KeyType::p256, which);
}

PathVerdict judge(const Certificate& signer, const std::vector<Certificate>& anchors,
                  const std::vector<Certificate>& untrusted, const PathSettings& settings = {}) {
    CertificatePaths paths(anchors, untrusted, std::nullopt, settings);
    PathVerdict verdict = paths.judge(signer);
    for (const Reason& reason : verdict.reasons)
        UNSCOPED_INFO(reason_token(reason.code) << ": " << reason.text);
    return verdict;
}

bool is_refused_for(const PathVerdict& verdict, ReasonCode code) {
    return std::any_of(verdict.reasons.begin(), verdict.reasons.end(),
                       [code](const Reason& reason) { return reason.code == code; });
}

Certificate alice_of(const CertificateAuthority& issuer,
                     std::vector<std::pair<int, std::string>> extensions = {}) {
    CertificateRequest request;
    request.extensions.insert(request.extensions.end(), extensions.begin(), extensions.end());
    return issuer.issue(key(0), request);
}

}  // namespace

TEST_CASE("A path is found by any of several issuers of one name, whichever comes first") {
    const CertificateAuthority root("Root");
    const CertificateAuthority stranger("Stranger");
    // One authority, with three certificates: of a root that is not trusted, an expired one, and a good one.
    CertificateRequest expired = authority("CA");
    expired.not_before = -7200;
    expired.not_after = -3600;
    const Certificate crossed =
        make_certificate(key(31), authority("CA"), stranger.key(), &stranger.certificate());
    const Certificate old = make_certificate(key(31), expired, root.key(), &root.certificate());
    const Certificate good = make_certificate(key(31), authority("CA"), root.key(), &root.certificate());
    // And another authority that calls itself so, with a key of its own.
    const Certificate namesake = make_certificate(key(32), authority("CA"), root.key(), &root.certificate());
    CertificateRequest request;
    const Certificate alice = make_certificate(key(0), request, key(31), &good);
    std::vector<Certificate> pool{crossed, old, namesake, good, stranger.certificate()};
    std::sort(pool.begin(), pool.end(), [](const Certificate& one, const Certificate& other) {
        return one.fingerprint() < other.fingerprint();
    });
    do {
        const PathVerdict verdict = judge(alice, {root.certificate()}, pool);
        REQUIRE(verdict.trusted());
        REQUIRE(verdict.path.size() == 3);
        CHECK(verdict.path[1].fingerprint() == good.fingerprint());
        CHECK(verdict.path[2].fingerprint() == root.certificate().fingerprint());
    } while (std::next_permutation(pool.begin(), pool.end(), [](const auto& one, const auto& other) {
        return one.fingerprint() < other.fingerprint();
    }));
    CHECK(is_refused_for(judge(alice, {root.certificate()}, {old}), ReasonCode::certificate_expired));
    CHECK(is_refused_for(judge(alice, {root.certificate()}, {crossed, stranger.certificate()}),
                         ReasonCode::self_signed));
    CHECK_FALSE(judge(alice, {root.certificate()}, {namesake}).trusted());
}

TEST_CASE("Authorities that issue each other end nowhere, soon") {
    const CertificateAuthority root("Root");
    // Each of ten authorities has a certificate of each other one.
    std::vector<Certificate> own;
    std::vector<Certificate> mesh;
    constexpr int count = 10;
    own.reserve(count);
    for (int i = 0; i < count; ++i)
        own.push_back(
            make_certificate(key(40 + i), authority("CA " + std::to_string(i)), key(40 + i), nullptr));
    for (int i = 0; i < count; ++i)
        for (int j = 0; j < count; ++j)
            if (i != j)
                mesh.push_back(make_certificate(key(40 + i), authority("CA " + std::to_string(i)),
                                                key(40 + j), &own[static_cast<std::size_t>(j)]));
    const Certificate alice = make_certificate(key(0), {}, key(40), &own[0]);
    CHECK_FALSE(judge(alice, {root.certificate()}, mesh).trusted());
    // And one that leads to the root is found.
    const Certificate out = make_certificate(key(41), authority("CA 1"), root.key(), &root.certificate());
    mesh.push_back(out);
    const PathVerdict verdict = judge(alice, {root.certificate()}, mesh);
    CHECK(verdict.trusted());
}

TEST_CASE("Authorities of one name that issue each other end nowhere, within a bound") {
    const CertificateAuthority root("Root");
    constexpr int count = 16;
    std::vector<Certificate> own;
    std::vector<Certificate> mesh;
    own.reserve(count);
    for (int i = 0; i < count; ++i)
        own.push_back(make_certificate(key(40 + i), authority("CA"), key(40 + i), nullptr));
    for (int i = 0; i < count; ++i)
        for (int j = 0; j < count; ++j)
            if (i != j)
                mesh.push_back(make_certificate(key(40 + i), authority("CA"), key(40 + j),
                                                &own[static_cast<std::size_t>(j)]));
    const Certificate alice = make_certificate(key(0), {}, key(40), &own[0]);
    CHECK_FALSE(judge(alice, {root.certificate()}, mesh).trusted());
    // Of a thousand, which lead nowhere, one leads to the root.
    while (mesh.size() < 1000)
        mesh.push_back(make_certificate(key(41), authority("CA"), key(42), &own[2]));
    mesh.push_back(make_certificate(key(40), authority("CA"), root.key(), &root.certificate()));
    CHECK(judge(alice, {root.certificate()}, mesh).trusted());
}

TEST_CASE("Who issues certificates says in basicConstraints that it is an authority") {
    const CertificateAuthority root("Root");
    CertificateRequest request = authority("Issuer");
    const auto issued = [&] {
        const Certificate issuer = root.issue(key(31), request);
        return judge(make_certificate(key(0), {}, key(31), &issuer), {root.certificate()}, {issuer});
    };
    CHECK(issued().trusted());
    request.extensions = {{NID_key_usage, "critical,keyCertSign,cRLSign"}};
    CHECK(is_refused_for(issued(), ReasonCode::issuer_no_ca));
    request.extensions = {{NID_netscape_cert_type, "sslCA,emailCA"}};
    CHECK(is_refused_for(issued(), ReasonCode::issuer_no_ca));
    request.extensions = {};
    CHECK(is_refused_for(issued(), ReasonCode::issuer_no_ca));
    request.extensions = {{NID_basic_constraints, "critical,CA:TRUE"},
                          {NID_key_usage, "critical,digitalSignature"}};
    CHECK_FALSE(issued().trusted());
}

TEST_CASE("Name constraints hold for addresses of any script, and for names of the directory") {
    const CertificateAuthority root("Root");
    const auto refused = [&](const std::string& constraints, const std::string& name) {
        CertificateRequest constrained = authority("Example CA");
        constrained.extensions.emplace_back(NID_name_constraints, "critical," + constraints);
        const Certificate ca = root.issue(key(31), constrained);
        CertificateRequest request;
        request.extensions.back().second = name;
        const PathVerdict verdict =
            judge(make_certificate(key(0), request, key(31), &ca), {root.certificate()}, {ca});
        CHECK(verdict.trusted() != is_refused_for(verdict, ReasonCode::name_constraint));
        return !verdict.trusted();
    };
    const std::string permitted = "permitted;email:example.org";
    const std::string mailbox = "otherName:1.3.6.1.5.5.7.8.9;UTF8:";
    CHECK_FALSE(refused(permitted, mailbox + "\xC3\xA4rger@example.org"));
    CHECK(refused(permitted, mailbox + "\xC3\xA4rger@example.com"));
    CHECK(refused("excluded;email:example.org", mailbox + "\xC3\xA4rger@example.org"));
    CHECK(refused(permitted, "email:alice@example.org.example.com"));
    CHECK(refused(permitted, "email:alice@example.com,email:alice@example.org"));
    CHECK(refused("permitted;email:.example.org", "email:alice@example.org"));
    CHECK_FALSE(refused("permitted;email:.example.org", "email:alice@mail.EXAMPLE.org"));
    CHECK(refused("excluded;email:alice@example.org", "email:alice@example.org"));
    // An internationalised domain is compared by its A-label.
    CHECK_FALSE(refused("permitted;email:xn--exmple-cua.org", "email:alice@xn--exmple-cua.org"));
    CHECK(refused("permitted;email:xn--exmple-cua.org", "email:alice@example.org"));
}

TEST_CASE("A chain of twelve certificates is a path, and one of thirteen is not") {
    const CertificateAuthority root("Root");
    const Certificate* issuer = &root.certificate();
    std::vector<Certificate> chain;
    chain.reserve(12);
    for (int i = 0; i < 11; ++i) {
        EVP_PKEY& issuer_key = i == 0 ? root.key() : key(60 + i - 1);
        chain.push_back(
            make_certificate(key(60 + i), authority("CA " + std::to_string(i)), issuer_key, issuer));
        issuer = &chain.back();
    }
    const Certificate twelfth = make_certificate(key(0), {}, key(69), &chain[9]);
    const Certificate thirteenth = make_certificate(key(0), {}, key(70), &chain[10]);
    const PathVerdict verdict = judge(twelfth, {root.certificate()}, chain);
    CHECK(verdict.trusted());
    CHECK(verdict.path.size() == 12);
    CHECK_FALSE(judge(thirteenth, {root.certificate()}, chain).trusted());
}

TEST_CASE("Extended key usage is that of mail, any, or absent, in the signer and its authorities") {
    const CertificateAuthority root("Root");
    const std::vector<Certificate> anchors{root.certificate()};
    CHECK(judge(alice_of(root), anchors, {}).trusted());
    for (const char* usage : {"emailProtection", "anyExtendedKeyUsage", "serverAuth,emailProtection"})
        CHECK(judge(alice_of(root, {{NID_ext_key_usage, usage}}), anchors, {}).trusted());
    CHECK(is_refused_for(judge(alice_of(root, {{NID_ext_key_usage, "serverAuth"}}), anchors, {}),
                         ReasonCode::certificate_purpose));
    CertificateRequest server = authority("Server CA");
    server.extensions.emplace_back(NID_ext_key_usage, "serverAuth");
    const Certificate server_ca = root.issue(key(31), server);
    CHECK(is_refused_for(judge(make_certificate(key(0), {}, key(31), &server_ca), anchors, {server_ca}),
                         ReasonCode::certificate_purpose));
    CertificateRequest encryption;
    encryption.extensions = {{NID_key_usage, "critical,keyAgreement"}};
    CHECK(
        is_refused_for(judge(root.issue(key(0), encryption), anchors, {}), ReasonCode::certificate_purpose));
    CertificateRequest contract;
    contract.extensions = {{NID_key_usage, "critical,nonRepudiation"}};
    CHECK(judge(root.issue(key(0), contract), anchors, {}).trusted());
}

TEST_CASE("An authority that may certify some addresses certifies no others") {
    const CertificateAuthority root("Root");
    CertificateRequest constrained = authority("Example CA");
    constrained.extensions.emplace_back(NID_name_constraints, "critical,permitted;email:example.org");
    const Certificate ca = root.issue(key(31), constrained);
    const auto of = [&](const std::string& address) {
        CertificateRequest request;
        request.extensions.back().second = "email:" + address;
        return judge(make_certificate(key(0), request, key(31), &ca), {root.certificate()}, {ca});
    };
    CHECK(of("alice@example.org").trusted());
    CHECK(is_refused_for(of("alice@example.com"), ReasonCode::name_constraint));
    CHECK(is_refused_for(of("alice@sub.example.org"), ReasonCode::name_constraint));
    // The address may stand in the subject alone.
    CertificateRequest subject;
    subject.subject_email = "alice@example.com";
    subject.extensions.pop_back();
    CHECK(is_refused_for(judge(make_certificate(key(0), subject, key(31), &ca), {root.certificate()}, {ca}),
                         ReasonCode::name_constraint));
}

TEST_CASE("Policies that are asked for must be there") {
    const CertificateAuthority root("Root");
    PathSettings settings;
    settings.policies.initial = {"1.2.3.4"};
    settings.policies.require_explicit = true;
    const std::vector<Certificate> anchors{root.certificate()};
    CHECK(judge(alice_of(root, {{NID_certificate_policies, "1.2.3.4"}}), anchors, {}, settings).trusted());
    CHECK(
        is_refused_for(judge(alice_of(root, {{NID_certificate_policies, "1.2.3.5"}}), anchors, {}, settings),
                       ReasonCode::policy_missing));
    CHECK(is_refused_for(judge(alice_of(root), anchors, {}, settings), ReasonCode::policy_missing));
    settings.policies.initial = {"no policy"};
    CHECK_THROWS(judge(alice_of(root), anchors, {}, settings));
}

TEST_CASE("A weak key or hash in a path is named, and accepted only on request") {
    const CertificateAuthority root("Root");
    CertificateRequest by_sha1;
    by_sha1.digest = EVP_sha1();
    const Certificate alice = root.issue(test_key(KeyType::rsa1024), by_sha1);
    for (const bool legacy : {false, true}) {
        PathSettings settings;
        settings.legacy = legacy;
        const PathVerdict verdict = judge(alice, {root.certificate()}, {}, settings);
        CHECK(verdict.trusted() == legacy);
        REQUIRE(verdict.weak.size() == 2);
        CHECK(verdict.weak[0].algorithm == "RSA-1024");
        CHECK(verdict.weak[1].algorithm == "SHA-1");
        CHECK(verdict.weak[1].where == "the signature on CN=Alice,O=Signet Tests");
        const auto& told = legacy ? verdict.warnings : verdict.reasons;
        CHECK(std::count_if(told.begin(), told.end(), [](const Reason& reason) {
                  return reason.code == ReasonCode::certificate_key_short ||
                         reason.code == ReasonCode::certificate_hash_weak;
              }) == 2);
    }
}

TEST_CASE("A certificate with an extension of 10 MiB is refused, as a signer's and in a path") {
    const CertificateAuthority root("Root");
    // As OpenSSL reads it within a message.
    const X509Ptr x509(X509_dup(root.issue(key(31), authority("Large CA")).x509()));
    const std::string large(std::size_t{10} * 1024 * 1024, 'x');
    const OpensslPtr<X509_EXTENSION, X509_EXTENSION_free> comment(
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_netscape_comment, large.c_str()));
    REQUIRE(comment);
    REQUIRE(X509_add_ext(x509.get(), comment.get(), -1) == 1);
    REQUIRE(X509_sign(x509.get(), &root.key(), EVP_sha256()) > 0);
    const Certificate ca = Certificate::share(*x509);
    CHECK(encoded_size(ca) > large.size());
    CHECK_THROWS(Certificate::from_der(ca.der()));
    CHECK(is_refused_for(judge(ca, {root.certificate()}, {}), ReasonCode::certificate_unacceptable));
    CHECK(is_refused_for(judge(make_certificate(key(0), {}, key(31), &ca), {root.certificate()}, {ca}),
                         ReasonCode::issuer_untrusted));
}

TEST_CASE("A path is judged at the time that is asked for, one signer at another than the next") {
    const CertificateAuthority root("Root");
    const Certificate alice = alice_of(root);
    const std::int64_t now = std::time(nullptr);
    CertificatePaths paths({root.certificate()}, {}, std::nullopt);
    CHECK(paths.judge(alice).time.source == TimeSource::now);
    const PathVerdict stamped = paths.judge(alice, JudgedTime{now + 3600, TimeSource::timestamp});
    CHECK(stamped.trusted());
    CHECK(stamped.time.source == TimeSource::timestamp);
    CHECK(stamped.time.seconds == now + 3600);
    CHECK(is_refused_for(paths.judge(alice, JudgedTime{now + 864000, TimeSource::timestamp}),
                         ReasonCode::certificate_expired));
    CertificatePaths before({root.certificate()}, {}, now - 864000);
    const PathVerdict early = before.judge(alice);
    CHECK(early.time.source == TimeSource::given);
    CHECK(is_refused_for(early, ReasonCode::certificate_not_yet_valid));
}
