#include "cms/issuer_and_serial.h"

#include <openssl/asn1.h>
#include <openssl/crypto.h>
#include <openssl/err.h>

#include <string>
#include <vector>

#include "cms/asn1/codec.h"
#include "cms/asn1/der.h"
#include "cms/openssl_ptr.h"

namespace signet::cms {
namespace {

using asn1::Tag;

constexpr unsigned long text_types = B_ASN1_UTF8STRING | B_ASN1_BMPSTRING | B_ASN1_UNIVERSALSTRING |
                                     B_ASN1_PRINTABLESTRING | B_ASN1_T61STRING | B_ASN1_IA5STRING |
                                     B_ASN1_VISIBLESTRING | B_ASN1_NUMERICSTRING;

void free_utf8(unsigned char* text) noexcept {
    OPENSSL_free(text);
}

Bytes comparable_value(const ASN1_STRING& value) {
    const int type = ASN1_STRING_type(&value);
    const BytesView octets = asn1::view_of(value);
    if ((ASN1_tag2bit(type) & text_types) == 0)
        return asn1::tlv(static_cast<Tag>(type), {octets});
    unsigned char* utf8 = nullptr;
    const int size = ASN1_STRING_to_UTF8(&utf8, &value);
    const OpensslPtr<unsigned char, free_utf8> owned(utf8);
    if (size < 0)
        ERR_clear_error();
    return asn1::tlv(Tag::utf8_string, {size < 0 ? octets : BytesView(utf8, static_cast<std::size_t>(size))});
}

Bytes comparable_name(const X509_NAME& name) {
    // RDNSequence ::= SEQUENCE OF RelativeDistinguishedName, a SET OF AttributeTypeAndValue
    //                                                                               RFC 5280 section 4.1.2.4
    Bytes sequence;
    std::vector<Bytes> attributes;
    const int count = X509_NAME_entry_count(&name);
    for (int i = 0; i < count; ++i) {
        const X509_NAME_ENTRY* entry = X509_NAME_get_entry(&name, i);
        attributes.push_back(asn1::tlv(Tag::sequence, {asn1::encode(*X509_NAME_ENTRY_get_object(entry)),
                                                       comparable_value(*X509_NAME_ENTRY_get_data(entry))}));
        if (i + 1 < count &&
            X509_NAME_ENTRY_set(X509_NAME_get_entry(&name, i + 1)) == X509_NAME_ENTRY_set(entry))
            continue;
        asn1::append(sequence, asn1::set_of(Tag::set, {attributes.begin(), attributes.end()}));
        attributes.clear();
    }
    return asn1::tlv(Tag::sequence, {sequence});
}

}  // namespace

Bytes comparable_issuer_and_serial(const X509_NAME& issuer, const ASN1_INTEGER& serial) {
    return asn1::tlv(Tag::sequence, {comparable_name(issuer), asn1::encode(serial)});
}

Bytes comparable_issuer_and_serial(const Certificate& certificate) {
    return comparable_issuer_and_serial(*X509_get_issuer_name(certificate.x509()),
                                        *X509_get0_serialNumber(certificate.x509()));
}

}  // namespace signet::cms
