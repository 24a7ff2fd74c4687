// A module that is slow, busy, large, or brought down by one key of several.
#include "tests/end_to_end/busy_alice.h"
#include "tests/end_to_end/raw_client.h"
#include "tests/end_to_end/sign_load.h"

#include <memory>
#include <thread>
#include <vector>

using namespace signet::tests;

TEST_CASE("a slow token that has much to do is not taken for one that hangs") {
    BusyAlice busy({KeyType::p256}, 1, "3s");
    check_done(busy.signet({"sign", "report.txt"}));
    busy.module.follow("C_Sign delay 2000ms");
    const auto first = busy.signing("one");
    const auto second = busy.signing("two");
    REQUIRE(wait_until([&] { return busy.outstanding(2); }));
    // Its scan waits for both signatures, for longer than a scan may take.
    CHECK(busy.signet({"list"}).status == 0);
    CHECK(first->wait(std::chrono::seconds(60)) == 0);
    CHECK(second->wait(std::chrono::seconds(60)) == 0);
    CHECK(wait_until([&] { return busy.outstanding(0); }));
    CHECK(busy.never_restarted());
}

TEST_CASE("a key that crashes the module each time fails, and no operation on another key does") {
    BusyAlice busy({KeyType::rsa2048, KeyType::p256}, 2, "30s");
    const std::string rsa = "alice-rsa2048";
    // CKM_ECDSA crashes it; the RSA signatures that take their time are cut off each time.
    busy.module.follow("C_SignInit delay 100ms mechanism 0x1\nC_SignInit crash mechanism 0x1041\n");
    SignLoad load(busy.agent, {rsa, rsa, rsa, rsa});
    REQUIRE(wait_until([&] { return load.done() >= 4 || !load.failures().empty(); }));
    for (int i = 0; i < 3; ++i)
        check_refused(busy.signet({"sign", "-k", "alice-p256", "-o", "sig", "report.txt"}), 6);
    const std::size_t before = load.done();
    CHECK(wait_until([&] { return load.done() >= before + 4 || !load.failures().empty(); }));
    load.stop();
    CHECK_THAT(load.failures(), Catch::Equals(std::vector<std::string>{}));
    CHECK_THAT(load.bad_signatures(busy.alice.ca().root()), Catch::Equals(std::vector<std::string>{}));
    CHECK(busy.agent.terminate() == 0);
}

TEST_CASE("a signature that has waited long for its turn is repeated as any other") {
    BusyAlice busy({KeyType::p256}, 1, "2s");
    check_done(busy.signet({"sign", "report.txt"}));
    // Twelve take 18 seconds, longer than an operation is repeated when nothing else gets on; then the last
    // one's process crashes.
    busy.module.follow("C_Sign crash after 11 times 1\nC_Sign delay 1500ms\n");
    Arguments arguments{"sign"};
    for (int i = 0; i < 12; ++i) {
        const std::string name = "file" + std::to_string(i);
        write_file(busy.folder / name, name);
        arguments.push_back(name);
    }
    check_done(busy.signet(arguments));
}

TEST_CASE("a token with thousands of objects is used, and what is left out is said") {
    BusyAlice busy({KeyType::p256}, 2, "30s");
    busy.module.follow("C_FindObjects multiply 1000");
    ProcessResult listed = busy.signet({"list"});
    check_done(listed);
    CHECK(listed.out.find("left out") == std::string::npos);
    check_done(busy.signet({"sign", "-o", "one", "report.txt"}));

    busy.module.follow("C_FindObjects multiply 4200");
    CHECK(wait_until([&] {
        listed = busy.signet({"list"});
        return (listed.out + listed.err).find("left out") != std::string::npos;
    }));
    check_done(listed);
    CHECK(busy.agent.log().find("left out certificates or keys") != std::string::npos);
    check_done(busy.signet({"sign", "-o", "two", "report.txt"}));
    CHECK(busy.never_restarted());
}

TEST_CASE("a list that goes on is told from what was seen, without another scan") {
    BusyAlice busy({KeyType::p256, KeyType::rsa2048}, 2, "30s");
    check_done(busy.signet({"list"}));
    busy.module.follow("C_FindObjectsInit crash times 1");
    RawClient client(busy.agent.socket());
    client.send(frame(hello()));
    REQUIRE(client.receive());
    signet::agent::protocol::Request request;
    request.set_id(2);
    request.mutable_list()->set_offset(1);
    client.send(frame(request));
    const auto message = client.receive();
    REQUIRE(message);
    signet::agent::protocol::Reply reply;
    REQUIRE(reply.ParseFromString(*message));
    CHECK(reply.status() == signet::agent::protocol::DONE);
    CHECK(reply.list().identities_size() == 1);
    CHECK(reply.list().tokens_size() == 0);
    CHECK(busy.never_restarted());
    // One from its beginning does look.
    check_done(busy.signet({"list"}));
    CHECK(wait_until([&] { return !busy.never_restarted(); }));
}

