#include "client/commands/signing_arguments.h"

#include <algorithm>
#include <array>

#include "client/commands/attribute_arguments.h"
#include "client/http_url.h"

namespace signet::client::commands {

namespace {

constexpr std::array<const char*, 6> names{"key", "digest", "rsa-pss", "certificates", "wait", "timestamp"};

cms::DigestAlgorithm digest_algorithm(const CommandOptions& options, const std::string& name) {
    const auto digest = cms::digest_from_name(name);
    if (!digest || *digest == cms::DigestAlgorithm::sha1)
        throw options.usage_error("no hash '" + name +
                                  "' for signing, only sha256, sha384, sha512 and shake256");
    return *digest;
}

agent::protocol::CertificateSet certificate_set(const CommandOptions& options, const std::string& name) {
    if (name == "chain")
        return agent::protocol::CHAIN;
    if (name == "signer")
        return agent::protocol::SIGNER;
    if (name == "none")
        return agent::protocol::NONE;
    throw options.usage_error("no certificates '" + name + "', only chain, signer and none");
}

void require_timestamp_url(const CommandOptions& options, const std::string& url) {
    if (url.empty() || parse_http_url(url))
        return;
    const std::string shown = "--timestamp '" + without_user_information(url) + "' ";
    if (has_user_information(url))
        throw options.usage_error(
            shown + "has a name or password in it, and TSAs that ask for one are not supported");
    throw options.usage_error(shown + "is no http or https URL");
}

}  // namespace

void add_signer_options(CommandOptions& options) {
    options
        .values("key,k", "ID", "who signs: address, fingerprint, label or pkcs11: URI; several sign together")
        .value("digest", "HASH",
               "sha256, sha384, sha512 or shake256 (default: what the key needs, mostly sha256)")
        .flag("rsa-pss", "RSASSA-PSS instead of PKCS#1 v1.5, for RSA keys")
        .value("certificates", "SET", "send along: chain (default), signer or none")
        .value("timestamp", "URL",
               "let this TSA (RFC 3161, http or https) stamp each signature with the time, in 10 s at most;\n"
               "its answer must be intact, but whether it is trusted is judged by those who verify")
        .flag("wait", "if the token is not there, wait until it is inserted");
}

void add_signing_options(CommandOptions& options) {
    add_signer_options(options);
    add_attribute_options(options);
}

bool has_signing_options(const ParsedArguments& parsed) {
    return std::any_of(names.begin(), names.end(), [&](const char* name) { return parsed.has(name); }) ||
           has_attribute_options(parsed);
}

SigningOptions signing_options(const CommandOptions& options, const ParsedArguments& parsed) {
    SigningOptions signing;
    signing.identities = parsed.list("key");
    signing.rsa_pss = parsed.has("rsa-pss");
    signing.wait = parsed.has("wait");
    if (parsed.has("digest"))
        signing.digest_algorithm = digest_algorithm(options, parsed.text("digest"));
    if (parsed.has("certificates"))
        signing.certificates = certificate_set(options, parsed.text("certificates"));
    signing.timestamp = parsed.text("timestamp");
    require_timestamp_url(options, signing.timestamp);
    signing.attributes = requested_attributes(options, parsed);
    return signing;
}

}  // namespace signet::client::commands
