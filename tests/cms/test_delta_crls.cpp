#include <algorithm>

#include "tests/catch.h"
#include "tests/cms/played_revocation.h"

using namespace signet::cms;
using namespace signet::cms::test;

namespace {

constexpr std::int64_t day = 86400;
const std::string delta_url = "http://crl.example.org/delta.crl";

std::string hex_number(int number) {
    return std::string("DER:02010") + std::to_string(number);
}

CrlRequest base_crl(int number, std::int64_t issued) {
    CrlRequest request;
    request.this_update = issued;
    request.next_update = issued + 7 * day;
    request.extensions = {{NID_crl_number, hex_number(number)}};
    return request;
}

CrlRequest delta_crl(int number, int base, std::int64_t issued) {
    CrlRequest request = base_crl(number, issued);
    request.next_update = issued + day;
    request.extensions.emplace_back(NID_delta_crl, "critical," + hex_number(base));
    return request;
}

/// Whose certificates name where delta CRLs are.
struct WorldOfDeltas : World {
    Certificate bob = root.issue(test_key(KeyType::p256, 1), of_bob());

    static CertificateRequest of_bob() {
        CertificateRequest request;
        request.extensions.emplace_back(NID_crl_distribution_points, "URI:" + crl_url);
        request.extensions.emplace_back(NID_freshest_crl, "URI:" + delta_url);
        return request;
    }
    [[nodiscard]] RevocationStatus status(RevocationMode mode, const std::vector<Bytes>& from_message = {},
                                          const std::vector<Bytes>& given = {}) const {
        RevocationOptions options;
        options.mode = mode;
        options.transport = transport;
        options.crls = parsed(given);
        CertificatePaths paths({root.certificate()}, {}, std::nullopt, {}, options);
        for (const Bytes& info : from_message)
            paths.add_revocation_info(info);
        return paths.judge(bob).revocation.at(0).status;
    }
    [[nodiscard]] bool asked_for_delta() const {
        return std::count(transport->asked.begin(), transport->asked.end(), delta_url) != 0;
    }
};

}  // namespace

TEST_CASE("A delta CRL that was kept is fetched anew when it no longer tells") {
    const WorldOfDeltas world;
    const bool out_of_date = GENERATE(true, false);
    CAPTURE(out_of_date);
    // Out of date, or older than the CRL that came out since.
    const int number = out_of_date ? 1 : 5;
    const std::int64_t base_issued = out_of_date ? -5 * day : -day / 4;
    const std::int64_t kept_issued = out_of_date ? -4 * day : -day / 2;
    auto& transport = *world.transport;
    transport.cache["crl " + crl_url] = world.crl(base_crl(number, base_issued));
    transport.cache["crl " + delta_url] = world.crl(delta_crl(2, 1, kept_issued));
    CrlRequest fresh = delta_crl(number + 2, number, -60);
    fresh.revoked = {{world.bob}};
    CHECK(world.status(RevocationMode::require) == RevocationStatus::good);
    CHECK(world.asked_for_delta());
    // Of somebody else, who says that it belongs to another CRL.
    const Bytes kept = transport.cache["crl " + delta_url];
    transport.crls[delta_url] =
        make_crl(world.root.certificate(), test_key(KeyType::p256, 77), delta_crl(9, 9, -60));
    CHECK(world.status(RevocationMode::require) == RevocationStatus::good);
    CHECK(transport.cache["crl " + delta_url] == kept);
    transport.crls[delta_url] = world.crl(fresh);
    CHECK(world.status(RevocationMode::given) == RevocationStatus::good);
    CHECK(world.status(RevocationMode::require) == RevocationStatus::revoked);
    CHECK(transport.cache["crl " + delta_url] == transport.crls[delta_url]);
    transport.asked.clear();
    CHECK(world.status(RevocationMode::require) == RevocationStatus::revoked);
    CHECK_FALSE(world.asked_for_delta());
}

