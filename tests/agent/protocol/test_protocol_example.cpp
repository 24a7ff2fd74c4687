#include "agent/protocol/frame.h"
#include "agent/protocol/signet.pb.h"
#include "tests/catch.h"

#include <fstream>
#include <sstream>
#include <string>

using namespace signet::agent::protocol;

namespace {

/// The bytes of the example in PROTOCOL.md: what stands in hex at the start of its indented lines.
std::string example_bytes() {
    std::ifstream file(SIGNET_PROTOCOL_TEXT);
    std::string bytes;
    std::string line;
    bool is_example = false;
    while (std::getline(file, line)) {
        is_example = is_example || line == "## An example";
        if (!is_example || !line.starts_with("    "))
            continue;
        std::istringstream words(line);
        std::string word;
        while (words >> word && word.size() == 2 &&
               word.find_first_not_of("0123456789abcdef") == std::string::npos)
            bytes += static_cast<char>(std::stoi(word, nullptr, 16));
    }
    return bytes;
}

}  // namespace

TEST_CASE("The example of PROTOCOL.md is what this protocol sends") {
    Request request;
    request.set_id(1);
    Hello& hello = *request.mutable_hello();
    hello.set_version(protocol_version);
    hello.set_client("signet 0.1.0");
    hello.set_tty("/dev/pts/3");
    hello.set_term("xterm");
    hello.set_locale("de_DE.UTF-8");
    Reply reply;
    reply.set_id(1);
    reply.mutable_hello()->set_version(protocol_version);
    reply.mutable_hello()->set_agent("0.1.0");

    std::string frames;
    append_frame(frames, request);
    append_frame(frames, reply);
    CHECK(example_bytes() == frames);
}
