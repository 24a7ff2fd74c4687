#include "client/own_certificate.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "client/error.h"
#include "client/recipients.h"

namespace signet::client {

namespace {

/// Empty if there is no such file.
std::string configured_file() {
    const char* config = std::getenv("XDG_CONFIG_HOME");
    const char* home = std::getenv("HOME");
    std::filesystem::path folder;
    if (config != nullptr && *config == '/')
        folder = config;
    else if (home != nullptr && *home == '/')
        folder = std::filesystem::path(home) / ".config";
    else
        return {};
    std::error_code unknown;
    const std::filesystem::path file = folder / "signet/self.pem";
    return std::filesystem::is_regular_file(file, unknown) ? file.string() : std::string();
}

bool contains(const std::vector<cms::Certificate>& certificates, const cms::Certificate& certificate) {
    return std::any_of(certificates.begin(), certificates.end(),
                       [&](const cms::Certificate& other) { return other.der() == certificate.der(); });
}

std::string not_to_yourself(const std::string& why) {
    return "it is not encrypted to yourself: " + why +
           "; name your certificate with --self, or say --no-self";
}

}  // namespace

std::string add_own_certificate(AgentConnection& agent, std::vector<cms::Certificate>& recipients,
                                const std::string& address) {
    std::vector<cms::Certificate> own;
    if (const std::string file = configured_file(); !file.empty()) {
        own = find_recipients(agent, {file});
    } else {
        try {
            if (!address.empty())
                own = usable_recipients(agent, address);
            if (own.empty())
                own = usable_recipients(agent, {});
        } catch (const Error& error) {
            return not_to_yourself(error.exit_status() == ExitStatus::no_agent
                                       ? "there is no agent that knows who you are"
                                       : error.why());
        }
    }
    if (std::any_of(own.begin(), own.end(),
                    [&](const cms::Certificate& certificate) { return contains(recipients, certificate); }))
        return {};
    if (own.empty())
        return not_to_yourself("the agent has no certificate for encryption that is valid today");
    if (own.size() > 1)
        return not_to_yourself("the agent has several certificates for encryption");
    recipients.push_back(std::move(own.front()));
    return {};
}

}  // namespace signet::client
