// OpenSSL's verification of certificate paths, with our parameters.
#pragma once

#include <functional>
#include <span>

#include "cms/certificate.h"
#include "cms/openssl_ptr.h"
#include "cms/path_settings.h"

namespace signet::cms {

/// One run of X509_verify_cert (RFC 5280 section 6.1). All that is given must outlive it. Keys and hashes of
/// any strength are accepted, and any use of the certificates: that is judged elsewhere.
class PathVerification {
  public:
    /// Decides on an error: whether to go on as if it were none. Called with the run's own context only,
    /// never for the path of a CRL's issuer.
    using OnError = std::function<bool(X509_STORE_CTX&)>;

    /// Any path from the first of `chain` to one of `anchors`, by the rest of `chain`.
    PathVerification(std::span<const Certificate> chain, std::span<const Certificate> anchors,
                     const PathPolicies&, std::int64_t at);
    /// The path `chain` and no other, whose last one is the anchor. `candidates` may issue CRLs.
    PathVerification(std::span<const Certificate> chain, const PathPolicies&, std::int64_t at,
                     std::span<const Certificate> candidates = {});
    PathVerification(const PathVerification&) = delete;
    PathVerification& operator=(const PathVerification&) = delete;
    ~PathVerification() = default;

    /// Looks each certificate but the anchor up in `crls` (RFC 5280 section 6.3), indirect and delta ones
    /// included.
    void use_crls(std::span<const X509CrlPtr> crls, OnError on_error);

    /// Whether the path holds. Errors that the decision passed over do not count.
    bool run();
    [[nodiscard]] X509_STORE_CTX& context() noexcept { return *m_context; }

  private:
    void initialise(const Certificate& leaf, std::span<const Certificate> anchors,
                    std::span<const Certificate> untrusted, const PathPolicies& policies, std::int64_t at);
    static int decide(int holds, X509_STORE_CTX* context);
    static int find_anchor(X509** issuer, X509_STORE_CTX* context, X509* subject);

    X509StorePtr m_store;
    X509StackPtr m_untrusted;
    X509CrlStackPtr m_crls;
    X509StoreCtxPtr m_context;
    std::span<const Certificate> m_exact_chain;
    OnError m_on_error;
};

}  // namespace signet::cms
