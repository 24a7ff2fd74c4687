#include "cms/crl.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>

#include "cms/asn1/codec.h"
#include "cms/error.h"
#include "cms/openssl_error.h"
#include "cms/weak_algorithm.h"

namespace signet::cms {
namespace {

constexpr std::size_t max_urls = 8;
constexpr std::size_t max_url_length = 2048;

using Asn1GeneralizedTimePtr = OpensslPtr<ASN1_GENERALIZEDTIME, ASN1_GENERALIZEDTIME_free>;
using Asn1IntegerPtr = OpensslPtr<ASN1_INTEGER, ASN1_INTEGER_free>;
using CrlDistPointsPtr = OpensslPtr<CRL_DIST_POINTS, CRL_DIST_POINTS_free>;

void add_urls(const GENERAL_NAMES* names, std::vector<std::string>& urls) {
    for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) {
        int type = 0;
        const void* value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names, i), &type);
        if (type != GEN_URI || urls.size() >= max_urls)
            continue;
        const std::string url(as_text(asn1::view_of(*static_cast<const ASN1_STRING*>(value))));
        if (url.starts_with("http://") && url.size() <= max_url_length)
            urls.push_back(url);
    }
}

/// Takes `extension`, which may be null.
std::vector<std::string> urls_in(void* extension) {
    std::vector<std::string> urls;
    const CrlDistPointsPtr points(static_cast<CRL_DIST_POINTS*>(extension));
    for (int i = 0; i < sk_DIST_POINT_num(points.get()); ++i) {
        const DIST_POINT_NAME* name = sk_DIST_POINT_value(points.get(), i)->distpoint;
        if (name != nullptr && name->type == 0)
            add_urls(name->name.fullname, urls);
    }
    ERR_clear_error();
    return urls;
}

Asn1IntegerPtr number_in(const X509_CRL& crl, int nid) {
    Asn1IntegerPtr number(static_cast<ASN1_INTEGER*>(X509_CRL_get_ext_d2i(&crl, nid, nullptr, nullptr)));
    ERR_clear_error();
    return number;
}

bool have_same_extension(const X509_CRL& one, const X509_CRL& other, int nid) {
    const int of_one = X509_CRL_get_ext_by_NID(&one, nid, -1);
    const int of_other = X509_CRL_get_ext_by_NID(&other, nid, -1);
    if (of_one < 0 || of_other < 0)
        return of_one < 0 && of_other < 0;
    return ASN1_OCTET_STRING_cmp(X509_EXTENSION_get_data(X509_CRL_get_ext(&one, of_one)),
                                 X509_EXTENSION_get_data(X509_CRL_get_ext(&other, of_other))) == 0;
}

}  // namespace

X509CrlPtr parse_crl(BytesView der) {
    if (der.size() > max_crl_size)
        throw Error(ErrorCode::malformed, "a CRL of more than 16 MiB");
    const unsigned char* position = der.data();
    X509CrlPtr crl(d2i_X509_CRL(nullptr, &position, static_cast<long>(der.size())));
    ERR_clear_error();
    if (!crl || position != der.data() + der.size())
        throw Error(ErrorCode::malformed, "no CRL, or more than one");
    return crl;
}

std::vector<Bytes> crls_from_pem(std::string_view pem) {
    const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    require_openssl(bio != nullptr, "cannot read PEM");
    std::vector<Bytes> crls;
    for (;;) {
        char* name = nullptr;
        char* header = nullptr;
        unsigned char* data = nullptr;
        long size = 0;
        if (PEM_read_bio(bio.get(), &name, &header, &data, &size) != 1)
            break;
        const std::string_view label = name;
        if (label == PEM_STRING_X509_CRL)
            crls.emplace_back(data, data + size);
        OPENSSL_free(name);
        OPENSSL_free(header);
        OPENSSL_free(data);
    }
    const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    ERR_clear_error();
    if (!at_end)
        throw Error(ErrorCode::malformed, "broken PEM");
    return crls;
}

bool has_weak_hash(const X509_CRL& crl) {
    const X509_ALGOR* algorithm = nullptr;
    X509_CRL_get0_signature(&crl, nullptr, &algorithm);
    return has_weak_hash(*algorithm);
}

std::optional<std::int64_t> seconds_of(const ASN1_TIME* time) {
    std::tm broken_down{};
    if (time == nullptr || ASN1_TIME_to_tm(time, &broken_down) != 1)
        return std::nullopt;
    return static_cast<std::int64_t>(timegm(&broken_down));
}

std::optional<std::int64_t> issued_at(const X509_CRL& crl) {
    return seconds_of(X509_CRL_get0_lastUpdate(&crl));
}

bool is_delta(const X509_CRL& crl) {
    return X509_CRL_get_ext_by_NID(&crl, NID_delta_crl, -1) >= 0;
}

bool have_same_scope(const X509_CRL& one, const X509_CRL& other) {
    return X509_NAME_cmp(X509_CRL_get_issuer(&one), X509_CRL_get_issuer(&other)) == 0 &&
           have_same_extension(one, other, NID_authority_key_identifier) &&
           have_same_extension(one, other, NID_issuing_distribution_point);
}

bool continues(const X509_CRL& delta, const X509_CRL& crl) {
    const auto since = number_in(delta, NID_delta_crl);
    const auto number = number_in(crl, NID_crl_number);
    return since && number && !is_delta(crl) && have_same_scope(delta, crl) &&
           ASN1_INTEGER_cmp(number.get(), since.get()) >= 0;
}

std::optional<std::int64_t> revoked_since(const ASN1_TIME* revocation_date, X509_EXTENSION* invalidity_date) {
    const auto since = seconds_of(revocation_date);
    if (invalidity_date == nullptr || !since)
        return since;
    const Asn1GeneralizedTimePtr invalid(static_cast<ASN1_GENERALIZEDTIME*>(X509V3_EXT_d2i(invalidity_date)));
    const auto invalid_since = seconds_of(invalid.get());
    ERR_clear_error();
    return invalid_since ? std::optional(std::min(*since, *invalid_since)) : std::nullopt;
}

std::vector<std::string> crl_urls(const Certificate& certificate) {
    return urls_in(X509_get_ext_d2i(certificate.x509(), NID_crl_distribution_points, nullptr, nullptr));
}

std::vector<std::string> delta_crl_urls(const Certificate& certificate) {
    return urls_in(X509_get_ext_d2i(certificate.x509(), NID_freshest_crl, nullptr, nullptr));
}

std::vector<std::string> delta_crl_urls(const X509_CRL& crl) {
    return urls_in(X509_CRL_get_ext_d2i(&crl, NID_freshest_crl, nullptr, nullptr));
}

}  // namespace signet::cms
