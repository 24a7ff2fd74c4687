#include "cms/certificate.h"
#include "tests/catch.h"
#include "tests/cms/certificate_authority.h"
#include "tests/cms/test_keys.h"

using namespace signet::cms;
using namespace signet::cms::test;

TEST_CASE("a chain goes from the leaf through the intermediates, without the root") {
    const CertificateAuthority root;
    const CertificateAuthority upper(root, "Upper", 101);
    const CertificateAuthority lower(upper, "Lower", 102);
    const CertificateAuthority stranger("Stranger");
    const Certificate alice = lower.issue(test_key(KeyType::p256));
    const auto chain = chain_of(
        alice, {root.certificate(), stranger.certificate(), upper.certificate(), alice, lower.certificate()});
    REQUIRE(chain.size() == 3);
    CHECK(chain[0].der() == alice.der());
    CHECK(chain[1].der() == lower.certificate().der());
    CHECK(chain[2].der() == upper.certificate().der());
}

TEST_CASE("a chain ends where the pool ends") {
    const CertificateAuthority root;
    const CertificateAuthority upper(root, "Upper", 101);
    const Certificate alice = upper.issue(test_key(KeyType::p256));
    CHECK(chain_of(alice, {}).size() == 1);
    CHECK(chain_of(alice, {root.certificate()}).size() == 1);
    CHECK(chain_of(root.certificate(), {root.certificate()}).size() == 1);
}

TEST_CASE("a chain has at most eight certificates") {
    std::vector<Certificate> pool;
    std::vector<CertificateAuthority> authorities;
    authorities.reserve(12);
    authorities.emplace_back("Root");
    for (int i = 0; i < 11; ++i) {
        authorities.emplace_back(
            CertificateAuthority(authorities.back(), "CA " + std::to_string(i), 110 + i));
        pool.push_back(authorities.back().certificate());
    }
    CHECK(chain_of(authorities.back().issue(test_key(KeyType::p256)), pool).size() == 8);
}
