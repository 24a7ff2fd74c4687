#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "client/agent_connection.h"
#include "client/commands/command_options.h"
#include "client/commands/token/commands.h"

namespace signet::client::commands {

namespace {

using agent::protocol::KeyAlgorithm;

constexpr std::array<std::pair<std::string_view, KeyAlgorithm>, 7> key_types{{
    {"rsa-2048", KeyAlgorithm::RSA_2048},
    {"rsa-3072", KeyAlgorithm::RSA_3072},
    {"rsa-4096", KeyAlgorithm::RSA_4096},
    {"p-256", KeyAlgorithm::EC_P256},
    {"p-384", KeyAlgorithm::EC_P384},
    {"p-521", KeyAlgorithm::EC_P521},
    {"ed25519", KeyAlgorithm::ED25519},
}};

KeyAlgorithm key_type(const CommandOptions& options, const std::string& name) {
    for (const auto& [known, algorithm] : key_types)
        if (known == name)
            return algorithm;
    std::string all;
    for (const auto& [known, algorithm] : key_types)
        all += (all.empty() ? "" : ", ") + std::string(known);
    throw options.usage_error("there is no key type '" + name + "' (" + all + ")");
}

}  // namespace

ExitStatus token_keygen(const Arguments& arguments) {
    CommandOptions options(
        "token keygen", "-l LABEL [--type TYPE] [--sign] [--decrypt] [TOKEN]",
        "Makes a key pair on a token and prints the private key's URI. The private key never leaves\n"
        "the token. TOKEN is its label, serial number or pkcs11: URI; it can be left out if only one\n"
        "takes a login.");
    options.value("label,l", "LABEL", "what the key is called; no other key on the token is called so")
        .value("type,t", "TYPE",
               "rsa-2048 (default), rsa-3072, rsa-4096, p-256, p-384, p-521, or ed25519, which only signs")
        .flag("sign", "it signs; so it does if neither this nor --decrypt is given")
        .flag(
            "decrypt",
            "it opens what is encrypted to it; a key that does not sign as well cannot sign the request for "
            "its certificate")
        .flag("always-authenticate", "the token asks for its PIN at each use; only RSA keys decrypt then");
    const auto parsed = options.parse(arguments, 0, 1);
    if (!parsed)
        return ExitStatus::done;
    if (!parsed->has("label"))
        throw options.usage_error("the key has no label (-l)");
    KeyRequest request;
    request.token = parsed->operands.empty() ? "" : parsed->operands.front();
    if (parsed->has("type"))
        request.algorithm = key_type(options, parsed->text("type"));
    request.label = parsed->text("label");
    request.decrypt = parsed->has("decrypt");
    request.sign = parsed->has("sign") || !request.decrypt;
    request.always_authenticate = parsed->has("always-authenticate");
    if (request.decrypt && request.algorithm == KeyAlgorithm::ED25519)
        throw options.usage_error("an ed25519 key does not decrypt");
    print(AgentConnection(parsed->socket()).generate_key(request) + "\n");
    return ExitStatus::done;
}

}  // namespace signet::client::commands
