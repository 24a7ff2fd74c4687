#include "cms/certificates_only.h"

#include <algorithm>
#include <string>
#include <vector>

#include "client/cms_input.h"
#include "client/commands/cms_commands.h"
#include "client/commands/command_options.h"
#include "client/commands/output_collision.h"
#include "client/input_file.h"
#include "client/input_kind.h"
#include "client/output_file.h"
#include "client/printable.h"
#include "client/recipients.h"
#include "cms/pem.h"

namespace signet::client::commands {

namespace {

/// PEM of each, with its subject above it.
std::string pem_of(const std::vector<cms::Certificate>& certificates) {
    std::string text;
    for (const cms::Certificate& certificate : certificates)
        text += "# " + printable(certificate.subject()) + "\n" + cms::pem("CERTIFICATE", certificate.der());
    return text;
}

std::vector<cms::Certificate> certificates_of_message(const std::string& path) {
    InputFile file(path);
    const std::string what_failed = "cannot read certificates from " + file.name();
    CmsInput input(file.source(), file.name());
    try {
        cms::BroughtCertificates brought = cms::certificates_in(input.source());
        if (brought.certificates.empty())
            throw Error(ExitStatus::answer_is_no, what_failed, "there is none in it",
                        "ask the sender to send theirs along");
        return std::move(brought.certificates);
    } catch (const cms::Error& error) {
        if (error.code() == cms::ErrorCode::malformed)
            throw is_malformed_cms(what_failed, input.beginning(), CmsKind::signed_data, error.what());
        throw from_cms(error, what_failed);
    }
}

}  // namespace

ExitStatus certificates(const Arguments& arguments) {
    CommandOptions options(
        "certificates", "[-o OUT] FILE | --make -o OUT PEM...",
        "Prints, in PEM, the certificates that a CMS message (DER, BER or PEM) brings along: a message of\n"
        "nothing else (certs-only, .p7c, RFC 8551), or a signature. Nothing vouches for any of them.\n"
        "With --make writes such a message, DER, of all certificates in the PEM files.");
    options.flag("make", "write a message of certificates")
        .value("output,o", "OUT", "write there; default standard output");
    const auto parsed = options.parse(arguments, 1, 64);
    if (!parsed)
        return ExitStatus::done;
    const std::string output = parsed->has("output") ? parsed->text("output") : "-";
    refuse_to_replace(options, parsed->operands, output);
    if (!parsed->has("make")) {
        if (parsed->operands.size() > 1)
            throw options.usage_error("one message at a time");
        const std::string text = pem_of(certificates_of_message(parsed->operands.front()));
        write_outputs({{output, cms::as_bytes(text)}});
        return ExitStatus::done;
    }
    std::vector<cms::Certificate> all;
    for (const std::string& file : parsed->operands)
        for (cms::Certificate& certificate : read_certificates(file))
            all.push_back(std::move(certificate));
    const cms::Bytes message = cms::certificates_only(all);
    write_outputs({{output, message}});
    return ExitStatus::done;
}

}  // namespace signet::client::commands
