#include "agent/error.h"
#include "agent/pin/pin_source.h"
#include "agent/provisioning.h"
#include "agent/request_checks.h"
#include "agent/utf8.h"
#include "cms/email_address.h"

#include <algorithm>
#include <string_view>

namespace signet::agent {

namespace {

[[noreturn]] void refuse(const std::string& why) {
    throw Error(protocol::MALFORMED, why, "mend the client");
}

/// A name that people will read and type.
void check_name(std::string_view text, std::size_t longest, const std::string& field) {
    if (text.size() > longest)
        throw Error(protocol::MALFORMED, field + " is longer than " + std::to_string(longest) + " bytes",
                    "shorten it");
    while (!text.empty()) {
        const auto character = first_character(text);
        if (character.size == 0 || is_deceptive(character.value))
            throw Error(protocol::MALFORMED, field + " has a character that does not show",
                        "leave control characters out");
        text.remove_prefix(character.size);
    }
}

/// What the CA/Browser Forum's Baseline Requirements for S/MIME (section 7.1.4.2.2) let a subject of each
/// kind say.
void check_kind(const protocol::RequestCertificate& wanted) {
    const bool has_name =
        !wanted.given_name().empty() || !wanted.surname().empty() || !wanted.common_name().empty();
    const auto unfit = [](const std::string& why) {
        throw Error(protocol::MALFORMED, why, "name what this kind of certificate has");
    };
    switch (wanted.kind()) {
        case protocol::MAILBOX: {
            const auto& emails = wanted.email();
            const bool is_named = !wanted.given_name().empty() || !wanted.surname().empty() ||
                                  !wanted.organisation().empty() || !wanted.country().empty();
            const bool is_address =
                wanted.common_name().empty() ||
                std::find(emails.begin(), emails.end(), wanted.common_name()) != emails.end();
            if (is_named || !is_address)
                unfit("a certificate for an address alone has no name, organisation or country");
            return;
        }
        case protocol::INDIVIDUAL:
            if (!has_name || !wanted.organisation().empty())
                unfit("a certificate for a person has a name, and no organisation");
            return;
        case protocol::SPONSOR:
            if (!has_name || wanted.organisation().empty())
                unfit("a certificate for a person of an organisation has both names");
            return;
        default:
            refuse("the kind of certificate is not known");
    }
}

void check_pin(bool is_there, const std::string& pin) {
    if (is_there && (pin.empty() || pin.size() > pin::max_pin_size))
        refuse("a PIN is empty or too long");
}

}  // namespace

void check_request_certificate(const protocol::Request& request) {
    const auto& wanted = request.request_certificate();
    check_text(wanted.key(), "key");
    if (wanted.email().empty())
        throw Error(protocol::MALFORMED, "there is no e-mail address", "name one at least");
    if (wanted.email_size() > max_request_emails)
        throw Error(protocol::TOO_LARGE,
                    "more than " + std::to_string(max_request_emails) + " e-mail addresses", "name fewer");
    for (const auto& email : wanted.email()) {
        check_name(email, cms::max_email_address, "an e-mail address");
        if (!cms::is_email_address(email))
            throw Error(protocol::MALFORMED, "\"" + email + "\" is no e-mail address",
                        "write it as name@example.org, the domain in its ASCII form");
    }
    check_name(wanted.common_name(), max_request_name, "the common name");
    check_name(wanted.given_name(), max_request_name, "the given name");
    check_name(wanted.surname(), max_request_name, "the surname");
    check_name(wanted.organisation(), max_request_name, "the organisation");
    const auto& country = wanted.country();
    const bool is_code = country.size() == 2 && std::all_of(country.begin(), country.end(),
                                                            [](char c) { return c >= 'A' && c <= 'Z'; });
    if (!country.empty() && !is_code)
        throw Error(protocol::MALFORMED, "the country is no code of two capital letters",
                    "write it as ISO 3166 does");
    check_kind(wanted);
}

void check_import_certificates(const protocol::Request& request) {
    const auto& import = request.import_certificates();
    check_text(import.key(), "key");
    if (import.certificate().empty())
        refuse("there is no certificate");
    if (import.certificate_size() > max_imported)
        throw Error(protocol::TOO_LARGE, "more than " + std::to_string(max_imported) + " certificates",
                    "send the certificate of the key and its chain");
    for (const auto& certificate : import.certificate()) {
        if (certificate.empty() || certificate.size() > max_imported_certificate)
            throw Error(protocol::MALFORMED, "a certificate is empty or larger than 32 KiB");
    }
}

void check_initialise_token(const protocol::Request& request) {
    const auto& initialise = request.initialise_token();
    check_text(initialise.token(), "token");
    if (initialise.label().empty())
        refuse("the token has no label");
    check_name(initialise.label(), max_token_label, "the label");
    // CK_TOKEN_INFO pads it with blanks.
    if (initialise.label().back() == ' ')
        throw Error(protocol::MALFORMED, "the label ends with a blank", "leave it out");
    check_pin(initialise.has_so_pin(), initialise.so_pin());
    check_pin(initialise.has_pin(), initialise.pin());
}

void check_change_pin(const protocol::Request& request) {
    const auto& change = request.change_pin();
    check_text(change.token(), "token");
    check_pin(change.has_old_pin(), change.old_pin());
    check_pin(change.has_new_pin(), change.new_pin());
}

void check_delete_key(const protocol::Request& request) {
    check_text(request.delete_key().key(), "key");
    if (request.delete_key().key().empty())
        refuse("the key to delete is not named");
}

void check_generate_key(const protocol::Request& request) {
    const auto& generate = request.generate_key();
    check_text(generate.token(), "token");
    if (!protocol::KeyAlgorithm_IsValid(generate.algorithm()) ||
        generate.algorithm() == protocol::KEY_UNSPECIFIED)
        refuse("the algorithm of the key is not known");
    if (generate.label().empty())
        refuse("the key has no label");
    check_name(generate.label(), max_label, "the label");
    if (!generate.sign() && !generate.decrypt())
        refuse("the key is for nothing");
    const bool is_rsa = generate.algorithm() == protocol::RSA_2048 ||
                        generate.algorithm() == protocol::RSA_3072 ||
                        generate.algorithm() == protocol::RSA_4096;
    if (!is_rsa && generate.decrypt() && generate.always_authenticate())
        throw Error(
            protocol::MALFORMED,
            "a key on a curve that asks for its PIN at each use decrypts nothing: PKCS#11 has no call for it",
            "make an RSA key for that");
    if (generate.algorithm() == protocol::ED25519 && generate.decrypt())
        throw Error(protocol::MALFORMED, "an Ed25519 key does not decrypt",
                    "make an RSA or P-256 key for that");
}

}  // namespace signet::agent
