#include "tests/catch.h"
#include "tests/cms/played_revocation.h"

using namespace signet::cms;
using namespace signet::cms::test;

TEST_CASE("Nothing is fetched unless asked for, nor for a path that leads nowhere") {
    const World world;
    CHECK(world.judge(RevocationMode::given).trusted());
    CHECK(world.transport->asked.empty());
    const CertificateAuthority stranger("Stranger");
    CHECK_FALSE(world.paths(RevocationMode::require, {stranger.certificate()}).judge(world.alice).trusted());
    CHECK(world.transport->asked.empty());
}

TEST_CASE("The responder is asked first, and its answer kept") {
    const World world;
    world.transport->responder = [&](BytesView request) {
        OcspAnswer answer;
        answer.request = Bytes(request.begin(), request.end());
        return world.answer(answer);
    };
    const PathVerdict verdict = world.judge(RevocationMode::require);
    CHECK(verdict.trusted());
    CHECK(verdict.revocation.at(0).source == "ocsp");
    CHECK(world.transport->asked == Urls{responder_url});
    CHECK(world.judge(RevocationMode::require).trusted());
    CHECK(world.judge(RevocationMode::given).revocation.at(0).status == RevocationStatus::good);
    CHECK(world.transport->asked == Urls{responder_url});
    // What is in the cache is checked as what comes from elsewhere.
    for (auto& [key, value] : world.transport->cache)
        value[60] ^= 1U;
    CHECK(world.judge(RevocationMode::require).trusted());
    CHECK(world.transport->asked == Urls{responder_url, responder_url});
}

TEST_CASE("Without an answer the distribution point is asked, and what both do not tell is unknown") {
    const World world;
    const PathVerdict nothing = world.judge(RevocationMode::fetch);
    CHECK(nothing.trusted());
    CHECK(nothing.revocation.at(0).text == "it is not there");
    CHECK_FALSE(world.judge(RevocationMode::require).trusted());
    world.transport->asked.clear();
    world.transport->responder = [](BytesView) { return Bytes{'n', 'o'}; };
    world.transport->crls[crl_url] = make_crl(world.root.certificate(), world.root.key());
    const PathVerdict verdict = world.judge(RevocationMode::require);
    CHECK(verdict.trusted());
    CHECK(verdict.revocation.at(0).source == "crl");
    CHECK(world.transport->asked == Urls{responder_url, crl_url});
    CHECK(world.transport->cache.size() == 1);
    world.transport->crls[crl_url] = Bytes(1000, 0x41);
    world.transport->cache.clear();
    CHECK(world.judge(RevocationMode::fetch).revocation.at(0).status == RevocationStatus::unknown);
    CHECK(world.transport->cache.empty());
}

TEST_CASE("Who is revoked is refused, whoever tells it") {
    const World world;
    world.transport->responder = [&](BytesView) {
        OcspAnswer answer;
        answer.status = V_OCSP_CERTSTATUS_REVOKED;
        return world.answer(answer);
    };
    CHECK_FALSE(world.judge(RevocationMode::fetch).trusted());
    world.transport->responder = nullptr;
    world.transport->cache.clear();
    CrlRequest request;
    request.revoked = {{world.alice}};
    world.transport->crls[crl_url] = make_crl(world.root.certificate(), world.root.key(), request);
    CHECK_FALSE(world.judge(RevocationMode::fetch).trusted());
}

