#include "cms/ocsp.h"

#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>

#include "cms/asn1/codec.h"
#include "cms/crl.h"
#include "cms/error.h"
#include "cms/openssl_error.h"
#include "cms/weak_algorithm.h"

namespace signet::cms {
namespace {

constexpr std::size_t max_urls = 3;
constexpr std::size_t max_url_length = 2048;
constexpr int max_single_responses = 256;
/// Seconds that clocks may differ by.
constexpr std::int64_t clock_skew = 300;

using AuthorityInfoAccessPtr = OpensslPtr<AUTHORITY_INFO_ACCESS, AUTHORITY_INFO_ACCESS_free>;

CertificateRevocation unknown(const std::string& why) {
    return {RevocationStatus::unknown, "", why};
}

OcspBasicRespPtr parse_response(BytesView der) {
    if (der.size() > max_ocsp_response_size)
        return nullptr;
    const unsigned char* position = der.data();
    const OcspResponsePtr response(d2i_OCSP_RESPONSE(nullptr, &position, static_cast<long>(der.size())));
    if (!response || position != der.data() + der.size() ||
        OCSP_response_status(response.get()) != OCSP_RESPONSE_STATUS_SUCCESSFUL)
        return nullptr;
    return OcspBasicRespPtr(OCSP_response_get1_basic(response.get()));
}

/// The part about `certificate`; none without.
OCSP_SINGLERESP* part_about(OCSP_BASICRESP& response, const Certificate& certificate,
                            const Certificate& issuer) {
    const int count = std::min(OCSP_resp_count(&response), max_single_responses);
    for (int i = 0; i < count; ++i) {
        OCSP_SINGLERESP* part = OCSP_resp_get0(&response, i);
        ASN1_OBJECT* hash = nullptr;
        if (OCSP_id_get0_info(nullptr, &hash, nullptr, nullptr,
                              const_cast<OCSP_CERTID*>(OCSP_SINGLERESP_get0_id(part))) != 1)
            continue;
        const EVP_MD* digest = EVP_get_digestbyobj(hash);
        if (digest == nullptr)
            continue;
        const OcspCertIdPtr id(OCSP_cert_to_id(digest, certificate.x509(), issuer.x509()));
        if (id && OCSP_id_cmp(id.get(), OCSP_SINGLERESP_get0_id(part)) == 0)
            return part;
    }
    return nullptr;
}

/// Whether it is the authority itself, if by another of its certificates.
bool is_issuer(const Certificate& responder, const Certificate& issuer) {
    return X509_NAME_cmp(X509_get_subject_name(responder.x509()), X509_get_subject_name(issuer.x509())) ==
               0 &&
           responder.subject_public_key_info() == issuer.subject_public_key_info();
}

/// Whether `issuer` itself certified `responder` to answer (RFC 6960 section 4.2.2.2), directly.
bool is_delegate(const Certificate& responder, const Certificate& issuer) {
    const std::uint32_t flags = X509_get_extension_flags(responder.x509());
    const std::uint32_t usage = X509_get_key_usage(responder.x509());
    EVP_PKEY* key = X509_get0_pubkey(issuer.x509());
    // Usages are all bits without the extension.
    return (flags & EXFLAG_XKUSAGE) != 0 &&
           (X509_get_extended_key_usage(responder.x509()) & XKU_OCSP_SIGN) != 0 &&
           (usage & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) != 0 && key != nullptr &&
           X509_verify(responder.x509(), key) == 1;
}

/// Who signed the response, if `issuer` did or whom it certified to answer; else none.
std::optional<Certificate> responder_of(OCSP_BASICRESP& response, const Certificate& issuer, std::int64_t at,
                                        bool legacy) {
    const X509StorePtr store(X509_STORE_new());
    const X509StackPtr certificates(sk_X509_new_null());
    require_openssl(store && certificates && X509_STORE_add_cert(store.get(), issuer.x509()) == 1 &&
                        sk_X509_push(certificates.get(), issuer.x509()) > 0 &&
                        X509_STORE_set_flags(store.get(), X509_V_FLAG_PARTIAL_CHAIN) == 1,
                    "cannot check an OCSP response");
    X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store.get()), static_cast<std::time_t>(at));
    X509* signer = nullptr;
    if (OCSP_basic_verify(&response, certificates.get(), store.get(), 0) != 1 ||
        OCSP_resp_get0_signer(&response, &signer, certificates.get()) != 1)
        return std::nullopt;
    Certificate responder = Certificate::share(*signer);
    if (!is_issuer(responder, issuer) && !is_delegate(responder, issuer))
        return std::nullopt;
    // On the signature over an authority's own certificate nothing depends: the path leads to its key.
    const std::vector<Certificate> signers =
        is_issuer(responder, issuer) ? std::vector{issuer} : std::vector{responder, issuer};
    if (!legacy &&
        (has_weak_hash(*OCSP_resp_get0_tbs_sigalg(&response)) || !weak_algorithms(signers).empty()))
        return std::nullopt;
    return responder;
}

