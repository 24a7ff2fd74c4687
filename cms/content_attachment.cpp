#include "cms/content_attachment.h"

#include <openssl/objects.h>

#include <utility>
#include <vector>

#include "cms/asn1/content_info.h"
#include "cms/error.h"
#include "cms/signed_data_builder.h"
#include "cms/signed_data_reader.h"

namespace signet::cms {
namespace {

using asn1::Tag;

// See the grammars in asn1/content_info.cpp and asn1/rfc5652_signed_data.cpp.
std::vector<asn1::Enclosure> around_content(BytesView detached) {
    asn1::BerReader reader(memory_source(detached), "SignedData");
    if (asn1::enter_content_info(reader) != NID_pkcs7_signed)
        throw Error(ErrorCode::malformed, "not a SignedData");
    reader.enter(Tag::sequence);
    Bytes before = reader.element(Tag::integer, asn1::max_version_size);
    asn1::append(before, reader.element(Tag::set, max_digest_algorithms_size));
    reader.enter(Tag::sequence);
    const Bytes content_type = asn1::encode(*asn1::read_content_type(reader));
    if (!reader.at_end())
        throw Error(ErrorCode::malformed, "a SignedData that has a content already");
    reader.leave();
    Bytes after = reader.element_if(asn1::context(0), max_certificates_size);
    asn1::append(after, reader.element_if(asn1::context(1), max_crls_size));
    asn1::append(after, reader.element(Tag::set, max_signer_infos_size));
    reader.leave();
    asn1::leave_content_info(reader);
    return {{Tag::sequence, asn1::object_identifier(NID_pkcs7_signed)},
            {asn1::context(0)},
            {Tag::sequence, std::move(before), std::move(after)},
            {Tag::sequence, content_type},
            {asn1::context(0)}};
}

}  // namespace

ContentAttachment::ContentAttachment(BytesView detached, std::optional<std::uint64_t> content_size,
                                     ByteSink message)
    : m_writer(std::move(message), around_content(detached), Tag::octet_string, content_size) {}

Bytes attach_content(BytesView detached, BytesView content) {
    Bytes message;
    message.reserve(detached.size() + content.size() + 64);
    ContentAttachment attachment(detached, content.size(), appending_to(message));
    attachment.update(content);
    attachment.finish();
    return message;
}

}  // namespace signet::cms
