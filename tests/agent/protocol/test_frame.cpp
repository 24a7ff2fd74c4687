#include <stdexcept>
#include <string>

#include "agent/protocol/frame.h"
#include "agent/protocol/signet.pb.h"
#include "tests/catch.h"

using namespace signet::agent::protocol;

namespace {

Request hello() {
    Request request;
    request.set_id(7);
    request.mutable_hello()->set_version(protocol_version);
    return request;
}

}  // namespace

TEST_CASE("A frame is found again, whole, with what follows left alone") {
    std::string buffer;
    append_frame(buffer, hello());
    const std::size_t size = buffer.size();
    buffer += "rest";
    const Frame frame = parse_frame(buffer);
    REQUIRE(frame.state == FrameState::complete);
    CHECK(frame.size == size);
    Request request;
    REQUIRE(request.ParseFromArray(frame.message.data(), static_cast<int>(frame.message.size())));
    CHECK(request.hello().version() == protocol_version);
}

TEST_CASE("A frame cut at any byte is incomplete") {
    std::string buffer;
    append_frame(buffer, hello());
    for (std::size_t length = 0; length < buffer.size(); ++length)
        CHECK(parse_frame(std::string_view(buffer).substr(0, length)).state == FrameState::incomplete);
}

TEST_CASE("A length of zero or above the limit is known from the four bytes alone") {
    using namespace std::string_literals;
    CHECK(parse_frame("\0\0\0\0"s).state == FrameState::too_long);
    CHECK(parse_frame("\0\x10\0\x01"s).state == FrameState::too_long);
    CHECK(parse_frame("\xff\xff\xff\xff"s).state == FrameState::too_long);
    CHECK(parse_frame("\0\x10\0\0"s).state == FrameState::incomplete);
}

TEST_CASE("A message above the limit is not framed") {
    Request request;
    request.mutable_sign()->add_digest(std::string(max_frame_size, 'x'));
    std::string buffer = "before";
    CHECK_THROWS_AS(append_frame(buffer, request), std::length_error);
    CHECK(buffer == "before");
}
