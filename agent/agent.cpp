#include "agent/agent.h"

#include "agent/error.h"

#include <openssl/rand.h>

#include <chrono>

namespace signet::agent {

namespace {

Secret random_secret() {
    Secret secret(32);
    if (RAND_priv_bytes(secret.data(), static_cast<int>(secret.size())) != 1)
        throw Error(protocol::INTERNAL, "there is no randomness");
    return secret;
}

}  // namespace

Agent::Agent(asio::io_context& on, std::shared_ptr<const Config> configuration, std::string token_program)
    : loop(on),
      config(std::move(configuration)),
      hosts(on, std::move(token_program)),
      selector(hosts.catalogue()),
      logins(on, config, hosts),
      keys(config, hosts, logins),
      audit(std::make_unique<AuditLog>(on, config->audit_path)),
      rejection_secret(random_secret()) {
    hosts.when_removed(
        [this](const pin::TokenId& token, const std::string& module) { logins.removed(token, module); });
}

Agent::~Agent() = default;

std::int64_t now_in_seconds() noexcept {
    return std::chrono::duration_cast<std::chrono::seconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

}  // namespace signet::agent
