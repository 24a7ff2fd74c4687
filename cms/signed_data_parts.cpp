#include "cms/signed_data_parts.h"

#include <openssl/objects.h>

#include "cms/asn1/ber_reader.h"
#include "cms/asn1/content_info.h"
#include "cms/error.h"
#include "cms/signed_data_version.h"

namespace signet::cms {
namespace {

using asn1::Tag;

constexpr char parts_name[] = "SignedData";

std::vector<Bytes> elements_of(const Bytes& set, Tag tag) {
    std::vector<Bytes> elements;
    if (set.empty())
        return elements;
    asn1::BerReader reader(memory_source(set), parts_name);
    reader.enter(tag);
    while (!reader.at_end())
        elements.push_back(reader.element(set.size()));
    reader.leave();
    reader.finish();
    return elements;
}

Bytes set_of(Tag tag, const std::vector<Bytes>& elements) {
    return asn1::set_of(tag, {elements.begin(), elements.end()});
}

void append_all(std::vector<Bytes>& to, const std::vector<Bytes>& from) {
    to.insert(to.end(), from.begin(), from.end());
}

}  // namespace

// See the grammar in asn1/rfc5652_signed_data.cpp.
SignedDataParts read_parts(SignedDataReader& reader) {
    SignedDataParts parts;
    const Bytes encoded = reader.read_rest_encoded();
    // That all of it is a SignedData and no element another one.
    static_cast<void>(asn1::decode<asn1::SignedData>(encoded, parts_name));
    asn1::BerReader rest(memory_source(encoded), parts_name);
    rest.enter(Tag::sequence);
    static_cast<void>(rest.element(Tag::integer, asn1::max_version_size));
    parts.digest_algorithms = elements_of(rest.element(Tag::set, max_digest_algorithms_size), Tag::set);
    rest.enter(Tag::sequence);
    parts.content_type = asn1::encode(*asn1::read_content_type(rest));
    rest.leave();
    parts.certificates =
        elements_of(rest.element_if(asn1::context(0), max_certificates_size), asn1::context(0));
    parts.crls = elements_of(rest.element_if(asn1::context(1), max_crls_size), asn1::context(1));
    parts.signer_infos = elements_of(rest.element(Tag::set, max_signer_infos_size), Tag::set);
    rest.leave();
    rest.finish();
    return parts;
}

SignedDataParts read_parts(BytesView signed_data) {
    SignedDataReader reader(memory_source(signed_data));
    return read_parts(reader);
}

Bytes detached_signed_data(const SignedDataParts& parts) {
    const Bytes certificates =
        parts.certificates.empty() ? Bytes() : set_of(asn1::context(0), parts.certificates);
    const Bytes crls = parts.crls.empty() ? Bytes() : set_of(asn1::context(1), parts.crls);
    const auto of_version = [&](std::int32_t version) {
        return asn1::tlv(Tag::sequence, {asn1::integer(static_cast<std::uint32_t>(version)),
                                         set_of(Tag::set, parts.digest_algorithms),
                                         asn1::tlv(Tag::sequence, {parts.content_type}), certificates, crls,
                                         set_of(Tag::set, parts.signer_infos)});
    };
    const auto of_any_version = asn1::decode<asn1::SignedData>(of_version(1), parts_name);
    const Bytes signed_data = of_version(version_by_fields(*of_any_version));
    return asn1::tlv(Tag::sequence,
                     {asn1::object_identifier(NID_pkcs7_signed), asn1::tlv(asn1::context(0), {signed_data})});
}

void merge(SignedDataParts& parts, const SignedDataParts& more) {
    if (parts.content_type != more.content_type)
        throw Error(ErrorCode::malformed, "signers of another content type");
    append_all(parts.digest_algorithms, more.digest_algorithms);
    append_all(parts.certificates, more.certificates);
    append_all(parts.crls, more.crls);
    append_all(parts.signer_infos, more.signer_infos);
}

}  // namespace signet::cms
