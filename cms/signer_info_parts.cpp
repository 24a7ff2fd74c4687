#include "cms/signer_info_parts.h"

#include <openssl/objects.h>

#include <vector>

#include "cms/algorithm_identifier.h"
#include "cms/asn1/ber_reader.h"
#include "cms/asn1/rfc5652_signed_data.h"
#include "cms/signer_certificates.h"

namespace signet::cms {
namespace {

using asn1::Tag;

constexpr char signer_info_name[] = "SignerInfo";

asn1::ItemPtr<asn1::SignerInfo> decode(BytesView signer_info) {
    return asn1::decode<asn1::SignerInfo>(signer_info, signer_info_name);
}

// See the grammar in asn1/rfc5652_signed_data.cpp.
Bytes with_unsigned_attribute(BytesView signer_info, int type, BytesView value) {
    static_cast<void>(decode(signer_info));
    Bytes before;
    std::vector<Bytes> attributes{
        asn1::tlv(Tag::sequence, {asn1::object_identifier(type), asn1::tlv(Tag::set, {value})})};
    asn1::BerReader reader(memory_source(signer_info), signer_info_name);
    reader.enter(Tag::sequence);
    while (!reader.at_end() && !reader.next_is(asn1::context(1)))
        asn1::append(before, reader.element(signer_info.size()));
    if (!reader.at_end()) {
        reader.enter(asn1::context(1));
        while (!reader.at_end())
            attributes.push_back(reader.element(signer_info.size()));
        reader.leave();
    }
    reader.leave();
    reader.finish();
    return asn1::tlv(Tag::sequence,
                     {before, asn1::set_of(asn1::context(1), {attributes.begin(), attributes.end()})});
}

}  // namespace

Bytes signer_identifier_of(BytesView signer_info) {
    const auto info = decode(signer_info);
    if (info->sid->type == asn1::SignerIdentifier::is_issuer_and_serial_number)
        return asn1::encode(*info->sid->d.issuer_and_serial_number);
    return asn1::tlv(asn1::context_primitive(0), {asn1::view_of(*info->sid->d.subject_key_identifier)});
}

bool names_signer(BytesView signer_info, const Certificate& certificate) {
    return !named_by(*decode(signer_info)->sid, {certificate}).empty();
}

Bytes signature_of(BytesView signer_info) {
    const auto info = decode(signer_info);
    const BytesView signature = asn1::view_of(*info->signature);
    return {signature.begin(), signature.end()};
}

std::optional<DigestAlgorithm> digest_algorithm_of(BytesView signer_info) {
    return read_digest_algorithm(*decode(signer_info)->digest_algorithm);
}

Bytes with_timestamp(BytesView signer_info, BytesView token) {
    return with_unsigned_attribute(signer_info, NID_id_smime_aa_timeStampToken, token);
}

Bytes with_countersignature(BytesView signer_info, BytesView countersignature) {
    return with_unsigned_attribute(signer_info, NID_pkcs9_countersignature, countersignature);
}

}  // namespace signet::cms
