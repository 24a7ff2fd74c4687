#include "client/agent_connection.h"
#include "client/request_field.h"

namespace signet::client {

namespace protocol = agent::protocol;

std::string AgentConnection::generate_key(const KeyRequest& request) {
    const std::string what_failed = "cannot make a key";
    protocol::Request message;
    protocol::GenerateKey& generate = *message.mutable_generate_key();
    generate.set_token(checked_name(request.token, what_failed));
    generate.set_algorithm(request.algorithm);
    generate.set_label(checked_name(request.label, what_failed));
    generate.set_sign(request.sign);
    generate.set_decrypt(request.decrypt);
    generate.set_always_authenticate(request.always_authenticate);
    return ask(message, what_failed).generate_key().uri();
}

}  // namespace signet::client