TEST_CASE("A CRL that was kept is fetched anew when the delta CRL belongs to a newer one") {
    const WorldOfDeltas world;
    auto& transport = *world.transport;
    transport.cache["crl " + crl_url] = world.crl(base_crl(1, -5 * day));
    transport.crls[crl_url] = world.crl(base_crl(6, -day));
    CrlRequest delta = delta_crl(7, 6, -day / 2);
    delta.revoked = {{world.bob}};
    transport.crls[delta_url] = world.crl(delta);
    CHECK(world.status(RevocationMode::given) == RevocationStatus::good);
    CHECK(transport.asked.empty());
    CHECK(world.status(RevocationMode::require) == RevocationStatus::revoked);
    CHECK(transport.asked == Urls{delta_url, crl_url});
    CHECK(transport.cache["crl " + crl_url] == transport.crls[crl_url]);
    transport.asked.clear();
    CHECK(world.status(RevocationMode::require) == RevocationStatus::revoked);
    CHECK(transport.asked.empty());
    // Where it cannot be had, the one that was kept counts while it is in time, and stays.
    const Bytes kept = world.crl(base_crl(1, -5 * day));
    transport.cache = {{"crl " + crl_url, kept}};
    transport.crls.erase(crl_url);
    transport.crls[delta_url] = world.crl(delta_crl(7, 6, -day / 2));
    CHECK(world.status(RevocationMode::require) == RevocationStatus::good);
    transport.crls[crl_url] = world.crl(base_crl(0, -6 * day));
    CHECK(world.status(RevocationMode::require) == RevocationStatus::good);
    CHECK(transport.cache == std::map<std::string, Bytes>{{"crl " + crl_url, kept}});
    // Who is on the delta CRL is revoked, whatever it belongs to.
    transport.crls[delta_url] = world.crl(delta);
    CHECK(world.status(RevocationMode::require) == RevocationStatus::revoked);
}

TEST_CASE("A delta CRL that is up to date is not fetched again, and one out of date still revokes") {
    const WorldOfDeltas world;
    auto& transport = *world.transport;
    transport.cache["crl " + crl_url] = world.crl(base_crl(1, -5 * day));
    transport.crls[delta_url] = world.crl(delta_crl(2, 1, -day / 2));
    CHECK(world.status(RevocationMode::require) == RevocationStatus::good);
    CHECK(world.asked_for_delta());
    transport.asked.clear();
    CHECK(world.status(RevocationMode::require) == RevocationStatus::good);
    CHECK_FALSE(world.asked_for_delta());
    CrlRequest old = delta_crl(2, 1, -4 * day);
    old.revoked = {{world.bob, -4 * day}};
    transport.cache["crl " + delta_url] = world.crl(old);
    CHECK(world.status(RevocationMode::require) == RevocationStatus::revoked);
    CHECK_FALSE(world.asked_for_delta());
}

TEST_CASE("A delta CRL counts wherever the CRL that it belongs to comes from") {
    const WorldOfDeltas world;
    auto& transport = *world.transport;
    const Bytes base = world.crl(base_crl(1, -day));
    const Bytes before = world.crl(base_crl(1, -2 * day));
    CrlRequest delta = delta_crl(2, 1, -day / 2);
    delta.revoked = {{world.bob}};
    for (const bool kept : {true, false}) {
        CAPTURE(kept);
        const RevocationMode mode = kept ? RevocationMode::given : RevocationMode::fetch;
        (kept ? transport.cache["crl " + delta_url] : transport.crls[delta_url]) = world.crl(delta);
        CHECK(world.status(mode, {base}) == RevocationStatus::revoked);
        CHECK(world.status(mode, {}, {base}) == RevocationStatus::revoked);
        // What the message says counts only with what is kept.
        OcspAnswer good;
        good.this_update = -1800;
        const Bytes answer = make_ocsp_response(world.bob, world.root.certificate(), world.root.certificate(),
                                                world.root.key(), good);
        transport.cache["crl " + crl_url] = base;
        CHECK(world.status(RevocationMode::given, {as_revocation_info(answer)}) == RevocationStatus::revoked);
        CHECK(world.status(mode, {before}) == RevocationStatus::revoked);
        transport.cache.clear();
        transport.asked.clear();
    }
}

