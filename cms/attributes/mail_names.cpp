#include "cms/attributes/mail_names.h"

#include "cms/asn1/der.h"
#include "cms/error.h"

namespace signet::cms {
namespace {

/// Names of one person, at most: far above any honest one.
constexpr int max_names_of_one = 64;

MailNames mail_names_in(const GENERAL_NAMES& names) {
    if (sk_GENERAL_NAME_num(&names) > max_names_of_one)
        throw Error(ErrorCode::malformed, "a GeneralNames with more than 64 names");
    MailNames addresses;
    for (int i = 0; i < sk_GENERAL_NAME_num(&names); ++i) {
        int type = 0;
        const void* value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(&names, i), &type);
        if (type != GEN_EMAIL)
            continue;
        const std::string_view address = as_text(asn1::view_of(*static_cast<const ASN1_IA5STRING*>(value)));
        if (address.find('\0') != std::string_view::npos)
            throw Error(ErrorCode::malformed, "an rfc822Name with a NUL");
        addresses.emplace_back(address);
    }
    return addresses;
}

}  // namespace

Bytes encode_mail_names(const std::vector<std::string>& addresses) {
    Bytes all;
    for (const std::string& address : addresses) {
        if (!is_mail_name(address))
            throw Error(ErrorCode::failed, "'" + address + "' is no address for an rfc822Name");
        // GeneralName ::= CHOICE { ..., rfc822Name [1] IA5String, ... }           RFC 5280 section 4.2.1.6
        asn1::append(all, asn1::tlv(asn1::Tag::sequence,
                                    {asn1::tlv(asn1::context_primitive(1), {as_bytes(address)})}));
    }
    return all;
}

std::vector<MailNames> read_mail_names(const STACK_OF(GENERAL_NAMES) * names, std::size_t most) {
    const int count = sk_GENERAL_NAMES_num(names);
    if (count < 1 || static_cast<std::size_t>(count) > most)
        throw Error(ErrorCode::malformed, "a list of GeneralNames with a length out of bounds");
    std::vector<MailNames> all;
    all.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i)
        all.push_back(mail_names_in(*sk_GENERAL_NAMES_value(names, i)));
    return all;
}

}  // namespace signet::cms
