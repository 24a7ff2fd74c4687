#include "client/commands/encryption_arguments.h"

#include <algorithm>
#include <utility>

#include "client/own_certificate.h"
#include "client/recipients.h"
#include "cms/smime_capabilities.h"
#include "cms/weak_algorithm.h"

namespace signet::client::commands {

void add_encryption_options(CommandOptions& options) {
    options
        .values("recipient,r", "CERT_OR_ADDRESS",
                "who may open it: certificate file, address, fingerprint, label or pkcs11: URI")
        .value("cipher", "CIPHER",
               "aes-256-gcm, aes-192-gcm, aes-128-gcm, chacha20-poly1305, or aes-...-cbc; default: the first "
               "that no recipient's certificate excludes")
        .flag("rsa-pkcs1", "PKCS#1 v1.5 for RSA recipients, for old programs")
        .flag("rsa-oaep-sha256", "OAEP with SHA-256 for RSA recipients, instead of SHA-1");
}

void add_self_options(CommandOptions& options) {
    options
        .value(
            "self", "CERT_OR_ADDRESS",
            "your own certificate, to read it yourself; default: signet/self.pem in $XDG_CONFIG_HOME, else "
            "the agent's one certificate for encryption")
        .flag("no-self", "do not encrypt to yourself");
}

std::vector<std::string> recipient_files(const ParsedArguments& parsed) {
    std::vector<std::string> files = parsed.list("recipient");
    files.push_back(parsed.text("self"));
    return files;
}

std::vector<std::string> add_self(const CommandOptions& options, const ParsedArguments& parsed,
                                  AgentConnection& agent, std::vector<cms::Certificate>& recipients,
                                  const std::string& address) {
    if (parsed.has("self") && parsed.has("no-self"))
        throw options.usage_error("--self and --no-self exclude each other");
    if (parsed.has("no-self"))
        return {};
    if (!parsed.has("self")) {
        std::string warning = add_own_certificate(agent, recipients, address);
        return warning.empty() ? std::vector<std::string>() : std::vector{std::move(warning)};
    }
    for (cms::Certificate& own : find_recipients(agent, {parsed.text("self")}))
        if (std::none_of(recipients.begin(), recipients.end(),
                         [&](const cms::Certificate& other) { return other.der() == own.der(); }))
            recipients.push_back(std::move(own));
    return {};
}

cms::EncryptOptions encryption_options(const CommandOptions& options, const ParsedArguments& parsed) {
    cms::EncryptOptions encryption;
    if (parsed.has("cipher")) {
        const auto cipher = cms::cipher_from_name(parsed.text("cipher"));
        if (!cipher)
            throw options.usage_error("no cipher '" + parsed.text("cipher") +
                                      "', only aes-128-, aes-192- and aes-256- with gcm or cbc, and "
                                      "chacha20-poly1305");
        encryption.cipher = *cipher;
    }
    if (parsed.has("rsa-pkcs1") && parsed.has("rsa-oaep-sha256"))
        throw options.usage_error("--rsa-pkcs1 and --rsa-oaep-sha256 exclude each other");
    if (parsed.has("rsa-pkcs1"))
        encryption.rsa = cms::RsaKeyTransport::pkcs1;
    if (parsed.has("rsa-oaep-sha256"))
        encryption.rsa = cms::RsaKeyTransport::oaep_sha256;
    return encryption;
}

std::vector<std::string> fit_to_recipients(cms::EncryptOptions& encryption, const ParsedArguments& parsed,
                                           const std::vector<cms::Certificate>& recipients,
                                           const std::string& what_failed) {
    std::vector<std::string> warnings;
    for (const cms::Certificate& recipient : recipients)
        for (const cms::WeakAlgorithm& weak : cms::weak_algorithms({recipient}))
            warnings.push_back(weak.where + " is weak (" + weak.algorithm +
                               "): others may come to read the content");
    if (parsed.has("cipher"))
        return warnings;
    try {
        encryption.cipher = cms::content_cipher_for(recipients);
    } catch (const cms::Error& error) {
        const Error known = from_cms(error, what_failed);
        throw Error(known.exit_status(), known.what_failed(), known.why(),
                    "choose a cipher for all with --cipher");
    }
    if (!cms::is_aead(encryption.cipher))
        warnings.push_back("a recipient's certificate lists no AES-GCM: the content is encrypted with " +
                           std::string(cms::cipher_name(encryption.cipher)) +
                           ", and nothing protects it from alteration");
    return warnings;
}

}  // namespace signet::client::commands
