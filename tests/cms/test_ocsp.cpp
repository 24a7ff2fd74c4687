#include "cms/ocsp.h"

#include <ctime>

#include "cms/certificate_path.h"
#include "tests/catch.h"
#include "tests/cms/certificate_authority.h"
#include "tests/cms/ocsp_responder.h"
#include "tests/cms/revocation_list.h"
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
    /// A certificate of the authority's to answer, without id-pkix-ocsp-nocheck.
    [[nodiscard]] Certificate to_be_checked() const {
        CertificateRequest request = for_ocsp("Responder to check");
        request.extensions.pop_back();
        return authority.issue(key(6), request);
    }
    [[nodiscard]] Bytes by(const Certificate& responder, int which, const OcspAnswer& answer = {}) const {
        return make_ocsp_response(alice, authority.certificate(), responder, key(which), answer);
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

TEST_CASE("Who answers is certified by the issuer directly, for that use, and not about itself") {
    const Responders all;
    const CertificateAuthority below(all.authority, "Below", 7);
    const Certificate indirect = below.issue(key(5), Responders::for_ocsp("Responder"));
    CHECK(all.status(all.by(indirect, 5)).status == RevocationStatus::unknown);
    CertificateRequest request = Responders::for_ocsp("Any use");
    request.extensions[1].second = "anyExtendedKeyUsage";
    CHECK(all.status(all.by(all.authority.issue(key(5), request), 5)).status == RevocationStatus::unknown);
    request = Responders::for_ocsp("No signatures");
    request.extensions[0].second = "critical,keyAgreement";
    CHECK(all.status(all.by(all.authority.issue(key(5), request), 5)).status == RevocationStatus::unknown);
    // The authority by another certificate of its own.
    CertificateRequest again;
    again.common_name = "CA";
    again.extensions = {{NID_basic_constraints, "critical,CA:TRUE"}};
    const Certificate renewed =
        make_certificate(all.authority.key(), again, all.authority.key(), &all.authority.certificate());
    CHECK(all.status(make_ocsp_response(all.alice, all.authority.certificate(), renewed, all.authority.key()))
              .status == RevocationStatus::good);
    const Certificate& issuer = all.authority.certificate();
    const Bytes of_itself = make_ocsp_response(all.delegate, issuer, all.delegate, key(5));
    CHECK(status_by_ocsp(of_itself, all.delegate, issuer, judged_time({}), false).status ==
          RevocationStatus::unknown);
}

TEST_CASE("A responder's certificate is asked about unless it says that it need not be") {
    const Responders all;
    const Certificate responder = all.to_be_checked();
    int asked = 0;
    bool answer = true;
    const ResponderCheck check = [&](const Certificate& certificate, const JudgedTime& at) {
        ++asked;
        CHECK(certificate.fingerprint() == responder.fingerprint());
        CHECK(at.seconds <= std::time(nullptr));
        return answer;
    };
    const auto status = [&](const Bytes& response) {
        return status_by_ocsp(response, all.alice, all.authority.certificate(), judged_time({}), false,
                              nullptr, check)
            .status;
    };
    CHECK(status(all.by_authority()) == RevocationStatus::good);
    CHECK(status(all.by(all.delegate, 5)) == RevocationStatus::good);
    CHECK(asked == 0);
    CHECK(status(all.by(responder, 6)) == RevocationStatus::good);
    CHECK(asked == 1);
    answer = false;
    CHECK(status(all.by(responder, 6)) == RevocationStatus::unknown);
    CHECK(asked == 2);
    // Nobody is asked on behalf of what does not count anyway.
    OcspAnswer old;
    old.this_update = -3 * hour;
    old.next_update = -2 * hour;
    CHECK(status(all.by(responder, 6, old)) == RevocationStatus::unknown);
    CHECK(status(make_ocsp_response(all.alice, all.authority.certificate(), all.alice, key(0))) ==
          RevocationStatus::unknown);
    CHECK(asked == 2);
}

TEST_CASE("A CRL tells whether a responder was revoked, at whatever time") {
    const Responders all;
    const Certificate responder = all.to_be_checked();
    const Certificate& issuer = all.authority.certificate();
    const auto judge = [&](const Bytes& response, const CrlRequest* list, RevocationMode mode,
                           std::optional<std::int64_t> at = std::nullopt) {
        RevocationOptions options;
        options.mode = mode;
        // Of the responder's alone, so that it does not tell of Alice: she is no authority.
        if (list != nullptr)
            options.crls = parsed({make_crl(issuer, all.authority.key(), *list)});
        CertificatePaths paths({issuer}, {}, at, {}, options);
        paths.add_revocation_info(as_revocation_info(response));
        return paths.judge(all.alice).revocation.at(0);
    };
    OcspAnswer revoked;
    revoked.status = V_OCSP_CERTSTATUS_REVOKED;
    const Bytes response = all.by(responder, 6, revoked);
    const auto given = RevocationMode::given;
    const auto require = RevocationMode::require;
    CHECK(judge(response, nullptr, given).status == RevocationStatus::revoked);
    CHECK(judge(response, nullptr, require).status == RevocationStatus::unknown);
    CHECK(judge(all.by(all.delegate, 5, revoked), nullptr, require).status == RevocationStatus::revoked);
    CrlRequest list;
    CHECK(judge(response, &list, require).status == RevocationStatus::revoked);
    list.revoked = {{responder, -60}};
    CHECK(judge(response, &list, given).source == "crl");
    CHECK(judge(response, &list, given).status == RevocationStatus::good);
    // It is revoked later than the time that is judged: whoever has its key signs as of any time.
    OcspAnswer before = revoked;
    before.this_update = -2 * hour;
    before.revoked = -3 * hour;
    const std::int64_t hour_ago = std::time(nullptr) - hour;
    CHECK(judge(all.by(responder, 6, before), nullptr, given, hour_ago).status == RevocationStatus::revoked);
    CHECK(judge(all.by(responder, 6, before), &list, given, hour_ago).status == RevocationStatus::good);
    // A responder that need not be asked about is not.
    list.revoked = {{all.delegate, -60}};
    CHECK(judge(all.by(all.delegate, 5, revoked), &list, given).status == RevocationStatus::revoked);
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
    CHECK(all.status(all.by_authority(answer), now - 1200).revoked_at == revoked.revoked_at);
    answer.invalid = -1800;
    CHECK(all.status(all.by_authority(answer), now - 1200).status == RevocationStatus::revoked);
    CHECK(all.status(all.by_authority(answer), now - 2400).status == RevocationStatus::good);
    // A date that cannot be read may be any.
    OcspAnswer unreadable = answer;
    unreadable.invalid.reset();
    unreadable.invalid_unreadable = true;
    CHECK(all.status(all.by_authority(unreadable), now - 1200).status == RevocationStatus::revoked);
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

TEST_CASE("How an authority signed its own certificate does not matter, how it signed a responder's does") {
    CertificateRequest request;
    request.common_name = "Old CA";
    request.extensions = {{NID_basic_constraints, "critical,CA:TRUE"}};
    request.digest = EVP_sha1();
    const Certificate authority = make_certificate(key(70), request, key(70), nullptr);
    const Certificate alice = make_certificate(key(0), {}, key(70), &authority);
    CertificateRequest of_responder = Responders::for_ocsp("Responder");
    const auto status = [&](const Certificate& responder, int which) {
        OcspAnswer answer;
        answer.status = V_OCSP_CERTSTATUS_REVOKED;
        return status_by_ocsp(make_ocsp_response(alice, authority, responder, key(which), answer), alice,
                              authority, judged_time({}), false)
            .status;
    };
    CHECK(status(authority, 70) == RevocationStatus::revoked);
    CHECK(status(make_certificate(key(5), of_responder, key(70), &authority), 5) ==
          RevocationStatus::revoked);
    of_responder.digest = EVP_sha1();
    CHECK(status(make_certificate(key(5), of_responder, key(70), &authority), 5) ==
          RevocationStatus::unknown);
}

TEST_CASE("A response that is signed by RSASSA-PSS with SHA-1 counts only on request") {
    const Responders all;
    for (const bool weak : {true, false}) {
        const Certificate responder =
            all.authority.issue(test_key(KeyType::rsa2048), Responders::for_ocsp("PSS"));
        OcspAnswer answer;
        answer.pss = true;
        answer.digest = weak ? EVP_sha1() : EVP_sha256();
        const Bytes response = make_ocsp_response(all.alice, all.authority.certificate(), responder,
                                                  test_key(KeyType::rsa2048), answer);
        CHECK(all.status(response).status == (weak ? RevocationStatus::unknown : RevocationStatus::good));
        CHECK(all.status(response, std::nullopt, nullptr, true).status == RevocationStatus::good);
    }
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