/// Why `responder` may not tell of `certificate`; empty if it may.
std::string trouble_with(const Certificate& responder, const Certificate& certificate,
                         const Certificate& issuer, const JudgedTime& at, const ResponderCheck& check) {
    if (is_issuer(responder, issuer))
        return {};
    if (X509_cmp(responder.x509(), certificate.x509()) == 0)
        return "the OCSP responder answers about itself";
    const bool is_asked = X509_get_ext_by_NID(responder.x509(), NID_id_pkix_OCSP_noCheck, -1) < 0;
    if (is_asked && check && !check(responder, at))
        return "the certificate of the OCSP responder may have been revoked";
    return {};
}

/// A responder may add the extension as a CRL does (RFC 6960 section 4.4.5).
X509_EXTENSION* invalidity_date_of(OCSP_SINGLERESP& part) {
    return OCSP_SINGLERESP_get_ext(&part, OCSP_SINGLERESP_get_ext_by_NID(&part, NID_invalidity_date, -1));
}

bool is_current(std::int64_t issued, std::optional<std::int64_t> next, std::int64_t at) {
    return issued <= at + clock_skew && next.value_or(issued + day_without_next_update) >= at - clock_skew;
}

CertificateRevocation status_of(OCSP_BASICRESP& response, const Certificate& certificate,
                                const Certificate& issuer, const JudgedTime& at, bool legacy,
                                const ResponderCheck& check) {
    OCSP_SINGLERESP* part = part_about(response, certificate, issuer);
    if (part == nullptr)
        return unknown("the OCSP response is about another certificate");
    ASN1_GENERALIZEDTIME* revoked = nullptr;
    ASN1_GENERALIZEDTIME* this_update = nullptr;
    ASN1_GENERALIZEDTIME* next_update = nullptr;
    int reason_number = OCSP_REVOKED_STATUS_NOSTATUS;
    const int status = OCSP_single_get0_status(part, &reason_number, &revoked, &this_update, &next_update);
    const auto issued = seconds_of(this_update);
    const auto next = seconds_of(next_update);
    if (!issued || (next_update != nullptr && !next))
        return unknown("the OCSP response has no time that can be read");
    const auto now = static_cast<std::int64_t>(std::time(nullptr));
    const bool of_the_past = at.source != TimeSource::now;
    if (!is_current(*issued, next, at.seconds) && !(of_the_past && is_current(*issued, next, now)))
        return unknown("the OCSP response is out of date");
    if (*issued > certificate.not_after())
        return unknown("the OCSP response was made after the certificate expired");
    // The responder need not have been one yet at the time that is judged.
    const std::int64_t signed_at = of_the_past ? std::min(now, std::max(at.seconds, *issued)) : at.seconds;
    const auto responder = responder_of(response, issuer, signed_at, legacy);
    if (!responder)
        return unknown("the OCSP response is not signed by somebody who may");
    if (const std::string trouble =
            trouble_with(*responder, certificate, issuer, {signed_at, at.source}, check);
        !trouble.empty())
        return unknown(trouble);
    if (status == V_OCSP_CERTSTATUS_GOOD)
        return {RevocationStatus::good, "ocsp", ""};
    if (status != V_OCSP_CERTSTATUS_REVOKED)
        return unknown("the OCSP responder does not know it");
    return as_of(at, {RevocationStatus::revoked, "ocsp", "",
                      revoked_since(revoked, invalidity_date_of(*part)), revocation_reason(reason_number)});
}

}  // namespace

