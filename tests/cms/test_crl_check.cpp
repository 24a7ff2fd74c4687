#include <algorithm>
#include <array>
#include <ctime>

#include "cms/certificate_path.h"
#include "cms/crl.h"
#include "cms/error.h"
#include "tests/catch.h"
#include "tests/cms/certificate_authority.h"
#include "tests/cms/revocation_list.h"
#include "tests/cms/test_keys.h"

using namespace signet::cms;
using namespace signet::cms::test;

namespace {

constexpr std::int64_t hour = 3600;

/// Alice, her authority and its root; CRLs of the root that says that all is well.
struct Authorities {
    CertificateAuthority root{"Root"};
    CertificateAuthority authority{root, "CA", 31};
    Certificate alice = authority.issue(test_key(KeyType::p256));

    [[nodiscard]] Bytes of_root(const CrlRequest& request = {}) const {
        return make_crl(root.certificate(), root.key(), request);
    }
    [[nodiscard]] Bytes of_authority(const CrlRequest& request = {}) const {
        return make_crl(authority.certificate(), authority.key(), request);
    }
    [[nodiscard]] PathVerdict judge(const std::vector<Bytes>& given,
                                    const std::vector<Bytes>& from_message = {},
                                    RevocationMode mode = RevocationMode::given,
                                    std::optional<std::int64_t> at = std::nullopt) const {
        RevocationOptions revocation;
        revocation.mode = mode;
        revocation.crls = parsed(given);
        CertificatePaths paths({root.certificate()}, {authority.certificate()}, at, {}, revocation);
        for (const Bytes& info : from_message)
            paths.add_revocation_info(info);
        PathVerdict verdict = paths.judge(alice);
        for (const Reason& reason : verdict.reasons)
            UNSCOPED_INFO(reason_token(reason.code) << ": " << reason.text);
        REQUIRE(verdict.revocation.size() == 2);
        return verdict;
    }
};

CrlRequest issued(std::int64_t this_update) {
    CrlRequest request;
    request.this_update = this_update;
    return request;
}

/// Hex of CRLDistributionPoints with a cRLIssuer and nothing else.
std::string crl_issuer(const Certificate& issuer) {
    const unsigned char* name = nullptr;
    std::size_t size = 0;
    REQUIRE(X509_NAME_get0_der(X509_get_subject_name(issuer.x509()), &name, &size) == 1);
    Bytes der(name, name + size);
    for (const std::uint8_t tag : std::array<std::uint8_t, 4>{0xA4, 0xA2, 0x30, 0x30}) {
        REQUIRE(der.size() < 0x80);
        der.insert(der.begin(), {tag, static_cast<std::uint8_t>(der.size())});
    }
    std::string hex;
    for (const std::uint8_t octet : der)
        hex += {"0123456789ABCDEF"[octet >> 4U], "0123456789ABCDEF"[octet & 15U]};
    return hex;
}

bool is_revoked(const PathVerdict& verdict) {
    return std::any_of(verdict.reasons.begin(), verdict.reasons.end(),
                       [](const Reason& reason) { return reason.code == ReasonCode::certificate_revoked; });
}

}  // namespace

TEST_CASE("Of certificates that no CRL tells of, the status is unknown, which is said or refused") {
    const Authorities all;
    const PathVerdict verdict = all.judge({});
    CHECK(verdict.trusted());
    CHECK(verdict.revocation[0].status == RevocationStatus::unknown);
    REQUIRE(verdict.warnings.size() == 2);
    CHECK(verdict.warnings[0].code == ReasonCode::revocation_unknown);
    const PathVerdict half = all.judge({all.of_authority()});
    CHECK(half.revocation[0].status == RevocationStatus::good);
    CHECK(half.revocation[0].source == "crl");
    CHECK(half.revocation[1].status == RevocationStatus::unknown);
    CHECK_FALSE(all.judge({all.of_authority()}, {}, RevocationMode::require).trusted());
    CHECK(all.judge({all.of_authority(), all.of_root()}, {}, RevocationMode::require).trusted());
    CHECK(all.judge({}, {all.of_authority(), all.of_root()}, RevocationMode::require).trusted());
}

