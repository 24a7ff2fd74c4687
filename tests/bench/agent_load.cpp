#include "tests/bench/agent_load.h"

#include <functional>
#include <memory>

#include "client/agent_connection.h"

namespace signet::bench {

Result measure_agent(const std::string& socket, const std::string& identity, unsigned clients,
                     std::chrono::milliseconds duration) {
    std::vector<std::function<void()>> operations;
    for (unsigned i = 0; i < clients; ++i) {
        auto connection = std::make_shared<client::AgentConnection>(socket);
        client::SignRequest request;
        request.identities = {identity};
        request.digests = {cms::Bytes(32, static_cast<std::uint8_t>(i))};
        operations.emplace_back([connection, request]() mutable {
            ++request.digests[0][1];
            if (connection->sign(request).signed_data.size() != 1)
                throw std::runtime_error("the agent answered without a signature");
        });
    }
    return measure(operations, duration);
}

}  // namespace signet::bench
