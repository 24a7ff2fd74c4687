#include "client/commands/trust_arguments.h"

#include "client/recipients.h"
#include "client/rfc3339.h"

namespace signet::client::commands {

void add_trust_options(CommandOptions& options) {
    options.value("trust", "PEM", "certificates of the authorities to trust")
        .value("at", "TIME", "verify as of that time (RFC 3339), not now")
        .flag("json", "print JSON");
}

cms::VerifyOptions trust_options(const CommandOptions& options, const ParsedArguments& parsed) {
    cms::VerifyOptions verification;
    if (parsed.has("trust"))
        verification.trust_anchors = read_certificates(parsed.text("trust"));
    if (parsed.has("at")) {
        verification.at = parse_rfc3339(parsed.text("at"));
        if (!verification.at)
            throw options.usage_error("'" + parsed.text("at") + "' is no time like 2026-11-22T20:00:00Z");
    }
    return verification;
}

Error does_not_verify(const std::string& name, const std::string& why,
                      const cms::VerifyOptions& verification) {
    return {ExitStatus::answer_is_no, name + " does not verify", why,
            verification.trust_anchors.empty() ? "name the authority's certificate with --trust" : ""};
}

}  // namespace signet::client::commands