TEST_CASE("operations that lost their key share the scan that finds it again") {
    BusyAlice busy({KeyType::p256}, 2, "30s");
    check_done(busy.signet({"sign", "report.txt"}));
    Arguments arguments{"sign"};
    for (int i = 0; i < 4; ++i) {
        arguments.push_back("file" + std::to_string(i));
        write_file(busy.folder / arguments.back(), arguments.back());
    }
    // A scan looks for three kinds of objects; the third one crashes.
    busy.module.follow(
        "C_SignInit error CKR_KEY_HANDLE_INVALID times 4\n"
        "C_FindObjectsInit delay 300ms\nC_FindObjectsInit crash after 6 times 1\n");
    check_done(busy.signet(arguments));
    CHECK(busy.never_restarted());
}

TEST_CASE("an operation that waited while its token was removed is not sent to its slot") {
    BusyAlice busy({KeyType::p256}, 1, "30s");
    check_done(busy.signet({"sign", "report.txt"}));
    busy.module.follow("C_Sign delay 700ms");
    std::vector<std::unique_ptr<BackgroundProcess>> clients;
    clients.reserve(8);
    for (int i = 0; i < 8; ++i)
        clients.push_back(busy.signing("out" + std::to_string(i)));
    REQUIRE(wait_until([&] { return busy.counts("queued", 6); }));
    busy.module.follow("C_Sign delay 700ms\nC_GetTokenInfo error CKR_TOKEN_NOT_PRESENT");
    check_done(busy.signet({"list"}));
    int done = 0;
    int absent = 0;
    for (const auto& client : clients) {
        const auto status = client->wait(std::chrono::seconds(60));
        done += status == 0 ? 1 : 0;
        absent += status == 6 ? 1 : 0;
    }
    CHECK(done >= 1);
    CHECK(absent >= 1);
    CHECK(done + absent == 8);
}

TEST_CASE("after a crash nobody waits for a scan that takes long") {
    BusyAlice busy({KeyType::p256}, 4, "60s");
    check_done(busy.signet({"sign", "report.txt"}));
    // The signature that goes alone after the crash takes its time, and a scan begins meanwhile.
    busy.module.follow(
        "C_Sign crash times 1\nC_Sign delay 5000ms once 1 times 1\n"
        "C_FindObjectsInit delay 30000ms once 2 times 1\n");
    const auto suspect = busy.signing("one");
    std::vector<std::unique_ptr<BackgroundProcess>> lists;
    REQUIRE(wait_until([&] {
        lists.push_back(std::make_unique<BackgroundProcess>(
            Arguments{program("signet"), "list"},
            RunOptions{.environment = busy.agent.folder().environment()}));
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
        return busy.counts("restarts", 1) && busy.outstanding(2);
    }));
    CHECK(suspect->wait(std::chrono::seconds(60)) == 0);
    check_done(busy.signet({"sign", "-o", "two", "report.txt"}));
    CHECK(busy.outstanding(1));
}

TEST_CASE("a listing does not wait for the scans that later ones begin") {
    // Two slow tokens, which are scanned at different times.
    FaultyModule modules[2];
    Alice alice({KeyType::p256});
    AgentSetup setup = modules[0].setup(alice.token());
    setup.modules.push_back(modules[1].setup(alice.token()).modules.front());
    setup.modules.back().name = "other";
    const AgentProcess agent(setup);
    const auto begin = [&] {
        return std::make_unique<BackgroundProcess>(Arguments{program("signet"), "list"},
                                                   RunOptions{.environment = agent.folder().environment()});
    };
    check_done(agent.signet({"list"}));
    std::this_thread::sleep_for(std::chrono::milliseconds(1200));
    std::vector<std::unique_ptr<BackgroundProcess>> later;
    modules[0].follow("C_FindObjectsInit delay 1000ms");
    later.push_back(begin());
    std::this_thread::sleep_for(std::chrono::milliseconds(1500));
    modules[1].follow("C_FindObjectsInit delay 1000ms");
    const auto listing = begin();
    const bool ended = wait_until(
        [&] {
            later.push_back(begin());
            std::this_thread::sleep_for(std::chrono::milliseconds(250));
            return !listing->running();
        },
        std::chrono::seconds(25));
    CHECK(ended);
}