TEST_CASE("A forged CRL at one place does not hide the true one at the next") {
    const CertificateAuthority root("Root");
    const std::string second_url = "http://crl2.example.org/ca.crl";
    CertificateRequest request;
    request.extensions.emplace_back(NID_crl_distribution_points, "URI:" + crl_url + ",URI:" + second_url);
    const Certificate alice = root.issue(test_key(KeyType::p256), request);
    const auto transport = std::make_shared<PlayedTransport>();
    EVP_PKEY& other_key = test_key(KeyType::p256, 77);
    CrlRequest newest;
    newest.this_update = -10;
    transport->crls[crl_url] = make_crl(root.certificate(), other_key, newest);
    CrlRequest list;
    list.revoked = {{alice}};
    transport->crls[second_url] = make_crl(root.certificate(), root.key(), list);
    // By a key that nobody has a certificate of, or one that the message brings in the authority's name.
    CertificateRequest impostor;
    impostor.common_name = "Root";
    impostor.extensions = {{NID_basic_constraints, "critical,CA:TRUE"}};
    std::vector<Certificate> brought;
    if (GENERATE(false, true))
        brought.push_back(make_certificate(other_key, impostor, other_key, nullptr));
    const auto judge = [&](RevocationMode mode) {
        RevocationOptions options;
        options.mode = mode;
        options.transport = transport;
        return CertificatePaths({root.certificate()}, brought, std::nullopt, {}, options).judge(alice);
    };
    CHECK(judge(RevocationMode::fetch).revocation.at(0).status == RevocationStatus::revoked);
    CHECK(transport->cache.count("crl " + crl_url) == 0);
    CHECK(transport->cache.count("crl " + second_url) == 1);
    // What was kept, by whomever, does not either.
    transport->cache["crl " + crl_url] = transport->crls[crl_url];
    CHECK(judge(RevocationMode::given).revocation.at(0).status == RevocationStatus::revoked);
}

TEST_CASE("A responder that what is kept, or a delta CRL, tells of as revoked does not count") {
    const WorldOfDeltas world;
    auto& transport = *world.transport;
    CertificateRequest request = WorldOfDeltas::of_bob();
    request.common_name = "Responder";
    request.extensions[0] = {NID_key_usage, "critical,digitalSignature"};
    request.extensions[1] = {NID_ext_key_usage, "OCSPSigning"};
    EVP_PKEY& key = test_key(KeyType::p256, 6);
    const Certificate responder = world.root.issue(key, request);
    const Certificate carol = world.root.issue(test_key(KeyType::p256, 2));
    // Revoked, so that the message's CRL does not say the same.
    OcspAnswer answer;
    answer.status = V_OCSP_CERTSTATUS_REVOKED;
    const Bytes response =
        as_revocation_info(make_ocsp_response(carol, world.root.certificate(), responder, key, answer));
    const auto counts = [&](RevocationMode mode, const std::vector<Bytes>& crls) {
        RevocationOptions options;
        options.mode = mode;
        options.transport = world.transport;
        CertificatePaths paths({world.root.certificate()}, {}, std::nullopt, {}, options);
        paths.add_revocation_info(response);
        for (const Bytes& crl : crls)
            paths.add_revocation_info(crl);
        return paths.judge(carol).revocation.at(0).status == RevocationStatus::revoked;
    };
    const Bytes before = world.crl(base_crl(1, -2 * day));
    CHECK(counts(RevocationMode::given, {before}));
    CrlRequest list = base_crl(2, -day);
    list.revoked = {{responder}};
    transport.cache["crl " + crl_url] = world.crl(list);
    CHECK_FALSE(counts(RevocationMode::given, {before}));
    CHECK_FALSE(counts(RevocationMode::given, {}));
    transport.cache.clear();
    CrlRequest delta = delta_crl(2, 1, -day / 2);
    delta.revoked = {{responder}};
    transport.cache["crl " + delta_url] = world.crl(delta);
    CHECK_FALSE(counts(RevocationMode::given, {before}));
    transport.cache.clear();
    transport.crls[crl_url] = before;
    transport.crls[delta_url] = world.crl(delta);
    transport.asked.clear();
    CHECK_FALSE(counts(RevocationMode::require, {}));
    CHECK(world.asked_for_delta());
    // However many of its answers the message brings, it is judged once.
    transport.looked_up.clear();
    CHECK_FALSE(counts(RevocationMode::require, {response, response}));
    CHECK(std::count(transport.looked_up.begin(), transport.looked_up.end(), "crl " + delta_url) == 1);
}

