// Sets of certificates, one behind the other, the signer's first: no path leads to an anchor that did not
// sign it, and one that does holds what its verdict says.
#include "cms/certificate_path.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <sanitizer/lsan_interface.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "cms/certificates_only.h"
#include "cms/error.h"
#include "tests/fuzz/fixed_authority.h"
#include "tests/fuzz/property.h"

using namespace signet::cms;
using signet::fuzz::fixed_authority;
using signet::fuzz::fixed_key;
using signet::fuzz::property;

namespace {

constexpr std::size_t max_certificates = 8;

std::vector<X509Ptr> certificates_of(BytesView der) {
    std::vector<X509Ptr> certificates;
    const unsigned char* position = der.data();
    const unsigned char* const end = der.data() + der.size();
    while (position != end && certificates.size() < max_certificates) {
        X509Ptr certificate(d2i_X509(nullptr, &position, end - position));
        if (!certificate)
            break;
        certificates.push_back(std::move(certificate));
    }
    return certificates;
}

/// Each signed by the next, and the last by the anchor; all but keys, signatures and issuers are as before.
std::vector<Certificate> linked(const std::vector<X509Ptr>& certificates) {
    std::vector<Certificate> chain;
    for (std::size_t i = 0; i < certificates.size(); ++i) {
        const X509Ptr copy(X509_dup(certificates[i].get()));
        const bool last = i + 1 == certificates.size();
        const X509* issuer = last ? fixed_authority().root.x509() : certificates[i + 1].get();
        EVP_PKEY& issuer_key =
            last ? fixed_authority().root_key : fixed_key(static_cast<std::uint8_t>(11 + i));
        if (!copy || X509_set_pubkey(copy.get(), &fixed_key(static_cast<std::uint8_t>(10 + i))) != 1 ||
            X509_set_issuer_name(copy.get(), X509_get_subject_name(issuer)) != 1 ||
            X509_sign(copy.get(), &issuer_key, nullptr) <= 0)
            return {};
        try {
            chain.push_back(Certificate::from_der(Certificate::share(*copy).der()));
        } catch (const Error&) {
            return {};
        }
    }
    return chain;
}

/// OpenSSL 3.0 loses the policyConstraints of a certificate whose certificatePolicies name none, or
/// one twice (policy_cache_new).
bool is_lost_by_openssl(const Certificate& certificate) {
    if (X509_get_ext_by_NID(certificate.x509(), NID_policy_constraints, -1) < 0)
        return false;
    int place = 0;
    const std::unique_ptr<CERTIFICATEPOLICIES, decltype(&CERTIFICATEPOLICIES_free)> policies(
        static_cast<CERTIFICATEPOLICIES*>(
            X509_get_ext_d2i(certificate.x509(), NID_certificate_policies, &place, nullptr)),
        &CERTIFICATEPOLICIES_free);
    if (!policies)
        return place == -1;
    const auto name = [&](int i) { return sk_POLICYINFO_value(policies.get(), i)->policyid; };
    for (int i = 0; i < sk_POLICYINFO_num(policies.get()); ++i)
        for (int k = 0; k < i; ++k)
            if (OBJ_cmp(name(i), name(k)) == 0)
                return true;
    return sk_POLICYINFO_num(policies.get()) == 0;
}

PathVerdict judge(const std::vector<Certificate>& certificates, const PathPolicies& policies) {
    std::optional<__lsan::ScopedDisabler> no_leaks;
    if (std::any_of(certificates.begin(), certificates.end(), is_lost_by_openssl))
        no_leaks.emplace();
    PathSettings settings;
    settings.legacy = true;
    settings.policies = policies;
    CertificatePaths paths({fixed_authority().root}, {certificates.begin() + 1, certificates.end()},
                           signet::fuzz::fixed_time, settings);
    return paths.judge(certificates.front());
}

void look_at_path(const PathVerdict& verdict, const Certificate& signer) {
    const CertificateChain& path = verdict.path;
    property(path.size() >= 2 && path.size() <= max_path_length, "a path has some certificates");
    property(path.front().fingerprint() == signer.fingerprint(), "it begins with the signer's");
    property(path.back().fingerprint() == fixed_authority().root.fingerprint(), "it ends with the anchor");
    for (std::size_t i = 0; i + 1 < path.size(); ++i) {
        property(X509_verify(path[i].x509(), X509_get0_pubkey(path[i + 1].x509())) == 1,
                 "each was signed by the next");
        property(i == 0 || path[i].is_ca(), "who issues is an authority");
        property(path[i].not_before() <= signet::fuzz::fixed_time &&
                     path[i].not_after() >= signet::fuzz::fixed_time,
                 "each was valid then");
        property((X509_get_extension_flags(path[i].x509()) & (EXFLAG_CRITICAL | EXFLAG_INVALID)) == 0,
                 "none has a critical extension that is not known");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const BytesView der(data, size);
    try {
        (void)certificates_in(memory_source(der));
    } catch (const Error&) {
        // No SignedData.
    }
    const std::vector<X509Ptr> certificates = certificates_of(der);
    ERR_clear_error();
    if (certificates.empty())
        return 0;
    std::vector<Certificate> as_they_came;
    for (const X509Ptr& certificate : certificates)
        as_they_came.push_back(Certificate::share(*certificate));
    property(!judge(as_they_came, {}).trusted(), "who was not certified is not trusted");
    const std::vector<Certificate> chain = linked(certificates);
    if (chain.empty())
        return 0;
    const PathVerdict verdict = judge(chain, {});
    if (verdict.trusted())
        look_at_path(verdict, chain.front());
    PathPolicies strict{{"1.3.6.1.4.1.99.1"}, true, true, true};
    property(!judge(chain, strict).trusted() || verdict.trusted(),
             "who is trusted under a policy is trusted without");
    return 0;
}
