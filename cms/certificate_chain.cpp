#include "cms/certificate.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>

namespace signet::cms {
namespace {

constexpr std::size_t max_chain = 8;

const Certificate* issuer_of(const Certificate& subject, const std::vector<Certificate>& pool) {
    const auto found = std::find_if(pool.begin(), pool.end(), [&subject](const Certificate& candidate) {
        return X509_check_issued(candidate.x509(), subject.x509()) == X509_V_OK;
    });
    ERR_clear_error();
    return found == pool.end() ? nullptr : &*found;
}

}  // namespace

std::vector<Certificate> chain_of(const Certificate& leaf, const std::vector<Certificate>& pool) {
    std::vector<Certificate> chain{leaf};
    while (chain.size() < max_chain && !chain.back().is_self_issued()) {
        const Certificate* issuer = issuer_of(chain.back(), pool);
        if (issuer == nullptr || issuer->is_self_issued())
            break;
        const bool seen = std::any_of(chain.begin(), chain.end(), [issuer](const Certificate& known) {
            return X509_cmp(known.x509(), issuer->x509()) == 0;
        });
        if (seen)
            break;
        chain.push_back(*issuer);
    }
    return chain;
}

}  // namespace signet::cms
