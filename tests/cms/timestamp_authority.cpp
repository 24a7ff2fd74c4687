#include "tests/cms/timestamp_authority.h"

#include <openssl/pkcs7.h>
#include <openssl/ts.h>

#include "cms/timestamp.h"
#include "tests/cms/require.h"
#include "tests/cms/test_keys.h"

namespace signet::cms::test {
namespace {

using ContextPtr = OpensslPtr<TS_RESP_CTX, TS_RESP_CTX_free>;
using ResponsePtr = OpensslPtr<TS_RESP, TS_RESP_free>;

ASN1_INTEGER* next_serial(TS_RESP_CTX*, void*) {
    static long last = 0;
    ASN1_INTEGER* serial = ASN1_INTEGER_new();
    require(serial != nullptr && ASN1_INTEGER_set(serial, ++last) == 1);
    return serial;
}

int given_time(TS_RESP_CTX*, void* time, long* seconds, long* microseconds) {
    *seconds = static_cast<long>(*static_cast<std::int64_t*>(time));
    *microseconds = 0;
    return 1;
}

}  // namespace

CertificateRequest timestamp_certificate_request() {
    CertificateRequest request;
    request.common_name = "TSA";
    request.not_before = -86400;
    request.extensions = {{NID_key_usage, "critical,digitalSignature"},
                          {NID_ext_key_usage, "critical,timeStamping"}};
    return request;
}

TimestampAuthority::TimestampAuthority(const CertificateAuthority& root)
    : m_key(test_key(KeyType::rsa2048, 1)),
      m_root(root.certificate()),
      m_certificate(root.issue(m_key, timestamp_certificate_request())) {}

Bytes TimestampAuthority::answer(BytesView request, std::int64_t time) const {
    const ContextPtr context(TS_RESP_CTX_new());
    const Asn1ObjectPtr policy(OBJ_txt2obj("1.3.6.1.4.1.99.7", 1));
    require(context && TS_RESP_CTX_set_signer_cert(context.get(), m_certificate.x509()) == 1 &&
            TS_RESP_CTX_set_signer_key(context.get(), &m_key) == 1 &&
            TS_RESP_CTX_set_signer_digest(context.get(), EVP_sha256()) == 1 &&
            TS_RESP_CTX_set_ess_cert_id_digest(context.get(), EVP_sha256()) == 1 &&
            TS_RESP_CTX_set_def_policy(context.get(), policy.get()) == 1 &&
            TS_RESP_CTX_add_md(context.get(), EVP_sha256()) == 1 &&
            TS_RESP_CTX_add_md(context.get(), EVP_sha512()) == 1);
    TS_RESP_CTX_set_serial_cb(context.get(), next_serial, nullptr);
    TS_RESP_CTX_set_time_cb(context.get(), given_time, &time);
    const BioPtr in(BIO_new_mem_buf(request.data(), static_cast<int>(request.size())));
    const ResponsePtr response(TS_RESP_create_response(context.get(), in.get()));
    require(response != nullptr);
    const int size = i2d_TS_RESP(response.get(), nullptr);
    require(size > 0);
    Bytes der(static_cast<std::size_t>(size));
    unsigned char* position = der.data();
    i2d_TS_RESP(response.get(), &position);
    return der;
}

Bytes TimestampAuthority::stamp(BytesView stamped, std::int64_t time) const {
    const TimestampRequest request = make_timestamp_request(stamped, DigestAlgorithm::sha256);
    const Bytes response = answer(request.der, time);
    const unsigned char* position = response.data();
    const ResponsePtr decoded(d2i_TS_RESP(nullptr, &position, static_cast<long>(response.size())));
    require(decoded != nullptr);
    PKCS7* token = TS_RESP_get_token(decoded.get());
    const int size = i2d_PKCS7(token, nullptr);
    require(size > 0);
    Bytes der(static_cast<std::size_t>(size));
    unsigned char* end = der.data();
    i2d_PKCS7(token, &end);
    return der;
}

}  // namespace signet::cms::test
