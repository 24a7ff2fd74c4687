#include "cms/ocsp.h"

#include <ctime>

#include "cms/certificate_path.h"
#include "tests/catch.h"
#include "tests/cms/certificate_authority.h"
#include "tests/cms/ocsp_responder.h"
#include "tests/cms/test_keys.h"

using namespace signet::cms;
using namespace signet::cms::test;

namespace {

constexpr std::int64_t hour = 3600;

EVP_PKEY& key(int which) {
    return test_key(KeyType::p256, which);
}

/// Alice, her authority, and whom it certified to answer for it.
struct Responders {
    CertificateAuthority authority{"CA"};
    Certificate alice = authority.issue(key(0));
    Certificate delegate = authority.issue(key(5), for_ocsp("Responder"));

    static CertificateRequest for_ocsp(const std::string& name) {
        CertificateRequest request;
        request.common_name = name;
        request.extensions = {{NID_key_usage, "critical,digitalSignature"},
                              {NID_ext_key_usage, "OCSPSigning"},
                              {NID_id_pkix_OCSP_noCheck, "ignored"}};
        return request;
    }
    [[nodiscard]] Bytes by_authority(const OcspAnswer& answer = {}) const {
        return make_ocsp_response(alice, authority.certificate(), authority.certificate(), authority.key(),
                                  answer);
    }
    [[nodiscard]] CertificateRevocation status(BytesView response,
                                               std::optional<std::int64_t> at = std::nullopt,
                                               const OcspQuestion* question = nullptr,
                                               bool legacy = false) const {
        auto told =
            status_by_ocsp(response, alice, authority.certificate(), judged_time(at), legacy, question);
        UNSCOPED_INFO(told.text);
        return told;
    }
};

}  // namespace

TEST_CASE("The issuer and whom it certified for that may tell the status; nobody else") {
    const Responders all;
    CHECK(all.status(all.by_authority()).status == RevocationStatus::good);
    CHECK(all.status(all.by_authority()).source == "ocsp");
    const Certificate& issuer = all.authority.certificate();
    CHECK(all.status(make_ocsp_response(all.alice, issuer, all.delegate, key(5))).status ==
          RevocationStatus::good);
    // Another certificate of the issuer's, without that use.
    CHECK(all.status(make_ocsp_response(all.alice, issuer, all.alice, key(0))).status ==
          RevocationStatus::unknown);
    // Somebody else's responder, and one that has expired.
    const CertificateAuthority stranger("Stranger");
    const Certificate foreign = stranger.issue(key(5), Responders::for_ocsp("Responder"));
    CHECK(all.status(make_ocsp_response(all.alice, issuer, foreign, key(5))).status ==
          RevocationStatus::unknown);
    CertificateRequest expired = Responders::for_ocsp("Old");
    expired.not_before = -2 * hour;
    expired.not_after = -hour;
    CHECK(all.status(make_ocsp_response(all.alice, issuer, all.authority.issue(key(5), expired), key(5)))
              .status == RevocationStatus::unknown);
    // About somebody else.
    CHECK(all.status(make_ocsp_response(all.delegate, issuer, issuer, all.authority.key())).status ==
          RevocationStatus::unknown);
}

TEST_CASE("Revoked and unknown are told apart from good") {
    const Responders all;
    OcspAnswer answer;
    answer.status = V_OCSP_CERTSTATUS_REVOKED;
    const auto revoked = all.status(all.by_authority(answer));
    CHECK(revoked.status == RevocationStatus::revoked);
    CHECK(revoked.revoked_at.value_or(0) <= std::time(nullptr) - 600);
    const std::int64_t now = std::time(nullptr);
    CHECK(all.status(all.by_authority(answer), now - 300).status == RevocationStatus::revoked);
    CHECK(all.status(all.by_authority(answer), now - 1200).status == RevocationStatus::good);
    answer.status = V_OCSP_CERTSTATUS_UNKNOWN;
    CHECK(all.status(all.by_authority(answer)).status == RevocationStatus::unknown);
}

