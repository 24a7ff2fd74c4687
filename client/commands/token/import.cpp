#include <limits>

#include "client/agent_connection.h"
#include "client/commands/cms_commands.h"
#include "client/commands/command_options.h"
#include "client/input_file.h"
#include "cms/certificate.h"

namespace signet::client::commands {

namespace {

/// Far more than a certificate and its chain take.
constexpr std::size_t max_file = std::size_t{1} << 20;

/// Of a PEM file all, else the one in DER.
std::vector<cms::Certificate> certificates_in(const std::string& path) {
    InputFile input(path);
    const cms::Bytes content = input.read_all(max_file, "it is too large for certificates");
    const std::string what_failed = "cannot import " + input.name();
    try {
        if (cms::as_text(content).find("-----BEGIN") == std::string_view::npos)
            return {cms::Certificate::from_der(content)};
        auto certificates = cms::Certificate::from_pem(cms::as_text(content));
        if (certificates.empty())
            throw Error(ExitStatus::malformed, what_failed, "it has no certificate",
                        "give the certificate in PEM or DER");
        return certificates;
    } catch (const cms::Error& error) {
        throw from_cms(error, what_failed, "give the certificate in PEM or DER");
    }
}

}  // namespace

ExitStatus token_import(const Arguments& arguments) {
    CommandOptions options(
        "token import", "[-k KEY] FILE...",
        "Puts the certificate of a key onto the key's token, and the certificates of the CAs above it\n"
        "(but the root), and prints its URI. Each FILE has certificates in PEM, or one in DER, in any\n"
        "order. One of them must be for a key that is on a token: nothing is stored before that is\n"
        "seen.");
    options.value("key,k", "KEY", "label or pkcs11: URI of the key; can be left out");
    const auto parsed = options.parse(arguments, 1, std::numeric_limits<std::size_t>::max());
    if (!parsed)
        return ExitStatus::done;
    std::vector<cms::Bytes> certificates;
    for (const std::string& path : parsed->operands)
        for (const cms::Certificate& certificate : certificates_in(path))
            certificates.push_back(certificate.der());
    const ImportResult done =
        AgentConnection(parsed->socket()).import_certificates(parsed->text("key"), certificates);
    warn_all(done.warnings);
    if (done.stored == 0)
        warn("the certificate is on the token already");
    print(done.uri + "\n");
    return ExitStatus::done;
}

}  // namespace signet::client::commands
