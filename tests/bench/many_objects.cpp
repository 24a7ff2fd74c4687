#include "tests/bench/many_objects.h"

#include "client/agent_connection.h"
#include "tests/bench/own_process.h"
#include "tests/fixtures/agent_process.h"

namespace signet::bench {

namespace {

const std::string identity = "alice-p256";

Result once(Clock::duration duration) {
    const double time = microseconds(duration);
    return {time, time, 1e6 / time};
}

client::SignRequest request() {
    client::SignRequest made;
    made.identities = {identity};
    made.digests = {cms::Bytes(32, 0x5a)};
    return made;
}

}  // namespace

Start measure_start(const tests::SoftHsmToken& token, std::size_t identities) {
    Start start;
    const auto begin = Clock::now();
    const tests::AgentProcess agent(tests::AgentSetup::of(token));
    client::AgentConnection connection(agent.socket());
    while (static_cast<std::size_t>(connection.list().identities_size()) < identities) {
        if (Clock::now() - begin > std::chrono::minutes(1))
            throw std::runtime_error("the agent does not show all identities");
    }
    start.ready = once(Clock::now() - begin);
    if (connection.sign(request()).signed_data.size() != 1)
        throw std::runtime_error("the agent answered without a signature");
    start.first_signature = once(Clock::now() - begin);
    return start;
}

Result measure_signing(const tests::SoftHsmToken& token, std::chrono::milliseconds duration) {
    const tests::AgentProcess agent(tests::AgentSetup::of(token));
    static_cast<void>(client::AgentConnection(agent.socket()).sign(request()));
    return agent_in_own_process(agent.socket(), identity, 1, duration);
}

}  // namespace signet::bench
