#include <algorithm>
#include <map>

#include "cms/certificate_path.h"
#include "tests/catch.h"
#include "tests/cms/certificate_authority.h"
#include "tests/cms/ocsp_responder.h"
#include "tests/cms/revocation_list.h"
#include "tests/cms/test_keys.h"

using namespace signet::cms;
using namespace signet::cms::test;

namespace {

/// A network and a cache in memory.
class PlayedTransport final : public RevocationTransport {
  public:
    std::map<std::string, Bytes> crls;
    /// Whether the responder answers.
    std::function<std::optional<Bytes>(BytesView request)> responder;
    std::map<std::string, Bytes> cache;
    std::vector<std::string> asked;
    std::vector<std::string> looked_up;

    Answer get(const std::string& url, std::size_t /*limit*/) override {
        asked.push_back(url);
        const auto found = crls.find(url);
        return found == crls.end() ? Answer{std::nullopt, "it is not there"} : Answer{found->second, ""};
    }
    Answer ask(const std::string& url, BytesView request, std::size_t /*limit*/) override {
        asked.push_back(url);
        auto answer = responder ? responder(request) : std::nullopt;
        return {std::move(answer), "nobody answers"};
    }
    std::optional<Bytes> kept(const std::string& key, std::size_t /*limit*/) override {
        looked_up.push_back(key);
        const auto found = cache.find(key);
        return found == cache.end() ? std::nullopt : std::optional(found->second);
    }
    void keep(const std::string& key, BytesView value) override {
        cache[key] = Bytes(value.begin(), value.end());
    }
};

const std::string responder_url = "http://ocsp.example.org/";
const std::string crl_url = "http://crl.example.org/ca.crl";

struct World {
    CertificateAuthority root{"Root"};
    Certificate alice = root.issue(test_key(KeyType::p256), request());
    std::shared_ptr<PlayedTransport> transport = std::make_shared<PlayedTransport>();

    static CertificateRequest request() {
        CertificateRequest request;
        request.extensions.emplace_back(NID_info_access, "OCSP;URI:" + responder_url);
        request.extensions.emplace_back(NID_crl_distribution_points, "URI:" + crl_url);
        return request;
    }
    [[nodiscard]] CertificatePaths paths(RevocationMode mode, std::vector<Certificate> anchors) const {
        RevocationOptions options;
        options.mode = mode;
        options.transport = transport;
        return CertificatePaths(std::move(anchors), {}, std::nullopt, {}, options);
    }
    [[nodiscard]] PathVerdict judge(RevocationMode mode) const {
        return paths(mode, {root.certificate()}).judge(alice);
    }
    /// The root's.
    [[nodiscard]] Bytes crl(const CrlRequest& request = {}) const {
        return make_crl(root.certificate(), root.key(), request);
    }
    [[nodiscard]] Bytes answer(const OcspAnswer& answer) const {
        return make_ocsp_response(alice, root.certificate(), root.certificate(), root.key(), answer);
    }
};

using Urls = std::vector<std::string>;

}  // namespace

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
        options.crls = given;
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
    CHECK(world.status(RevocationMode::require) == RevocationStatus::good);
    transport.crls[crl_url] = world.crl(base_crl(0, -6 * day));
    CHECK(world.status(RevocationMode::require) == RevocationStatus::good);
    CHECK(transport.cache == std::map<std::string, Bytes>{{"crl " + crl_url, kept}});
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
