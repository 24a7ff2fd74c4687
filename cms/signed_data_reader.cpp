#include "cms/signed_data_reader.h"

#include <openssl/objects.h>

#include <algorithm>
#include <utility>

#include "cms/algorithm_identifier.h"
#include "cms/asn1/content_info.h"
#include "cms/error.h"

namespace signet::cms {
namespace {

using asn1::Tag;

constexpr char signed_data_name[] = "SignedData";
constexpr std::uint8_t indefinite_length = 0x80;

void check_signer_infos(const Bytes& set) {
    asn1::BerReader reader(memory_source(set), signed_data_name);
    reader.enter(Tag::set);
    while (!reader.at_end())
        asn1::check_attributes_constructed(reader);
    reader.leave();
}

}  // namespace

// See the grammar in asn1/rfc5652_signed_data.cpp.
SignedDataReader::SignedDataReader(ByteSource source) : m_reader(std::move(source), signed_data_name) {
    if (asn1::enter_content_info(m_reader) != NID_pkcs7_signed)
        throw Error(ErrorCode::malformed, "not a SignedData");
    m_reader.enter(Tag::sequence);
    const Bytes version = m_reader.element(Tag::integer, asn1::max_version_size);
    const Bytes digest_algorithms = m_reader.element(Tag::set, max_digest_algorithms_size);
    read_digest_algorithms(digest_algorithms);
    m_reader.enter(Tag::sequence);
    m_content_type = asn1::read_content_type(m_reader);
    m_has_content = m_reader.next_is(asn1::context(0));

    m_detached = {static_cast<std::uint8_t>(Tag::sequence), indefinite_length};
    asn1::append(m_detached, version);
    asn1::append(m_detached, digest_algorithms);
    asn1::append(m_detached, asn1::tlv(Tag::sequence, {asn1::encode(*m_content_type)}));
}

void SignedDataReader::read_digest_algorithms(const Bytes& set) {
    asn1::BerReader reader(memory_source(set), signed_data_name);
    reader.enter(Tag::set);
    while (!reader.at_end()) {
        const auto identifier = asn1::decode<X509_ALGOR>(reader.element(set.size()), signed_data_name);
        const auto algorithm = read_digest_algorithm(*identifier);
        if (algorithm && std::find(m_digest_algorithms.begin(), m_digest_algorithms.end(), *algorithm) ==
                             m_digest_algorithms.end())
            m_digest_algorithms.push_back(*algorithm);
    }
    reader.leave();
    reader.finish();
}

void SignedDataReader::read_content(const ByteSink& sink) {
    if (!m_has_content || m_content_was_read)
        throw Error(ErrorCode::failed, "a content that is not there, or was read already");
    m_content_was_read = true;
    m_reader.enter(asn1::context(0));
    m_reader.octets(Tag::octet_string, sink);
    m_reader.leave();
}

Bytes SignedDataReader::read_rest_encoded() {
    if (m_has_content && !m_content_was_read)
        read_content([](BytesView) {});
    m_reader.leave();
    asn1::append(m_detached, m_reader.element_if(asn1::context(0), max_certificates_size));
    asn1::append(m_detached, m_reader.element_if(asn1::context(1), max_crls_size));
    const Bytes signer_infos = m_reader.element(Tag::set, max_signer_infos_size);
    check_signer_infos(signer_infos);
    asn1::append(m_detached, signer_infos);
    m_reader.leave();
    asn1::leave_content_info(m_reader);
    m_detached.insert(m_detached.end(), 2, 0);
    return std::exchange(m_detached, {});
}

asn1::ItemPtr<asn1::SignedData> SignedDataReader::read_rest() {
    return asn1::decode<asn1::SignedData>(read_rest_encoded(), signed_data_name);
}

}  // namespace signet::cms
