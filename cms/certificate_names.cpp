// The names in a certificate, as people read them.
#include "cms/asn1/codec.h"
#include "cms/certificate.h"
#include "cms/error.h"
#include "cms/openssl_error.h"

#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

namespace signet::cms {
namespace {

constexpr std::size_t max_email_size = 512;

bool is_control(unsigned char c) noexcept {
    return c < 0x20 || c == 0x7F;
}

/// An address that ends early for one reader and late for another (an embedded NUL) names nobody.
bool is_plausible_email(std::string_view text) noexcept {
    return !text.empty() && text.size() <= max_email_size &&
           std::none_of(text.begin(), text.end(),
                        [](char c) { return is_control(static_cast<unsigned char>(c)); });
}

void add_email(std::vector<std::string>& emails, std::string_view text) {
    if (is_plausible_email(text) && std::find(emails.begin(), emails.end(), text) == emails.end())
        emails.emplace_back(text);
}

/// The text of rfc822Name, or of SmtpUTF8Mailbox: otherName id-on-SmtpUTF8Mailbox, UTF8String (RFC 9598
/// section 3).
std::string_view email_of(const GENERAL_NAME& name) {
    int type = 0;
    const void* value = GENERAL_NAME_get0_value(&name, &type);
    if (type == GEN_EMAIL)
        return as_text(asn1::view_of(*static_cast<const ASN1_IA5STRING*>(value)));
    if (type != GEN_OTHERNAME)
        return {};
    const auto& other = *static_cast<const OTHERNAME*>(value);
    if (OBJ_obj2nid(other.type_id) != NID_id_on_SmtpUTF8Mailbox || other.value == nullptr ||
        other.value->type != V_ASN1_UTF8STRING)
        return {};
    return as_text(asn1::view_of(*other.value->value.utf8string));
}

/// OpenSSL escapes what ASCII calls control characters; U+0080 to U+009F steer terminals as well.
std::string escape_c1_controls(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
        if (text[i] != '\xC2' || next < 0x80 || next > 0x9F) {
            out += text[i];
            continue;
        }
        std::array<char, 8> escaped{};
        std::snprintf(escaped.data(), escaped.size(), "\\C2\\%02X", next);
        out += escaped.data();
        ++i;
    }
    return out;
}

}  // namespace

std::string Certificate::subject() const {
    const BioPtr bio(BIO_new(BIO_s_mem()));
    require_openssl(bio != nullptr, "cannot print a name");
    constexpr unsigned long flags = XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB);
    if (X509_NAME_print_ex(bio.get(), X509_get_subject_name(x509()), 0, flags) < 0) {
        ERR_clear_error();
        throw Error(ErrorCode::malformed, "a certificate with a malformed subject");
    }
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &text);
    return escape_c1_controls({text, static_cast<std::size_t>(size)});
}

std::vector<std::string> Certificate::email_addresses() const {
    std::vector<std::string> emails;
    const GeneralNamesPtr names(
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(x509(), NID_subject_alt_name, nullptr, nullptr)));
    ERR_clear_error();
    for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i)
        add_email(emails, email_of(*sk_GENERAL_NAME_value(names.get(), i)));
    if (!emails.empty())
        return emails;

    const X509_NAME* subject_name = X509_get_subject_name(x509());
    int position = -1;
    while ((position = X509_NAME_get_index_by_NID(subject_name, NID_pkcs9_emailAddress, position)) >= 0) {
        const ASN1_STRING* value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject_name, position));
        if (ASN1_STRING_type(value) == V_ASN1_IA5STRING || ASN1_STRING_type(value) == V_ASN1_UTF8STRING ||
            ASN1_STRING_type(value) == V_ASN1_PRINTABLESTRING)
            add_email(emails, as_text(asn1::view_of(*value)));
    }
    return emails;
}

}  // namespace signet::cms