TEST_CASE("A revoked certificate is not trusted, the signer's or an authority's") {
    const Authorities all;
    CrlRequest of_alice;
    of_alice.revoked = {{all.alice}};
    const PathVerdict verdict = all.judge({all.of_authority(of_alice)});
    CHECK(is_revoked(verdict));
    CHECK(verdict.revocation[0].status == RevocationStatus::revoked);
    CHECK(verdict.revocation[0].revoked_at.value_or(0) <= std::time(nullptr) - 60);
    CHECK(is_revoked(all.judge({}, {all.of_authority(of_alice)})));
    CrlRequest of_authority;
    of_authority.revoked = {{all.authority.certificate()}};
    CHECK(is_revoked(all.judge({all.of_authority(), all.of_root(of_authority)})));
    // A list that is out of date does not say that all is well, but who is on it is revoked.
    of_alice.this_update = -2 * hour;
    of_alice.next_update = -hour;
    of_alice.revoked = {{all.alice, -3 * hour}};
    CHECK(is_revoked(all.judge({all.of_authority(of_alice)})));
    of_alice.revoked.clear();
    CHECK(all.judge({all.of_authority(of_alice)}).revocation[0].status == RevocationStatus::unknown);
}

TEST_CASE("A CRL that somebody else signed says nothing, and hides none") {
    const Authorities all;
    const Bytes forged = make_crl(all.authority.certificate(), test_key(KeyType::p256, 77), issued(-30));
    CHECK(all.judge({forged}).revocation[0].status == RevocationStatus::unknown);
    CrlRequest of_alice;
    of_alice.revoked = {{all.alice}};
    const Bytes slander = make_crl(all.authority.certificate(), test_key(KeyType::p256, 77), of_alice);
    CHECK_FALSE(is_revoked(all.judge({}, {slander})));
    // The forged one is newer; a message may bring it.
    CHECK(is_revoked(all.judge({all.of_authority(of_alice)}, {forged})));
    CHECK(is_revoked(all.judge({all.of_authority(of_alice), forged})));
    CHECK(is_revoked(all.judge({}, {forged, all.of_authority(of_alice)})));
    // So may it bring a true one from before.
    CHECK(is_revoked(all.judge({all.of_authority(of_alice)}, {all.of_authority(issued(-hour))})));
}

TEST_CASE("A CRL that does not say until when it counts does for a day, and revokes for ever") {
    const Authorities all;
    CrlRequest endless;
    endless.next_update.reset();
    CHECK(all.judge({all.of_authority(endless)}).revocation[0].status == RevocationStatus::good);
    endless.this_update = -25 * hour;
    CHECK(all.judge({all.of_authority(endless)}).revocation[0].status == RevocationStatus::unknown);
    CHECK(all.judge({}, {all.of_authority(endless)}).revocation[0].status == RevocationStatus::unknown);
    // Nor does it stand in the way of one that counts.
    CHECK(all.judge({all.of_authority(endless), all.of_authority()}).revocation[0].status ==
          RevocationStatus::good);
    endless.revoked = {{all.alice, -26 * hour}};
    CHECK(is_revoked(all.judge({all.of_authority(endless)})));
}

TEST_CASE("Of who has expired, a CRL from before says that it was good; a forged one does not") {
    EVP_PKEY& root_key = test_key(KeyType::p256, 70);
    CertificateRequest of_root;
    of_root.common_name = "Root";
    of_root.not_before = -72 * hour;
    of_root.extensions = {{NID_basic_constraints, "critical,CA:TRUE"}};
    const Certificate root = make_certificate(root_key, of_root, root_key, nullptr);
    CertificateRequest request;
    request.not_before = -48 * hour;
    request.not_after = -hour;
    const Certificate alice = make_certificate(test_key(KeyType::p256), request, root_key, &root);
    CrlRequest before;
    before.this_update = -3 * hour;
    const auto found = [&](const std::vector<Bytes>& given, const std::vector<Bytes>& infos) {
        RevocationOptions options;
        options.crls = parsed(given);
        CertificatePaths paths({root}, {}, std::time(nullptr) - 2 * hour, {}, options);
        for (const Bytes& info : infos)
            paths.add_revocation_info(info);
        return paths.judge(alice).revocation.at(0);
    };
    const auto status = [&](const std::vector<Bytes>& infos) { return found({}, infos).status; };
    const Bytes dropped = make_crl(root, root_key, {});
    // Why it is not known is told by what is here.
    CHECK(found({}, {dropped}).text == "its CRL was issued after it expired");
    CHECK(found({dropped}, {}).text == "its CRL was issued after it expired");
    CHECK(found({}, {}).text == "no CRL and no OCSP response is here");
    CHECK(status({dropped}) == RevocationStatus::unknown);
    CHECK(status({dropped, make_crl(root, root_key, before)}) == RevocationStatus::good);
    CHECK(status({dropped, make_crl(root, test_key(KeyType::p256, 77), before)}) ==
          RevocationStatus::unknown);
    before.revoked = {{alice, -4 * hour}};
    CHECK(status({dropped, make_crl(root, root_key, before)}) == RevocationStatus::revoked);
}