std::vector<std::string> ocsp_urls(const Certificate& certificate) {
    std::vector<std::string> urls;
    const AuthorityInfoAccessPtr access(static_cast<AUTHORITY_INFO_ACCESS*>(
        X509_get_ext_d2i(certificate.x509(), NID_info_access, nullptr, nullptr)));
    for (int i = 0; i < sk_ACCESS_DESCRIPTION_num(access.get()) && urls.size() < max_urls; ++i) {
        const ACCESS_DESCRIPTION* description = sk_ACCESS_DESCRIPTION_value(access.get(), i);
        if (OBJ_obj2nid(description->method) != NID_ad_OCSP || description->location->type != GEN_URI)
            continue;
        std::string url(as_text(asn1::view_of(*description->location->d.uniformResourceIdentifier)));
        if (url.starts_with("http://") && url.size() <= max_url_length)
            urls.push_back(std::move(url));
    }
    ERR_clear_error();
    return urls;
}

OcspQuestion::OcspQuestion(const Certificate& certificate, const Certificate& issuer)
    : m_request(OCSP_REQUEST_new()) {
    // SHA-1 is what every responder understands (RFC 5019 section 2.1.1); nothing depends on its strength.
    OcspCertIdPtr id(OCSP_cert_to_id(EVP_sha1(), certificate.x509(), issuer.x509()));
    require_openssl(m_request && id, "cannot make an OCSP request");
    unsigned char* der = nullptr;
    const int size = i2d_OCSP_CERTID(id.get(), &der);
    require_openssl(size > 0, "cannot make an OCSP request");
    const OpensslMemoryPtr<char> digits(OPENSSL_buf2hexstr(der, size), {0});
    OPENSSL_free(der);
    require_openssl(digits != nullptr, "cannot make an OCSP request");
    m_name = digits.get();
    require_openssl(OCSP_request_add0_id(m_request.get(), id.get()) != nullptr,
                    "cannot make an OCSP request");
    (void)id.release();
    constexpr int nonce_size = 16;
    require_openssl(OCSP_request_add1_nonce(m_request.get(), nullptr, nonce_size) == 1,
                    "cannot make an OCSP request");
}

Bytes OcspQuestion::der() const {
    unsigned char* der = nullptr;
    const int size = i2d_OCSP_REQUEST(m_request.get(), &der);
    require_openssl(size > 0, "cannot make an OCSP request");
    Bytes bytes(der, der + size);
    OPENSSL_free(der);
    return bytes;
}

CertificateRevocation status_by_ocsp(BytesView response, const Certificate& certificate,
                                     const Certificate& issuer, const JudgedTime& at, bool legacy,
                                     const OcspQuestion* question, const ResponderCheck& check) {
    const OcspBasicRespPtr basic = parse_response(response);
    CertificateRevocation status = unknown("what should be an OCSP response is none");
    // 0: they differ. Responders that sign in advance cannot repeat it.
    constexpr int nonce_differs = 0;
    if (basic && question != nullptr &&
        OCSP_check_nonce(const_cast<OCSP_REQUEST*>(&question->request()), basic.get()) == nonce_differs)
        status = unknown("the OCSP response answers another question");
    else if (basic)
        status = status_of(*basic, certificate, issuer, at, legacy, check);
    ERR_clear_error();
    return status;
}

}  // namespace signet::cms