// OpenSSL looks at delta CRLs only where freshestCRL says that there are some.
TEST_CASE("A CRL says where its delta CRLs are") {
    const WorldOfDeltas world;
    const Certificate carol = world.root.issue(test_key(KeyType::p256, 2), World::request());
    CrlRequest base = base_crl(1, -day);
    base.extensions.emplace_back(NID_freshest_crl, "URI:" + delta_url);
    CrlRequest delta = delta_crl(2, 1, -60);
    delta.revoked = {{carol}};
    world.transport->crls[delta_url] = world.crl(delta);
    const auto status = [&](const std::vector<Bytes>& from_message, const std::vector<Bytes>& given) {
        RevocationOptions options;
        options.mode = RevocationMode::fetch;
        options.transport = world.transport;
        options.crls = parsed(given);
        CertificatePaths paths({world.root.certificate()}, {}, std::nullopt, {}, options);
        for (const Bytes& info : from_message)
            paths.add_revocation_info(info);
        return paths.judge(carol).revocation.at(0).status;
    };
    SECTION("one that is fetched") {
        world.transport->crls[crl_url] = world.crl(base);
        CHECK(status({}, {}) == RevocationStatus::revoked);
    }
    SECTION("one that is given") {
        CHECK(status({}, {world.crl(base)}) == RevocationStatus::revoked);
    }
    SECTION("one that the message brings") {
        CHECK(status({world.crl(base)}, {}) == RevocationStatus::revoked);
    }
    SECTION("not one that somebody else signed") {
        world.transport->crls[crl_url] = world.crl(base_crl(1, -day));
        CHECK(status({make_crl(world.root.certificate(), test_key(KeyType::p256, 77), base)}, {}) ==
              RevocationStatus::good);
        CHECK_FALSE(world.asked_for_delta());
    }
}

TEST_CASE("A delta CRL tells of a revocation, whether or not somebody says where deltas are") {
    const World world;
    const auto status = [&](const std::vector<Bytes>& given, const std::vector<Bytes>& from_message = {},
                            std::optional<std::int64_t> at = std::nullopt) {
        RevocationOptions options;
        options.crls = parsed(given);
        CertificatePaths paths({world.root.certificate()}, {}, at, {}, options);
        for (const Bytes& info : from_message)
            paths.add_revocation_info(info);
        return paths.judge(world.alice).revocation.at(0);
    };
    const auto crl = [&](const CrlRequest& request) {
        return make_crl(world.root.certificate(), world.root.key(), request);
    };
    const Bytes base = crl(base_crl(1, -2 * day));
    CrlRequest delta = delta_crl(2, 1, -day / 2);
    CHECK(status({base, crl(delta)}).status == RevocationStatus::good);
    delta.revoked = {{world.alice, -day}};
    CHECK(status({base, crl(delta)}).status == RevocationStatus::revoked);
    CHECK(status({crl(delta), base}).status == RevocationStatus::revoked);
    CHECK(status({}, {base, crl(delta)}).status == RevocationStatus::revoked);
    CHECK(status({base}, {crl(delta)}).status == RevocationStatus::revoked);
    CHECK(status({crl(delta)}, {base}).status == RevocationStatus::revoked);
    CHECK(status({crl(delta)}).status == RevocationStatus::revoked);
    // It was good until then.
    CrlRequest since = delta_crl(2, 1, -300);
    since.revoked = {{world.alice, -600}};
    const CertificateRevocation before = status({base, crl(since)}, {}, std::time(nullptr) - 1800);
    CHECK(before.status == RevocationStatus::good);
    CHECK(before.revoked_at.has_value());
    // Who was put off and is taken up again is no worse than before.
    delta.revoked = {{world.alice, -day, std::nullopt, CRL_REASON_REMOVE_FROM_CRL}};
    CHECK(status({base, crl(delta)}).status == RevocationStatus::good);
    // An older one than the newest does not count, nor one from before the CRL, nor somebody else's.
    delta.revoked = {{world.alice, -day}};
    CHECK(status({base, crl(delta), crl(delta_crl(3, 1, -day / 4))}).status == RevocationStatus::good);
    CHECK(status({crl(base_crl(3, -day / 4)), crl(delta)}).status == RevocationStatus::good);
    CHECK(status({base, make_crl(world.root.certificate(), test_key(KeyType::p256, 77), delta)}).status ==
          RevocationStatus::good);
    // One of a part of the certificates is about those that the CRL of that part is about.
    const std::pair<int, std::string> of_users{NID_issuing_distribution_point, "critical,onlyuser:TRUE"};
    const std::pair<int, std::string> of_authorities{NID_issuing_distribution_point, "critical,onlyCA:TRUE"};
    for (const auto& [scope, status_then] : {std::pair{of_users, RevocationStatus::revoked},
                                             std::pair{of_authorities, RevocationStatus::good}}) {
        CrlRequest part = base_crl(1, -2 * day);
        part.extensions.push_back(scope);
        CrlRequest delta_of_part = delta;
        delta_of_part.extensions.push_back(scope);
        CAPTURE(scope.second);
        CHECK(status({base, crl(part), crl(delta_of_part)}).status == status_then);
    }
}