TEST_CASE("An issuer of CRLs with a weak certificate counts only on request") {
    const CertificateAuthority root("Root");
    CertificateRequest issuer;
    issuer.common_name = "Issuer of CRLs";
    issuer.extensions = {{NID_key_usage, "critical,cRLSign"}};
    const CertificateAuthority authority(root, "CA", 31);
    for (const bool weak : {false, true}) {
        issuer.digest = weak ? EVP_sha1() : EVP_sha256();
        const Certificate by = root.issue(test_key(KeyType::p256, 78), issuer);
        CertificateRequest request;
        request.extensions.emplace_back(NID_crl_distribution_points, "DER:" + crl_issuer(by));
        const Certificate alice = authority.issue(test_key(KeyType::p256), request);
        CrlRequest list;
        list.extensions = {{NID_issuing_distribution_point, "critical,indirectCRL:TRUE"}};
        for (const bool legacy : {false, true}) {
            PathSettings settings;
            settings.legacy = legacy;
            RevocationOptions revocation;
            revocation.crls = parsed(
                {make_crl(by, test_key(KeyType::p256, 78), list), make_crl(root.certificate(), root.key())});
            CertificatePaths paths({root.certificate()}, {by, authority.certificate()}, std::nullopt,
                                   settings, revocation);
            CAPTURE(weak, legacy);
            const CertificateRevocation status = paths.judge(alice).revocation.at(0);
            CAPTURE(status.text);
            CHECK(status.status == (weak && !legacy ? RevocationStatus::unknown : RevocationStatus::good));
        }
    }
}

TEST_CASE("A CRL with a weak signature counts only on request") {
    const Authorities all;
    CrlRequest weak;
    weak.digest = EVP_sha1();
    CHECK(all.judge({all.of_authority(weak)}).revocation[0].status == RevocationStatus::unknown);
    PathSettings settings;
    settings.legacy = true;
    RevocationOptions revocation;
    revocation.crls = parsed({all.of_authority(weak)});
    CertificatePaths paths({all.root.certificate()}, {all.authority.certificate()}, std::nullopt, settings,
                           revocation);
    CHECK(paths.judge(all.alice).revocation[0].status == RevocationStatus::good);
}

TEST_CASE("What was revoked later than the time that is judged was good then") {
    const Authorities all;
    const std::int64_t now = std::time(nullptr);
    CrlRequest request;
    request.revoked = {{all.alice, -600}};
    const Bytes crl = all.of_authority(request);
    CHECK(is_revoked(all.judge({crl})));
    CHECK(is_revoked(all.judge({crl}, {}, RevocationMode::given, now - 300)));
    const PathVerdict before = all.judge({crl}, {}, RevocationMode::given, now - 1200);
    CHECK(before.trusted());
    CHECK(before.revocation[0].status == RevocationStatus::good);
}

