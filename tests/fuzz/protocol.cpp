// Frames and requests between client and agent, and what the agent checks of them before anything else.
#include <string>

#include "agent/error.h"
#include "agent/protocol/frame.h"
#include "agent/protocol/signet.pb.h"
#include "agent/request_checks.h"
#include "tests/fuzz/property.h"

using namespace signet::agent;
using signet::fuzz::property;

namespace {

void check(const protocol::Request& request) {
    switch (request.body_case()) {
        case protocol::Request::kHello:
            return check_hello(request);
        case protocol::Request::kList:
            return check_list(request);
        case protocol::Request::kStatus:
            return check_status(request);
        case protocol::Request::kUnlock:
            return check_unlock(request);
        case protocol::Request::kLock:
            return check_lock(request);
        case protocol::Request::kSign:
            check_sign(request);
            property(request.sign().digest_size() <= protocol::max_digests, "digests are bounded");
            return;
        case protocol::Request::kUnwrap:
            check_unwrap(request);
            property(request.unwrap().recipient_info_size() <= protocol::max_recipient_infos,
                     "RecipientInfos are bounded");
            return;
        default:
            return;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view buffer(reinterpret_cast<const char*>(data), size);
    const protocol::Frame frame = protocol::parse_frame(buffer);
    if (frame.state == protocol::FrameState::complete)
        property(frame.size <= size && frame.message.size() + protocol::frame_header_size == frame.size,
                 "a frame lies in its buffer");
    protocol::Request request;
    const std::string_view message = frame.state == protocol::FrameState::complete ? frame.message : buffer;
    if (!request.ParseFromArray(message.data(), static_cast<int>(message.size())))
        return 0;
    std::string framed;
    protocol::append_frame(framed, request);
    const protocol::Frame again = protocol::parse_frame(framed);
    property(again.state == protocol::FrameState::complete || request.ByteSizeLong() == 0,
             "what is framed is a frame");
    protocol::Request same;
    property(same.ParseFromArray(again.message.data(), static_cast<int>(again.message.size())),
             "a request that parses encodes to one that does");
    try {
        check(request);
    } catch (const Error&) {
        return 0;
    }
    return 0;
}