TEST_CASE("What is kept tells of a revocation that the message is too old for") {
    const World world;
    OcspAnswer revoked;
    revoked.status = V_OCSP_CERTSTATUS_REVOKED;
    CrlRequest list;
    list.revoked = {{world.alice}};
    const auto judge_with = [&](const Bytes& info) {
        CertificatePaths paths = world.paths(RevocationMode::given, {world.root.certificate()});
        paths.add_revocation_info(info);
        return paths.judge(world.alice);
    };
    OcspAnswer before;
    before.this_update = -1800;
    CrlRequest list_before;
    list_before.this_update = -1800;
    const std::vector<Bytes> brought{as_revocation_info(world.answer(before)),
                                     make_crl(world.root.certificate(), world.root.key(), list_before)};
    for (const Bytes& info : brought)
        CHECK(judge_with(info).trusted());
    world.transport->responder = [&](BytesView) { return world.answer(revoked); };
    CHECK_FALSE(world.judge(RevocationMode::fetch).trusted());
    REQUIRE(world.transport->cache.size() == 1);
    for (const Bytes& info : brought)
        CHECK(judge_with(info).revocation.at(0).status == RevocationStatus::revoked);
    world.transport->cache.clear();
    world.transport->responder = nullptr;
    world.transport->crls[crl_url] = make_crl(world.root.certificate(), world.root.key(), list);
    CHECK_FALSE(world.judge(RevocationMode::fetch).trusted());
    REQUIRE(world.transport->cache.size() == 1);
    world.transport->asked.clear();
    for (const Bytes& info : brought)
        CHECK(judge_with(info).revocation.at(0).status == RevocationStatus::revoked);
    CHECK(world.transport->asked.empty());
}

TEST_CASE("A delta CRL tells who was revoked since the CRL") {
    const World world;
    const std::string delta_url = "http://crl.example.org/delta.crl";
    CertificateRequest request = World::request();
    request.extensions.emplace_back(NID_freshest_crl, "URI:" + delta_url);
    const auto issue = [&](int which) { return world.root.issue(test_key(KeyType::p256, which), request); };
    const Certificate bob = issue(1);
    const Certificate carol = issue(2);
    CrlRequest base;
    base.extensions = {{NID_crl_number, "DER:020101"}};
    world.transport->crls[crl_url] = make_crl(world.root.certificate(), world.root.key(), base);
    CrlRequest delta;
    delta.revoked = {{bob}};
    delta.extensions = {{NID_crl_number, "DER:020102"}, {NID_delta_crl, "critical,DER:020101"}};
    const auto status = [&](RevocationMode mode, const Certificate& certificate) {
        CertificatePaths paths = world.paths(mode, {world.root.certificate()});
        return paths.judge(certificate).revocation.at(0).status;
    };
    // Without one, what the CRL says counts; so it does beside one that somebody else signed.
    CHECK(status(RevocationMode::fetch, bob) == RevocationStatus::good);
    world.transport->crls[delta_url] = make_crl(world.root.certificate(), test_key(KeyType::p256, 77), delta);
    CHECK(status(RevocationMode::fetch, bob) == RevocationStatus::good);
    CHECK(world.transport->cache.count("crl " + delta_url) == 0);
    world.transport->crls[delta_url] = make_crl(world.root.certificate(), world.root.key(), delta);
    CHECK(status(RevocationMode::fetch, bob) == RevocationStatus::revoked);
    CHECK(status(RevocationMode::fetch, carol) == RevocationStatus::good);
    CHECK(status(RevocationMode::require, carol) == RevocationStatus::good);
    world.transport->asked.clear();
    CHECK(status(RevocationMode::given, bob) == RevocationStatus::revoked);
    CHECK(world.transport->asked.empty());
}

TEST_CASE("A CRL is fetched once for all signers of a message that it tells of") {
    const World world;
    const Certificate bob = world.root.issue(test_key(KeyType::p256, 1), World::request());
    world.transport->crls[crl_url] = make_crl(world.root.certificate(), world.root.key());
    CertificatePaths paths = world.paths(RevocationMode::require, {world.root.certificate()});
    for (int i = 0; i < 3; ++i) {
        // Without what was kept, too.
        world.transport->cache.clear();
        CHECK(paths.judge(world.alice).trusted());
        CHECK(paths.judge(bob).trusted());
    }
    CHECK(world.transport->asked == Urls{responder_url, crl_url, responder_url});
}