TEST_CASE("A CRL that is in time does not hide what a newer one tells") {
    const Authorities all;
    CrlRequest in_time = issued(-240 * hour);
    in_time.next_update = 240 * hour;
    in_time.extensions = {{NID_crl_number, "DER:020101"},
                          {NID_freshest_crl, "URI:http://crl.example.org/delta.crl"}};
    const Bytes good = all.of_authority(in_time);
    // Without nextUpdate and older than a day; out of date.
    CrlRequest newer = issued(-48 * hour);
    for (const std::optional<std::int64_t> next :
         {std::optional<std::int64_t>(), std::optional(-24 * hour)}) {
        newer.next_update = next;
        newer.revoked = {{all.alice, -72 * hour}};
        CHECK(is_revoked(all.judge({good, all.of_authority(newer)})));
        CHECK(is_revoked(all.judge({}, {all.of_authority(newer), good})));
        newer.revoked.clear();
        CHECK(all.judge({good, all.of_authority(newer)}).revocation[0].status == RevocationStatus::good);
    }
    // An older one that names her was revised since.
    CrlRequest older = issued(-300 * hour);
    older.next_update = -250 * hour;
    older.revoked = {{all.alice, -310 * hour}};
    CHECK(all.judge({good, all.of_authority(older)}).revocation[0].status == RevocationStatus::good);
    // A delta CRL.
    CrlRequest delta = issued(-48 * hour);
    delta.next_update.reset();
    delta.revoked = {{all.alice, -72 * hour}};
    delta.extensions = {{NID_crl_number, "DER:020102"}, {NID_delta_crl, "critical,DER:020101"}};
    CHECK(is_revoked(all.judge({good, all.of_authority(delta)})));
    // Signed by somebody else.
    CHECK_FALSE(is_revoked(
        all.judge({good, make_crl(all.authority.certificate(), test_key(KeyType::p256, 77), delta)})));
}

TEST_CASE("Of a time before, a newer CRL tells what one of that time does not") {
    const Authorities all;
    const std::int64_t then = std::time(nullptr) - 1800;
    CrlRequest of_then = issued(-hour);
    of_then.next_update = -600;
    const Bytes good = all.of_authority(of_then);
    CrlRequest newer;
    newer.revoked = {{all.alice, -300}};
    const auto judge = [&](const std::vector<Bytes>& crls, const std::vector<Bytes>& from_message = {}) {
        return all.judge(crls, from_message, RevocationMode::given, then);
    };
    const PathVerdict later = judge({good, all.of_authority(newer)});
    CHECK(later.revocation[0].status == RevocationStatus::good);
    CHECK(later.revocation[0].revoked_at.has_value());
    CHECK(judge({good}, {all.of_authority(newer)}).revocation[0].revoked_at.has_value());
    CHECK(judge({all.of_authority(newer)}, {good}).revocation[0].revoked_at.has_value());
    newer.revoked = {{all.alice, -300, -2 * hour}};
    CHECK(is_revoked(judge({all.of_authority(newer)})));
    CHECK(is_revoked(judge({good, all.of_authority(newer)})));
}

TEST_CASE("What is no CRL, or too large for one, is refused") {
    const Authorities all;
    Bytes crl = all.of_authority();
    CHECK_NOTHROW(parse_crl(crl));
    for (std::size_t size = 0; size < crl.size(); ++size)
        CHECK_THROWS_AS(parse_crl(BytesView(crl).first(size)), Error);
    crl.push_back(0);
    CHECK_THROWS_AS(parse_crl(crl), Error);
    CHECK_THROWS_AS(parse_crl(Bytes(max_crl_size + 1, 0x30)), Error);
    CHECK_THROWS_AS(all.judge({Bytes{0x30, 0x00}}), Error);
    // What a message brings may be of any kind.
    CHECK(all.judge({}, {Bytes{0x30, 0x00}, Bytes{}, crl}).trusted());
    // What is too much is passed over, and what comes after it is not.
    const Bytes large(std::size_t{100} * 1024 * 1024, 0x30);
    CHECK(all.judge({}, {large, all.of_authority()}).revocation[0].status == RevocationStatus::good);
}

TEST_CASE("Distribution points are read where they are of http") {
    const CertificateAuthority root("Root");
    CertificateRequest request;
    request.extensions.emplace_back(NID_crl_distribution_points,
                                    "URI:http://crl.example.org/a.crl,URI:ldap://example.org/cn=a,"
                                    "URI:https://example.org/b.crl,URI:file:///etc/passwd");
    CHECK(crl_urls(root.issue(test_key(KeyType::p256), request)) ==
          std::vector<std::string>{"http://crl.example.org/a.crl"});
    CHECK(crl_urls(root.certificate()).empty());
}
