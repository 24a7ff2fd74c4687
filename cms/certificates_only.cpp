#include "cms/certificates_only.h"

#include <openssl/objects.h>

#include <utility>

#include "cms/asn1/der.h"
#include "cms/error.h"
#include "cms/signed_data_reader.h"
#include "cms/signer_certificates.h"

namespace signet::cms {

using asn1::Tag;

// Version 1, no digestAlgorithms, id-data without eContent, the certificates, no signerInfos (RFC 5652
// section 5.1, RFC 8551 section 3.8).
Bytes certificates_only(const std::vector<Certificate>& certificates) {
    if (certificates.empty())
        throw Error(ErrorCode::failed, "no certificates");
    std::vector<Bytes> encoded;
    encoded.reserve(certificates.size());
    for (const Certificate& certificate : certificates)
        encoded.push_back(certificate.der());
    const Bytes content = asn1::tlv(Tag::sequence, {asn1::object_identifier(NID_pkcs7_data)});
    const Bytes data =
        asn1::tlv(Tag::sequence, {asn1::integer(1), asn1::tlv(Tag::set, {}), content,
                                  asn1::set_of(asn1::context(0), {encoded.begin(), encoded.end()}),
                                  asn1::tlv(Tag::set, {})});
    return asn1::tlv(Tag::sequence,
                     {asn1::object_identifier(NID_pkcs7_signed), asn1::tlv(asn1::context(0), {data})});
}

BroughtCertificates certificates_in(ByteSource message) {
    SignedDataReader reader(std::move(message));
    const auto data = reader.read_rest();
    return {certificates_of(*data), asn1::sk_SignerInfo_num(data->signer_infos) > 0};
}

}  // namespace signet::cms
