#include "agent/fair_queue.h"

#include "tests/catch.h"

#include <map>
#include <random>
#include <string>

using signet::agent::ClientId;
using signet::agent::FairQueue;

TEST_CASE("a single item does not wait behind another client's batch") {
    FairQueue<std::string> queue;
    for (int i = 0; i < 256; ++i)
        queue.push(1, "bulk " + std::to_string(i));
    queue.push(2, "person");

    CHECK(queue.pop() == "bulk 0");
    CHECK(queue.pop() == "person");
    CHECK(queue.pop() == "bulk 1");
    CHECK(queue.size() == 254);
}

TEST_CASE("clients take turns, each first in, first out") {
    FairQueue<std::string> queue;
    for (const char* item : {"a0", "a1", "a2"})
        queue.push(1, item);
    for (const char* item : {"b0", "b1"})
        queue.push(2, item);
    queue.push(3, "c0");

    std::string order;
    while (auto item = queue.pop())
        order += *item + " ";
    CHECK(order == "a0 b0 c0 a1 b1 a2 ");
    CHECK(queue.empty());
}

TEST_CASE("an empty queue yields nothing") {
    FairQueue<int> queue;
    CHECK_FALSE(queue.pop().has_value());
    queue.push(1, 5);
    CHECK(queue.pop() == 5);
    CHECK_FALSE(queue.pop().has_value());
}

TEST_CASE("what a client has waiting can be taken out without the others noticing") {
    FairQueue<int> queue;
    queue.push(1, 10);
    queue.push(2, 20);
    queue.push(2, 21);
    queue.push(3, 30);

    CHECK(queue.drop(2) == std::vector<int>{20, 21});
    CHECK(queue.size() == 2);
    CHECK(queue.drop(2).empty());
    CHECK(queue.drop(99).empty());
    CHECK(queue.pop() == 10);
    CHECK(queue.pop() == 30);
    CHECK(queue.empty());

    queue.push(2, 22);
    CHECK(queue.pop() == 22);
}

TEST_CASE("nothing is lost, doubled or reordered within a client, whatever happens") {
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    FairQueue<std::pair<ClientId, int>> queue;
    std::map<ClientId, int> pushed;
    std::map<ClientId, int> popped;
    std::size_t waiting = 0;
    for (int step = 0; step < 20000; ++step) {
        const ClientId client = random() % 7;
        switch (random() % 8) {
            case 0: {
                const auto dropped = queue.drop(client);
                waiting -= dropped.size();
                REQUIRE(static_cast<int>(dropped.size()) == pushed[client] - popped[client]);
                popped[client] = pushed[client];
                break;
            }
            case 1:
            case 2:
            case 3: {
                const auto item = queue.pop();
                REQUIRE(item.has_value() == (waiting > 0));
                if (item) {
                    --waiting;
                    REQUIRE(item->second == popped[item->first]++);
                }
                break;
            }
            default:
                queue.push(client, {client, pushed[client]++});
                ++waiting;
        }
        REQUIRE(queue.size() == waiting);
    }
}
