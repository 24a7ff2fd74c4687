// CRLs of the tests' authorities.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/cms/certificate_authority.h"

namespace signet::cms::test {

/// What a CRL says. Times are seconds from now.
struct CrlRequest {
    struct Entry {
        Certificate certificate;
        std::int64_t revoked = -60;
        /// invalidityDate.
        std::optional<std::int64_t> invalid{};
        /// reasonCode.
        std::optional<int> reason{};
    };
    std::vector<Entry> revoked;
    std::int64_t this_update = -120;
    std::optional<std::int64_t> next_update = 3600;
    const EVP_MD* digest = EVP_sha256();
    /// Written as openssl.cnf writes them.
    std::vector<std::pair<int, std::string>> extensions;
};

/// DER, in the name of `issuer` and signed by `key`, which need not be the issuer's.
Bytes make_crl(const Certificate& issuer, EVP_PKEY& key, const CrlRequest& request = {});

/// As RevocationOptions take them.
std::vector<std::shared_ptr<X509_CRL>> parsed(const std::vector<Bytes>& crls);

}  // namespace signet::cms::test
