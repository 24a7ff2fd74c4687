#include "agent/operation_queue.h"

#include "tests/catch.h"

#include <string>

using signet::agent::Company;
using signet::agent::OperationQueue;

TEST_CASE("operations are sent as long as there is room, then wait") {
    OperationQueue<std::string> queue;
    CHECK(queue.send_at_once(Company::any, 0, 2));
    CHECK(queue.send_at_once(Company::any, 1, 2));
    CHECK_FALSE(queue.send_at_once(Company::any, 2, 2));
    queue.push(1, Company::any, "third");
    CHECK(queue.size() == 1);
    CHECK_FALSE(queue.next(2, 2));
    // Nobody overtakes one that waits.
    CHECK_FALSE(queue.send_at_once(Company::any, 1, 2));
    CHECK(queue.next(1, 2) == "third");
    CHECK_FALSE(queue.next(1, 2));
}

TEST_CASE("one that goes alone waits for the others, and they for it") {
    OperationQueue<std::string> queue;
    CHECK(queue.send_at_once(Company::any, 0, 4));
    CHECK_FALSE(queue.send_at_once(Company::none, 1, 4));
    queue.push(1, Company::none, "suspect");
    CHECK_FALSE(queue.send_at_once(Company::any, 1, 4));
    queue.push(2, Company::any, "other");
    CHECK_FALSE(queue.next(1, 4));
    CHECK(queue.next(0, 4) == "suspect");
    // It is outstanding, then answered.
    CHECK_FALSE(queue.next(1, 4));
    CHECK(queue.next(0, 4) == "other");
    CHECK(queue.send_at_once(Company::any, 1, 4));
}

TEST_CASE("one that goes alone need not wait when nothing is outstanding") {
    OperationQueue<std::string> queue;
    CHECK(queue.send_at_once(Company::none, 0, 4));
    CHECK_FALSE(queue.send_at_once(Company::any, 1, 4));
    queue.push(1, Company::any, "other");
    CHECK(queue.next(0, 4) == "other");
}

TEST_CASE("a queue is emptied for a client, or as a whole, and begins anew") {
    OperationQueue<std::string> queue;
    CHECK(queue.send_at_once(Company::none, 0, 4));
    queue.push(1, Company::any, "one");
    queue.push(2, Company::any, "two");
    queue.push(1, Company::none, "one alone");
    CHECK(queue.drop(1) == std::vector<std::string>{"one alone", "one"});
    CHECK(queue.clear() == std::vector<std::string>{"two"});
    CHECK(queue.size() == 0);
    CHECK(queue.send_at_once(Company::any, 1, 4));
}

TEST_CASE("what may go elsewhere is taken out, and one that goes alone still does") {
    OperationQueue<std::string> queue;
    CHECK(queue.send_at_once(Company::none, 0, 4));
    queue.push(1, Company::any, "one");
    queue.push(2, Company::none, "alone");
    queue.push(2, Company::any, "two");
    CHECK(queue.take_any() == std::vector<std::string>{"one", "two"});
    CHECK(queue.size() == 1);
    CHECK_FALSE(queue.send_at_once(Company::any, 1, 4));
    CHECK(queue.next(0, 4) == "alone");
}