TEST_CASE("A response counts while it is fresh") {
    const Responders all;
    OcspAnswer answer;
    answer.this_update = -2 * hour;
    CHECK(all.status(all.by_authority(answer)).status == RevocationStatus::good);
    answer.next_update = -hour;
    CHECK(all.status(all.by_authority(answer)).status == RevocationStatus::unknown);
    answer.next_update.reset();
    CHECK(all.status(all.by_authority(answer)).status == RevocationStatus::good);
    answer.this_update = -25 * hour;
    CHECK(all.status(all.by_authority(answer)).status == RevocationStatus::unknown);
    answer.this_update = hour;
    CHECK(all.status(all.by_authority(answer)).status == RevocationStatus::unknown);
}

TEST_CASE("A nonce that comes back must be the one that was sent") {
    const Responders all;
    const OcspQuestion question(all.alice, all.authority.certificate());
    const OcspQuestion another(all.alice, all.authority.certificate());
    CHECK(question.name() == another.name());
    OcspAnswer answer;
    answer.request = question.der();
    CHECK(all.status(all.by_authority(answer), std::nullopt, &question).status == RevocationStatus::good);
    CHECK(all.status(all.by_authority(answer), std::nullopt, &another).status == RevocationStatus::unknown);
    CHECK(all.status(all.by_authority(), std::nullopt, &question).status == RevocationStatus::good);
}

TEST_CASE("A response that is signed with a weak hash counts only on request") {
    const Responders all;
    OcspAnswer answer;
    answer.digest = EVP_sha1();
    CHECK(all.status(all.by_authority(answer)).status == RevocationStatus::unknown);
    CHECK(all.status(all.by_authority(answer), std::nullopt, nullptr, true).status == RevocationStatus::good);
}

TEST_CASE("What is no response, cut off or altered tells nothing") {
    const Responders all;
    OcspAnswer answer;
    answer.status = V_OCSP_CERTSTATUS_REVOKED;
    const Bytes response = all.by_authority();
    for (std::size_t size = 0; size < response.size(); ++size)
        CHECK(all.status(BytesView(response).first(size)).status == RevocationStatus::unknown);
    for (std::size_t i = 0; i < response.size(); ++i) {
        Bytes altered = response;
        altered[i] ^= 1U;
        CAPTURE(i);
        CHECK(all.status(altered).status != RevocationStatus::revoked);
    }
    Bytes longer = response;
    longer.push_back(0);
    CHECK(all.status(longer).status == RevocationStatus::unknown);
    CHECK(all.status(Bytes(max_ocsp_response_size + 1, 0x30)).status == RevocationStatus::unknown);
}

TEST_CASE("Responses that a message brings count, and cannot hide a revocation") {
    const Responders all;
    const auto judge = [&](const std::vector<Bytes>& infos) {
        CertificatePaths paths({all.authority.certificate()}, {}, std::nullopt);
        for (const Bytes& info : infos)
            paths.add_revocation_info(info);
        return paths.judge(all.alice);
    };
    CHECK(judge({as_revocation_info(all.by_authority())}).revocation.at(0).status == RevocationStatus::good);
    OcspAnswer answer;
    answer.status = V_OCSP_CERTSTATUS_REVOKED;
    const Bytes revoked = as_revocation_info(all.by_authority(answer));
    CHECK_FALSE(judge({as_revocation_info(all.by_authority()), revoked}).trusted());
    CHECK_FALSE(judge({revoked, as_revocation_info(all.by_authority())}).trusted());
    for (std::size_t size = 0; size < revoked.size(); size += 7)
        CHECK(judge({Bytes(revoked.begin(), revoked.begin() + static_cast<std::ptrdiff_t>(size))}).trusted());
}

TEST_CASE("Responders are read from authorityInfoAccess, where they are of http") {
    const CertificateAuthority root("Root");
    CertificateRequest request;
    request.extensions.emplace_back(NID_info_access,
                                    "OCSP;URI:http://ocsp.example.org/,caIssuers;URI:http://example.org/"
                                    "ca,OCSP;URI:https://example.org/");
    CHECK(ocsp_urls(root.issue(key(0), request)) == std::vector<std::string>{"http://ocsp.example.org/"});
    CHECK(ocsp_urls(root.certificate()).empty());
}
