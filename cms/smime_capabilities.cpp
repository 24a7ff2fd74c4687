#include "cms/smime_capabilities.h"

#include <algorithm>
#include <string>

#include "cms/algorithm_identifier.h"
#include "cms/asn1/codec.h"
#include "cms/asn1/rfc8551.h"
#include "cms/error.h"

namespace signet::cms {
namespace {

// RFC 3565 section 4.1 and RFC 5084 section 3.2 have parameters for a message, not for a capability.
bool has_no_parameters(const asn1::SMIMECapability& capability) noexcept {
    return capability.parameters == nullptr || capability.parameters->type == V_ASN1_NULL;
}

bool contains(const std::vector<ContentCipher>& ciphers, ContentCipher cipher) {
    return std::find(ciphers.begin(), ciphers.end(), cipher) != ciphers.end();
}

}  // namespace

std::vector<ContentCipher> parse_smime_capabilities(BytesView der) {
    constexpr const char* what = "S/MIME capabilities";
    if (der.size() > max_smime_capabilities_size)
        throw Error(ErrorCode::malformed, "S/MIME capabilities above 16 KiB");
    const auto capabilities = asn1::decode<asn1::SMIMECapabilities>(der, what);
    const int count = sk_SMIMECapability_num(capabilities.get());
    if (count > static_cast<int>(max_smime_capabilities))
        throw Error(ErrorCode::malformed, "more than 256 S/MIME capabilities");
    // OpenSSL reads BER; a certificate is DER.
    if (!std::ranges::equal(asn1::encode(*capabilities), der))
        throw Error(ErrorCode::malformed, std::string("malformed ") + what);

    std::vector<ContentCipher> ciphers;
    for (int i = 0; i < count; ++i) {
        const asn1::SMIMECapability& capability = *sk_SMIMECapability_value(capabilities.get(), i);
        const auto cipher = cipher_from_oid(object_text(*capability.capability_id));
        if (cipher && is_written(*cipher) && has_no_parameters(capability) && !contains(ciphers, *cipher))
            ciphers.push_back(*cipher);
    }
    return ciphers;
}

std::optional<std::vector<ContentCipher>> content_ciphers_of(const Certificate& certificate) {
    const X509* x509 = certificate.x509();
    const int place = X509_get_ext_by_NID(x509, NID_SMIMECapabilities, -1);
    if (place < 0)
        return std::nullopt;
    const auto refuse = [&](const std::string& why) {
        throw Error(ErrorCode::malformed, "the certificate of " + certificate.subject() + ": " + why);
    };
    if (X509_get_ext_by_NID(x509, NID_SMIMECapabilities, place) >= 0)
        refuse("S/MIME capabilities twice");
    try {
        return parse_smime_capabilities(asn1::view_of(*X509_EXTENSION_get_data(X509_get_ext(x509, place))));
    } catch (const Error& error) {
        refuse(error.what());
    }
    return std::nullopt;
}

ContentCipher content_cipher_for(const std::vector<Certificate>& recipients) {
    // The best first.
    std::vector<ContentCipher> common{ContentCipher::aes256_gcm, ContentCipher::aes192_gcm,
                                      ContentCipher::aes128_gcm, ContentCipher::chacha20_poly1305,
                                      ContentCipher::aes256_cbc, ContentCipher::aes192_cbc,
                                      ContentCipher::aes128_cbc};
    for (const Certificate& recipient : recipients) {
        const auto listed = content_ciphers_of(recipient);
        if (!listed)
            continue;
        std::erase_if(common, [&](ContentCipher cipher) { return !contains(*listed, cipher); });
        if (common.empty())
            throw Error(ErrorCode::unsupported,
                        "the certificate of " + recipient.subject() +
                            (listed->empty() ? " lists no content cipher that is supported"
                                             : " lists no content cipher that the others list too"));
    }
    return common.front();
}

}  // namespace signet::cms
