#include "cms/path_verification.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include <ctime>
#include <utility>

#include "cms/error.h"
#include "cms/openssl_error.h"
#include "cms/path_candidates.h"

namespace signet::cms {
namespace {

/// Whether an issuer of CRLs is to be looked up in its own (PKITS 4.14.30), as the path of one is verified.
/// OpenSSL would verify that path within the path.
bool is_own_crl(X509_STORE_CTX& context) {
    const X509* subject = X509_STORE_CTX_get_current_cert(&context);
    const X509* issuer = X509_STORE_CTX_get0_current_issuer(&context);
    return X509_STORE_CTX_get_error(&context) == X509_V_ERR_CRL_PATH_VALIDATION_ERROR && subject != nullptr &&
           issuer != nullptr && X509_cmp(subject, issuer) == 0;
}

constexpr const char* cannot_build = "cannot build a certificate path";

void add_policies(X509_VERIFY_PARAM* parameters, const PathPolicies& policies) {
    // Without the flag, what certificates say about policies is passed over.
    unsigned long flags = X509_V_FLAG_POLICY_CHECK;
    flags |= policies.require_explicit ? X509_V_FLAG_EXPLICIT_POLICY : 0UL;
    flags |= policies.inhibit_mapping ? X509_V_FLAG_INHIBIT_MAP : 0UL;
    flags |= policies.inhibit_any ? X509_V_FLAG_INHIBIT_ANY : 0UL;
    require_openssl(X509_VERIFY_PARAM_set_flags(parameters, flags) == 1, cannot_build);
    // OpenSSL takes no policies for none, not for any.
    static const std::vector<std::string> any_policy{"2.5.29.32.0"};
    for (const std::string& policy : policies.initial.empty() ? any_policy : policies.initial) {
        Asn1ObjectPtr object(OBJ_txt2obj(policy.c_str(), 1));
        if (!object)
            throw Error(ErrorCode::malformed, "'" + policy + "' is no object identifier of a policy");
        require_openssl(X509_VERIFY_PARAM_add0_policy(parameters, object.get()) == 1, cannot_build);
        (void)object.release();
    }
}

}  // namespace

PathVerification::PathVerification(std::span<const Certificate> chain, std::span<const Certificate> anchors,
                                   const PathPolicies& policies, std::int64_t at) {
    initialise(chain.front(), anchors, chain.subspan(1), policies, at);
}

PathVerification::PathVerification(std::span<const Certificate> chain, const PathPolicies& policies,
                                   std::int64_t at, std::span<const Certificate> candidates)
    : m_exact_chain(chain) {
    // OpenSSL takes the first that fits, so the chain's own come first.
    std::vector<Certificate> untrusted;
    if (chain.size() > 2)
        untrusted.assign(chain.begin() + 1, chain.end() - 1);
    untrusted.insert(untrusted.end(), candidates.begin(), candidates.end());
    initialise(chain.front(), chain.last(1), untrusted, policies, at);
}

void PathVerification::initialise(const Certificate& leaf, std::span<const Certificate> anchors,
                                  std::span<const Certificate> untrusted, const PathPolicies& policies,
                                  std::int64_t at) {
    m_store.reset(X509_STORE_new());
    m_untrusted.reset(sk_X509_new_null());
    m_context.reset(X509_STORE_CTX_new());
    require_openssl(m_store && m_untrusted && m_context, cannot_build);
    for (const Certificate& anchor : anchors)
        require_openssl(X509_STORE_add_cert(m_store.get(), anchor.x509()) == 1, cannot_build);
    for (const Certificate& candidate : untrusted)
        require_openssl(sk_X509_push(m_untrusted.get(), candidate.x509()) > 0, cannot_build);
    if (m_exact_chain.size() > 1)
        X509_STORE_set_get_issuer(m_store.get(), &PathVerification::find_anchor);
    require_openssl(
        X509_STORE_CTX_init(m_context.get(), m_store.get(), leaf.x509(), m_untrusted.get()) == 1 &&
            X509_STORE_CTX_set_app_data(m_context.get(), this) == 1,
        cannot_build);
    X509_STORE_CTX_set_verify_cb(m_context.get(), &PathVerification::decide);
    X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(m_context.get());
    X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN);
    X509_VERIFY_PARAM_set_auth_level(parameters, 0);
    // OpenSSL counts the certificates between leaf and anchor.
    X509_VERIFY_PARAM_set_depth(parameters, static_cast<int>(max_path_length) - 2);
    X509_VERIFY_PARAM_set_time(parameters, static_cast<std::time_t>(at));
    add_policies(parameters, policies);
}

void PathVerification::use_crls(std::span<const X509CrlPtr> crls, OnError on_error) {
    m_on_error = std::move(on_error);
    m_crls.reset(sk_X509_CRL_new_null());
    require_openssl(m_crls != nullptr, cannot_build);
    for (const X509CrlPtr& crl : crls)
        require_openssl(sk_X509_CRL_push(m_crls.get(), crl.get()) > 0, cannot_build);
    X509_STORE_CTX_set0_crls(m_context.get(), m_crls.get());
    X509_VERIFY_PARAM_set_flags(X509_STORE_CTX_get0_param(m_context.get()),
                                X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL |
                                    X509_V_FLAG_EXTENDED_CRL_SUPPORT | X509_V_FLAG_USE_DELTAS);
}

bool PathVerification::run() {
    const int verified = X509_verify_cert(m_context.get());
    ERR_clear_error();
    return verified == 1;
}

int PathVerification::decide(int holds, X509_STORE_CTX* context) {
    if (holds == 1)
        return 1;
    // The path of a CRL's issuer has a context of its own, without our data.
    const auto* self = static_cast<const PathVerification*>(X509_STORE_CTX_get_app_data(context));
    if (self == nullptr)
        return is_own_crl(*context) ? 1 : 0;
    return self->m_on_error && self->m_on_error(*context) ? 1 : 0;
}

// A certificate between may have the anchor's name: OpenSSL would take the anchor for its issuer's, and look
// no further when the signature is wrong.
int PathVerification::find_anchor(X509** issuer, X509_STORE_CTX* context, X509* subject) {
    const auto* self = static_cast<const PathVerification*>(X509_STORE_CTX_get_app_data(context));
    if (self == nullptr)
        return X509_STORE_CTX_get1_issuer(issuer, context, subject);
    const auto& chain = self->m_exact_chain;
    if (X509_cmp(subject, chain[chain.size() - 2].x509()) != 0)
        return 0;
    X509* anchor = chain.back().x509();
    require_openssl(X509_up_ref(anchor) == 1, cannot_build);
    *issuer = anchor;
    return 1;
}

}  // namespace signet::cms
