#include "client/commands/trust_arguments.h"

#include <algorithm>
#include <memory>

#include "client/crl_files.h"
#include "client/revocation_network.h"
#include "client/rfc3339.h"
#include "client/trust_anchors.h"
#include "cms/object_identifier.h"

namespace signet::client::commands {

namespace {

cms::RevocationMode revocation_mode(const CommandOptions& options, const ParsedArguments& parsed) {
    const std::string mode = parsed.has("revocation") ? parsed.text("revocation") : "given";
    if (mode == "given")
        return cms::RevocationMode::given;
    if (mode == "fetch")
        return cms::RevocationMode::fetch;
    if (mode == "require")
        return cms::RevocationMode::require;
    throw options.usage_error("--revocation is given, fetch or require, not '" + mode + "'");
}

cms::PathPolicies path_policies(const CommandOptions& options, const ParsedArguments& parsed) {
    if (parsed.has("require-policy") && parsed.has("accept-policy"))
        throw options.usage_error("--require-policy says what is accepted: leave out --accept-policy");
    cms::PathPolicies policies;
    for (const char* option : {"require-policy", "accept-policy"})
        for (const std::string& policy : parsed.list(option)) {
            if (!cms::is_object_identifier(policy))
                throw options.usage_error(std::string("--") + option +
                                          " takes an object identifier such as 1.3.6.1.4.1.99.1, not '" +
                                          policy + "'");
            if (std::find(policies.initial.begin(), policies.initial.end(), policy) == policies.initial.end())
                policies.initial.push_back(policy);
        }
    policies.require_explicit = parsed.has("require-policy") || parsed.has("explicit-policy");
    policies.inhibit_mapping = parsed.has("inhibit-policy-mapping");
    policies.inhibit_any = parsed.has("inhibit-any-policy");
    return policies;
}

}  // namespace

const char* const about_trust =
    "Without --trust, whom the system trusts for mail is trusted: p11-kit's program trust tells.\n"
    "Whether certificates were revoked is looked up in the CRLs of --crl, in what the message brings\n"
    "and in what was fetched before. --revocation fetch asks OCSP responders and distribution points\n"
    "for the rest, which tells them that you verify: only those that a path to a trusted authority\n"
    "names, over http, and what they say is kept in $XDG_CACHE_HOME/signet/revocation. Not to know is\n"
    "a warning, and with --revocation require a reason; who is known to be revoked is refused, but\n"
    "for what a TSA stamped before it was superseded or ended with its key safe.\n"
    "Keys and hashes of less than 112 bits (RSA below 2048, SHA-1, MD5) are refused, and with\n"
    "--legacy a warning.";

void add_trust_options(CommandOptions& options) {
    options
        .value("trust", "PEM",
               "certificates of the authorities to trust, a file or a folder; default: the system's for mail")
        .values("crl", "FILE", "a CRL (DER or PEM) to look certificates up in")
        .value("revocation", "MODE",
               "given: ask nobody (default); fetch: what is missing; require: and refuse who is unknown")
        .values("require-policy", "OID",
                "refuse who is not certified under this certificate policy (RFC 5280), or another so named")
        .values("accept-policy", "OID",
                "where the certificates themselves require one, accept this; default: any")
        .flag("explicit-policy", "refuse who is certified under no policy that is accepted")
        .flag("inhibit-policy-mapping", "no authority may declare another's policy equal to its own")
        .flag("inhibit-any-policy", "anyPolicy in a certificate stands for no policy")
        .flag("offline", "fetch nothing, whatever --revocation says")
        .value("at", "TIME", "verify as of that time (RFC 3339), not now")
        .flag("legacy", "accept weak algorithms, and say so")
        .flag("json", "print JSON");
}

cms::VerifyOptions trust_options(const CommandOptions& options, const ParsedArguments& parsed) {
    cms::VerifyOptions verification;
    if (parsed.has("at")) {
        verification.at = parse_rfc3339(parsed.text("at"));
        if (!verification.at)
            throw options.usage_error("'" + parsed.text("at") + "' is no time like 2026-11-22T20:00:00Z");
    }
    verification.path.legacy = parsed.has("legacy");
    verification.path.policies = path_policies(options, parsed);
    verification.revocation.mode = revocation_mode(options, parsed);
    for (const std::string& file : parsed.list("crl"))
        for (auto& crl : read_crls(file))
            verification.revocation.crls.push_back(std::move(crl));
    verification.revocation.transport = std::make_shared<RevocationNetwork>(
        RevocationCache(RevocationCache::default_folder()), parsed.has("offline"));
    verification.trust_anchors =
        parsed.has("trust") ? read_trust_anchors(parsed.text("trust")) : system_mail_anchors();
    return verification;
}

std::vector<std::string> trust_files(const ParsedArguments& parsed) {
    std::vector<std::string> files = parsed.list("crl");
    files.push_back(parsed.text("trust"));
    return files;
}

Error does_not_verify(const std::string& name, const std::string& why, bool named) {
    return {ExitStatus::answer_is_no, name + " does not verify", why,
            named ? "" : "name the authority's certificate with --trust"};
}

}  // namespace signet::client::commands
