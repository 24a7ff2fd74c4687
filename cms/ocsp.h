// The online certificate status protocol (RFC 6960), and its responses within messages (RFC 5940).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cms/bytes.h"
#include "cms/certificate.h"
#include "cms/openssl_ptr.h"
#include "cms/path_settings.h"
#include "cms/revocation.h"

namespace signet::cms {

/// Bytes of a response at most; some bring certificates.
inline constexpr std::size_t max_ocsp_response_size = std::size_t{256} * 1024;

/// The http URLs of responders in authorityInfoAccess (RFC 5280 section 4.2.2.1), at most 3.
[[nodiscard]] std::vector<std::string> ocsp_urls(const Certificate&);

/// A question about one certificate.
class OcspQuestion {
  public:
    /// With a nonce of 16 bytes (RFC 8954). Throws Error(failed).
    OcspQuestion(const Certificate& certificate, const Certificate& issuer);

    /// DER of the OCSPRequest.
    [[nodiscard]] Bytes der() const;
    [[nodiscard]] const OCSP_REQUEST& request() const noexcept { return *m_request; }
    /// A text that names the certificate and its issuer's key: the same for each question about it.
    [[nodiscard]] const std::string& name() const noexcept { return m_name; }

  private:
    OcspRequestPtr m_request;
    std::string m_name;
};

/// Whether a responder's own certificate counts at `at`: asked of one that the issuer certified to answer and
/// that does not have id-pkix-ocsp-nocheck (RFC 6960 section 4.2.2.2.1), when its response is otherwise good.
using ResponderCheck = std::function<bool(const Certificate& responder, const JudgedTime& at)>;

/// What `response`, DER of an OCSPResponse, says of `certificate`. It counts if it is signed by `issuer`, or
/// by somebody else whom `issuer` itself certified for that (id-kp-OCSPSigning) and of whom `check`, if there
/// is one, says that it counts; and is not out of date at `at`: without nextUpdate it is after a day. Where
/// `at` is in the past, what is true today counts too, as with CRLs. To an answer to `question`, a nonce must
/// be that of the question, if there is one. Anything else is unknown, and says why. Weak algorithms count
/// only with `legacy`.
[[nodiscard]] CertificateRevocation status_by_ocsp(BytesView response, const Certificate& certificate,
                                                   const Certificate& issuer, const JudgedTime& at,
                                                   bool legacy, const OcspQuestion* question = nullptr,
                                                   const ResponderCheck& check = {});

}  // namespace signet::cms
