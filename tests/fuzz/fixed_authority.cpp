#include "tests/fuzz/fixed_authority.h"

#include <ctime>
#include <map>

#include "tests/cms/require.h"

namespace signet::fuzz {

EVP_PKEY& fixed_key(std::uint8_t which) {
    static std::map<std::uint8_t, cms::EvpPkeyPtr> keys;
    cms::EvpPkeyPtr& key = keys[which];
    if (!key) {
        const cms::Bytes octets(32, which);
        key.reset(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, octets.data(), octets.size()));
    }
    cms::test::require(key != nullptr);
    return *key;
}

cms::test::CertificateRequest valid_then(cms::test::CertificateRequest request) {
    constexpr std::int64_t year = 365 * std::int64_t{86400};
    const std::int64_t ago = std::time(nullptr) - fixed_time;
    request.not_before = -ago - year;
    request.not_after = -ago + 10 * year;
    return request;
}

cms::test::CertificateRequest authority_request(const char* common_name) {
    cms::test::CertificateRequest request;
    request.common_name = common_name;
    request.extensions = {{NID_basic_constraints, "critical,CA:TRUE"},
                          {NID_key_usage, "critical,keyCertSign,cRLSign"}};
    return request;
}

const FixedAuthority& fixed_authority() {
    static const FixedAuthority authority;
    return authority;
}

}  // namespace signet::fuzz
