// Messages between agent and signet-token.
#include <string>

#include "tests/fuzz/property.h"
#include "token/protocol/request_pins.h"
#include "token/protocol/token.pb.h"

using namespace signet::token;
using signet::fuzz::property;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    protocol::Reply reply;
    if (reply.ParseFromArray(data, static_cast<int>(size))) {
        protocol::Reply again;
        property(again.ParseFromString(reply.SerializeAsString()),
                 "a reply that parses encodes to one that does");
    }
    protocol::Request request;
    if (request.ParseFromArray(data, static_cast<int>(size))) {
        protocol::Request again;
        property(again.ParseFromString(request.SerializeAsString()),
                 "a request that parses encodes to one that does");
        property(again.body_case() == request.body_case(), "it asks for the same");
        (void)protocol::wipe_pins(request);
        property(request.login().pin().empty() && request.sign().authentication().pin().empty(),
                 "no PIN is left after wiping");
    }
    return 0;
}
