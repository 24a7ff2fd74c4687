#include "cms/attributes/receipt_request.h"

#include "cms/algorithm_identifier.h"
#include "cms/asn1/der.h"
#include "cms/asn1/rfc2634.h"
#include "cms/attributes/content_attributes.h"
#include "cms/error.h"

namespace signet::cms {
namespace {

using asn1::Tag;

const std::string id_aa_receipt_request = "1.2.840.113549.1.9.16.2.1";
const std::string id_aa_msg_sig_digest = "1.2.840.113549.1.9.16.2.5";

std::vector<std::string> first_addresses(const std::vector<MailNames>& names, std::size_t most) {
    if (names.empty() || names.size() > most)
        throw Error(ErrorCode::failed, "a receipt request with a number of names out of bounds");
    std::vector<std::string> addresses;
    addresses.reserve(names.size());
    for (const MailNames& one : names)
        addresses.push_back(one.empty() ? std::string() : one.front());
    return addresses;
}

Bytes encode_receipts_from(const ReceiptRequest& request) {
    if (request.from == ReceiptsFrom::listed)
        return asn1::tlv(asn1::context(1),
                         {encode_mail_names(first_addresses(request.listed, max_receipts_from))});
    const std::uint8_t number = request.from == ReceiptsFrom::first_tier ? 1 : 0;
    return asn1::tlv(asn1::context_primitive(0), {BytesView(&number, 1)});
}

void read_receipts_from(const asn1::ReceiptsFrom& from, ReceiptRequest& request) {
    if (from.type == asn1::ReceiptsFrom::is_receipt_list) {
        request.from = ReceiptsFrom::listed;
        request.listed = read_mail_names(from.d.receipt_list, max_receipts_from);
        return;
    }
    std::int64_t number = -1;
    if (ASN1_INTEGER_get_int64(&number, from.d.all_or_first_tier) != 1 || number < 0 || number > 1)
        throw Error(ErrorCode::malformed, "a receipt request to nobody that RFC 2634 knows");
    request.from = number == 1 ? ReceiptsFrom::first_tier : ReceiptsFrom::all;
}

Bytes copy_of(const ASN1_STRING& string) {
    const BytesView view = asn1::view_of(string);
    return {view.begin(), view.end()};
}

}  // namespace

// See the grammar in asn1/rfc2634.cpp.
Bytes receipt_request_attribute(const ReceiptRequest& request) {
    const Bytes identifier = asn1::tlv(Tag::octet_string, {request.content_identifier});
    const Bytes to =
        asn1::tlv(Tag::sequence, {encode_mail_names(first_addresses(request.to, max_receipts_to))});
    return attribute(id_aa_receipt_request,
                     asn1::tlv(Tag::sequence, {identifier, encode_receipts_from(request), to}));
}

std::optional<ReceiptRequest> receipt_request_in(const SignedAttributeSet& attributes) {
    const auto value = attributes.value(id_aa_receipt_request);
    if (!value)
        return std::nullopt;
    const auto request = asn1::decode<asn1::ReceiptRequest>(*value, "receiptRequest");
    ReceiptRequest read;
    read.content_identifier = copy_of(*request->signed_content_identifier);
    if (read.content_identifier.size() > max_content_identifier_size)
        throw Error(ErrorCode::malformed, "a contentIdentifier above 1 KiB");
    read_receipts_from(*request->receipts_from, read);
    read.to = read_mail_names(request->receipts_to, max_receipts_to);
    return read;
}

Bytes encode_receipt(const Receipt& receipt) {
    return asn1::tlv(Tag::sequence, {asn1::integer(1), asn1::object_identifier(receipt.content_type),
                                     asn1::tlv(Tag::octet_string, {receipt.content_identifier}),
                                     asn1::tlv(Tag::octet_string, {receipt.signature})});
}

Receipt parse_receipt(BytesView der) {
    const auto receipt = asn1::decode<asn1::Receipt>(der, "Receipt");
    if (receipt->version != 1)
        throw Error(ErrorCode::malformed, "a Receipt of another version than 1");
    return {object_text(*receipt->content_type), copy_of(*receipt->signed_content_identifier),
            copy_of(*receipt->originator_signature_value)};
}

// MsgSigDigest ::= OCTET STRING                                                   RFC 2634 section 2.10
Bytes msg_sig_digest_attribute(BytesView digest) {
    return attribute(id_aa_msg_sig_digest, asn1::tlv(Tag::octet_string, {digest}));
}

std::optional<Bytes> msg_sig_digest_in(const SignedAttributeSet& attributes) {
    return attributes.octets(id_aa_msg_sig_digest);
}

}  // namespace signet::cms
