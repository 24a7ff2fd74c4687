#include "client/revocation_network.h"

#include "tests/catch.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

using namespace signet;
using namespace signet::client;
using namespace std::chrono_literals;

namespace {

/// Answers with one byte, or not, after a time that it only says.
struct SlowWeb {
    std::chrono::milliseconds takes{};
    bool answers = true;
    std::vector<std::chrono::milliseconds> timeouts{};

    HttpAnswer operator()(const HttpRequest& request) {
        timeouts.push_back(request.timeout);
        HttpAnswer answer;
        answer.took = std::min(takes, request.timeout);
        if (answers && takes <= request.timeout)
            answer.body = cms::Bytes{1};
        else
            answer.trouble = "no answer in time";
        return answer;
    }
};

RevocationNetwork network(SlowWeb& web, bool offline = false) {
    return RevocationNetwork(RevocationCache({}), offline,
                             [&web](const HttpRequest& request) { return web(request); });
}

}  // namespace

TEST_CASE("Servers that answer slowly are asked no longer than four requests may take") {
    SlowWeb web{.takes = 9900ms};
    auto slow = network(web);
    for (int i = 0; i < 4; ++i)
        CHECK(slow.get("http://crl.example/" + std::to_string(i), 100).body);
    // What is left of the time is not enough.
    CHECK_FALSE(slow.ask("http://ocsp.example/", {}, 100).body);
    CHECK(web.timeouts == std::vector<std::chrono::milliseconds>{10s, 10s, 10s, 10s, 400ms});
    CHECK(slow.get("http://crl.example/5", 100).trouble == "the servers take too long");
    CHECK(web.timeouts.size() == 5);
}

TEST_CASE("Four servers are asked in vain, and nobody offline") {
    SlowWeb web{.takes = 1ms, .answers = false};
    auto failing = network(web);
    for (int i = 0; i < 6; ++i)
        CHECK_FALSE(failing.get("http://crl.example/", 100).body);
    CHECK(web.timeouts.size() == 4);
    auto offline = network(web, true);
    CHECK_FALSE(offline.get("http://crl.example/", 100).body);
    CHECK(web.timeouts.size() == 4);
}
