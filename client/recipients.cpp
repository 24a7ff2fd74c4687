#include "client/recipients.h"

#include <strings.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <ctime>
#include <optional>
#include <string_view>
#include <utility>

#include "client/error.h"
#include "client/input_file.h"
#include "client/rfc3339.h"
#include "client/utf8.h"

namespace signet::client {

namespace {

/// Bytes of a file of certificates, at most.
constexpr std::size_t max_certificate_file = std::size_t{64} << 20;

/// To the agent an empty name is everybody.
void refuse_empty(const std::string& name) {
    if (name.empty())
        throw Error(ExitStatus::usage, "cannot encrypt", "a recipient has an empty name",
                    "name a certificate file, an address, a fingerprint or a label");
}

std::string cannot_encrypt(const std::string& name) {
    return "cannot encrypt to " + name;
}

bool is_file(const std::string& name) {
    struct stat status {};
    return stat(name.c_str(), &status) == 0 && !S_ISDIR(status.st_mode);
}

bool is_folder(const std::string& name) {
    struct stat status {};
    return stat(name.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

bool looks_like_pem(const cms::Bytes& file) {
    return cms::as_text(file).find("-----BEGIN ") != std::string_view::npos;
}

void add_new(std::vector<cms::Certificate>& certificates, cms::Certificate certificate) {
    const cms::Bytes der = certificate.der();
    if (std::none_of(certificates.begin(), certificates.end(),
                     [&](const cms::Certificate& known) { return known.der() == der; }))
        certificates.push_back(std::move(certificate));
}

cms::Certificate certificate_from_file(const std::string& path) {
    const std::string advice = "name a file with the recipient's certificate alone, in PEM or DER form";
    try {
        const cms::Bytes file = InputFile(path).read_all(max_certificate_file);
        if (!looks_like_pem(file))
            return cms::Certificate::from_der(file);
        std::vector<cms::Certificate> certificates = cms::Certificate::from_pem(cms::as_text(file));
        if (certificates.size() != 1)
            throw Error(ExitStatus::malformed, cannot_encrypt(path),
                        certificates.empty() ? "there is no certificate in it"
                                             : "there are several certificates in it",
                        advice);
        return certificates.front();
    } catch (const cms::Error& error) {
        throw from_cms(error, cannot_encrypt(path), advice);
    }
}

struct Obstacle {
    std::string why;
    std::string advice;
};

/// Why nobody should encrypt to `certificate` today; none if they may. An expired certificate may be expired
/// because its key was lost or given up, and there is no telling from here.
std::optional<Obstacle> obstacle_to(const cms::Certificate& certificate) {
    if (!certificate.has_encryption_key())
        return Obstacle{"nothing is encrypted to such a key (" + certificate.key_name() + ")",
                        "use a certificate with a key for RSA, P-256, P-384, P-521, X25519 or X448"};
    if (!certificate.may_decrypt())
        return Obstacle{"its certificate is not for encryption",
                        "use one whose key usage has keyEncipherment or keyAgreement"};
    const std::time_t now = std::time(nullptr);
    if (now > certificate.not_after())
        return Obstacle{"its certificate expired at " + rfc3339(certificate.not_after()),
                        "ask the recipient for the one that replaced it"};
    if (now < certificate.not_before())
        return Obstacle{"its certificate is not valid before " + rfc3339(certificate.not_before()),
                        "see whether this machine's clock is right, or wait until then"};
    return std::nullopt;
}

/// The certificates of `name`'s identities that somebody may encrypt to today.
std::vector<cms::Certificate> usable_certificates(const agent::protocol::ListReply& catalogue,
                                                  const std::string& name) {
    std::vector<cms::Certificate> usable;
    for (const agent::protocol::Identity& identity : catalogue.identities()) {
        if (identity.certificate().empty())
            continue;
        try {
            cms::Certificate certificate = cms::Certificate::from_der(cms::as_bytes(identity.certificate()));
            if (!obstacle_to(certificate))
                add_new(usable, std::move(certificate));
        } catch (const cms::Error& error) {
            throw Error(ExitStatus::other, cannot_encrypt(name),
                        std::string("the agent's certificate is broken: ") + error.what());
        }
    }
    return usable;
}

/// Whether a person who writes this means a file.
bool looks_like_path(std::string_view name) {
    if (name.starts_with("pkcs11:") || name.find('@') != std::string_view::npos)
        return false;
    const std::string_view ending = name.substr(std::min(name.rfind('.'), name.size()));
    constexpr std::array<const char*, 4> endings{".pem", ".crt", ".cer", ".der"};
    return name.find('/') != std::string_view::npos ||
           std::any_of(endings.begin(), endings.end(), [ending](const char* other) {
               return ending.size() == std::strlen(other) &&
                      strncasecmp(ending.data(), other, ending.size()) == 0;
           });
}

/// `what_it_is_not`, unless `name` looks like a path: then what is wrong with that. A label may have a slash
/// too, so nobody is told before the agent was asked.
[[noreturn]] void refuse_unknown(const std::string& name, const Error& what_it_is_not) {
    if (looks_like_path(name))
        static_cast<void>(InputFile(name));
    throw what_it_is_not;
}

agent::protocol::ListReply identities_called(AgentConnection& agent, const std::string& name) {
    try {
        return agent.list(name, true);
    } catch (const Error& error) {
        if (error.exit_status() == ExitStatus::no_agent)
            refuse_unknown(name, error);
        throw Error(error.exit_status(), cannot_encrypt(name), error.why(), error.advice());
    }
}

cms::Certificate certificate_from_agent(AgentConnection& agent, const std::string& name,
                                        const Obstacle& unknown) {
    const agent::protocol::ListReply catalogue = identities_called(agent, name);
    if (catalogue.identities().empty())
        refuse_unknown(name, {ExitStatus::identity, cannot_encrypt(name), unknown.why, unknown.advice});
    const std::vector<cms::Certificate> usable = usable_certificates(catalogue, name);
    if (usable.empty())
        throw Error(ExitStatus::identity, cannot_encrypt(name),
                    "its certificates are not for encryption, or not valid today", unknown.advice);
    if (usable.size() > 1) {
        std::string list;
        for (const cms::Certificate& certificate : usable)
            list += (list.empty() ? "" : ", ") + certificate.subject();
        throw Error(ExitStatus::identity, cannot_encrypt(name), "several certificates match: " + list,
                    "name one by its fingerprint (signet list) or as a file");
    }
    return usable.front();
}

}  // namespace

std::vector<cms::Certificate> find_recipients(AgentConnection& agent, const std::vector<std::string>& names) {
    std::vector<cms::Certificate> recipients;
    for (const std::string& name : names) {
        refuse_empty(name);
        if (!is_file(name)) {
            const Obstacle unknown{std::string(is_folder(name) ? "it is a folder" : "no such file") +
                                       ", and no identity of the agent has this name",
                                   "name a file with the recipient's certificate"};
            if (!is_utf8(name))
                throw Error(ExitStatus::usage, cannot_encrypt(name), "there is no such file",
                            "write an address or a label in UTF-8");
            add_new(recipients, certificate_from_agent(agent, name, unknown));
            continue;
        }
        cms::Certificate certificate = certificate_from_file(name);
        if (const auto obstacle = obstacle_to(certificate))
            throw Error(ExitStatus::identity, cannot_encrypt(name), obstacle->why, obstacle->advice);
        add_new(recipients, std::move(certificate));
    }
    return recipients;
}

std::vector<cms::Certificate> find_recipients_by_address(AgentConnection& agent,
                                                         const std::vector<std::string>& addresses) {
    const Obstacle unknown{"no identity of the agent has this address",
                           "name the certificate of each recipient with -r FILE"};
    std::vector<cms::Certificate> recipients;
    for (const std::string& address : addresses) {
        refuse_empty(address);
        add_new(recipients, certificate_from_agent(agent, address, unknown));
    }
    return recipients;
}

std::vector<cms::Certificate> usable_recipients(AgentConnection& agent, const std::string& name) {
    std::vector<cms::Certificate> usable = usable_certificates(agent.list(name, true), name);
    std::erase_if(usable, [](const cms::Certificate& certificate) {
        const cms::KeyKind kind = certificate.key_kind();
        return kind != cms::KeyKind::rsa && kind != cms::KeyKind::ec && kind != cms::KeyKind::montgomery;
    });
    return usable;
}

std::vector<cms::Certificate> read_certificates(const std::string& path) {
    const std::string what_failed = "cannot read certificates from " + path;
    const std::string advice = "give a file in PEM format";
    try {
        const cms::Bytes file = InputFile(path).read_all(max_certificate_file);
        std::vector<cms::Certificate> certificates = cms::Certificate::from_pem(cms::as_text(file));
        if (certificates.empty())
            throw Error(ExitStatus::malformed, what_failed, "there is none", advice);
        return certificates;
    } catch (const cms::Error& error) {
        throw from_cms(error, what_failed, advice);
    }
}

}  // namespace signet::client
