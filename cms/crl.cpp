#include "cms/crl.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <ctime>

#include "cms/asn1/codec.h"
#include "cms/error.h"
#include "cms/openssl_error.h"
#include "cms/weak_algorithm.h"

namespace signet::cms {
namespace {

constexpr std::size_t max_urls = 8;
constexpr std::size_t max_url_length = 2048;

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

std::vector<std::string> urls_in(const Certificate& certificate, int extension) {
    std::vector<std::string> urls;
    const CrlDistPointsPtr points(
        static_cast<CRL_DIST_POINTS*>(X509_get_ext_d2i(certificate.x509(), extension, nullptr, nullptr)));
    for (int i = 0; i < sk_DIST_POINT_num(points.get()); ++i) {
        const DIST_POINT_NAME* name = sk_DIST_POINT_value(points.get(), i)->distpoint;
        if (name != nullptr && name->type == 0)
            add_urls(name->name.fullname, urls);
    }
    ERR_clear_error();
    return urls;
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

std::vector<std::string> crl_urls(const Certificate& certificate) {
    return urls_in(certificate, NID_crl_distribution_points);
}

std::vector<std::string> delta_crl_urls(const Certificate& certificate) {
    return urls_in(certificate, NID_freshest_crl);
}

}  // namespace signet::cms
