#include "client/agent_connection.h"
#include "client/commands/cms_commands.h"
#include "client/commands/command_options.h"
#include "client/output_file.h"
#include "cms/pem.h"

namespace signet::client::commands {

namespace {

using agent::protocol::CertificateKind;

/// The kind that what is given makes up.
CertificateKind kind_of(const CommandOptions& options, const CertificateRequest& request) {
    const bool has_name =
        !request.common_name.empty() || !request.given_name.empty() || !request.surname.empty();
    if (!request.organisation.empty() && !has_name)
        throw options.usage_error("an organisation is given, but no name of a person");
    if (!request.country.empty() && !has_name)
        throw options.usage_error("a country is given, but no name of a person");
    if (!has_name)
        return CertificateKind::MAILBOX;
    return request.organisation.empty() ? CertificateKind::INDIVIDUAL : CertificateKind::SPONSOR;
}

}  // namespace

ExitStatus token_csr(const Arguments& arguments) {
    CommandOptions options(
        "token csr", "-e ADDRESS [-e ADDRESS]... [-k KEY] [OPTION]... [-o OUT]",
        "Makes a certification request (PKCS#10, PEM) for an S/MIME certificate, signed by a key on\n"
        "a token, and prints it. Say what the certificate is to hold: addresses alone; addresses\n"
        "and a person's name; or these and an organisation.");
    options.values("email,e", "ADDRESS", "an e-mail address that the certificate is for")
        .value(
            "key,k", "KEY",
            "label or pkcs11: URI of the key; can be left out if only one has no certificate. An identity is "
            "asked for a new certificate by its address, fingerprint, label or URI")
        .value("given-name", "NAME", "the person's given name")
        .value("surname", "NAME", "the person's surname")
        .value("name", "NAME", "the person's common name; given name and surname if it is not given")
        .value("organisation", "NAME", "the organisation that the person belongs to")
        .value("country", "CODE", "two capital letters (ISO 3166)")
        .flag("der", "write DER")
        .value("output,o", "OUT", "write there instead of to standard output");
    const auto parsed = options.parse(arguments, 0, 0);
    if (!parsed)
        return ExitStatus::done;
    CertificateRequest request;
    request.key = parsed->text("key");
    request.emails = parsed->list("email");
    if (request.emails.empty())
        throw options.usage_error("no e-mail address is given (-e)");
    request.common_name = parsed->text("name");
    request.given_name = parsed->text("given-name");
    request.surname = parsed->text("surname");
    request.organisation = parsed->text("organisation");
    request.country = parsed->text("country");
    request.kind = kind_of(options, request);

    const cms::Bytes made = AgentConnection(parsed->socket()).request_certificate(request);
    const std::string output = parsed->has("output") ? parsed->text("output") : "-";
    if (parsed->has("der"))
        write_outputs({{output, made}});
    else
        write_outputs({{output, cms::as_bytes(cms::pem("CERTIFICATE REQUEST", made))}});
    return ExitStatus::done;
}

}  // namespace signet::client::commands
