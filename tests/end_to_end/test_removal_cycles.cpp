// A card that is pulled and put back while everybody works.
#include "tests/end_to_end/checked_signing.h"
#include "tests/end_to_end/faulty_module.h"
#include "tests/end_to_end/process_facts.h"
#include "tests/end_to_end/repetitions.h"
#include "tests/end_to_end/scripted_pinentry.h"
#include "tests/end_to_end/session.h"

#include <algorithm>
#include <iostream>

using namespace signet::tests;

namespace {

constexpr std::size_t warming_up = 3;
constexpr int workers = 4;

// KiB. Less than one a cycle is not a leak; the rest is what the allocator, and the address sanitizer, which
// keeps what was freed, may take at any time.
std::size_t kept_memory() {
    return programs_are_sanitized() ? std::size_t{256} * 1024 : 2048;
}

// Four clients, a person at the pinentry, and a card.
struct PulledCard {
    ProcessResult list() const { return agent.signet({"list"}); }
    pid_t agent_pid() { return agent.process().pid(); }
    pid_t host_pid() const { return agent.hosts().at(0); }
    std::size_t refused() { return load.refused(6); }
    // Until one client has heard that the card is away, and until one has a signature again.
    void pull() {
        const std::size_t before = refused();
        module.remove();
        REQUIRE(wait_until([&] { return refused() > before; }));
    }
    std::chrono::milliseconds put_back(unsigned long slot) {
        const std::size_t before = load.done();
        const auto begin = std::chrono::steady_clock::now();
        module.insert(slot);
        REQUIRE(wait_until([&] { return load.done() > before; }));
        return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                                     begin);
    }
    void cycle(std::size_t number) {
        const std::size_t asked = pinentry.asked();
        pull();
        times.push_back(put_back(2 + number % 5));
        prompts = std::max(prompts, pinentry.asked() - asked);
    }

    explicit PulledCard(const std::string& settings = "", int sessions = workers)
        : agent(setup(settings, sessions)) {}
    AgentSetup setup(const std::string& settings, int sessions) {
        module.set(settings);
        AgentSetup made = pinentry.used_in(module.setup(alice.token()));
        made.modules.front().sessions = sessions;
        return made;
    }

    Alice alice{{KeyType::p256}};
    FaultyModule module;
    ScriptedPinentry pinentry{"give " + std::string(SoftHsmToken::default_pin)};
    AgentProcess agent;
    CheckedSigning load{agent, alice.ca().root(), std::vector<std::string>(workers, "alice-p256")};
    std::vector<std::chrono::milliseconds> times;
    std::size_t prompts = 0;
};

}  // namespace

TEST_CASE("a card that goes and comes again and again leaves nothing behind") {
    const std::size_t cycles = number_in("SIGNET_CYCLES", 10);
    PulledCard card;
    REQUIRE(wait_until([&] { return card.load.done() > 0; }));
    // What is made once is made.
    for (std::size_t i = 0; i < warming_up; ++i)
        card.cycle(i);
    const pid_t host = card.host_pid();
    const std::size_t descriptors = open_descriptors(card.agent_pid());
    const std::size_t host_descriptors = open_descriptors(host);
    const std::size_t memory = resident_kib(card.agent_pid());
    const std::size_t host_memory = resident_kib(host);
    for (std::size_t i = 0; i < cycles; ++i)
        card.cycle(i);
    const std::size_t memory_after = resident_kib(card.agent_pid());
    const std::size_t host_memory_after = resident_kib(card.host_pid());
    std::sort(card.times.begin(), card.times.end());
    std::cout << cycles << " cycles, " << card.load.done() << " signatures, " << card.refused()
              << " refusals: first signature after re-insertion " << card.times[card.times.size() / 2].count()
              << " ms (median), " << card.times.back().count() << " ms (worst); longest request "
              << card.load.longest().count() << " ms; agent " << memory << " -> " << memory_after
              << " KiB, signet-token " << host_memory << " -> " << host_memory_after << " KiB, descriptors "
              << descriptors << " and " << host_descriptors << ", sessions " << card.module.open_sessions()
              << ", prompts a cycle " << card.prompts << ", in all " << card.pinentry.asked() << "\n";

    CHECK(card.agent.process().running());
    CHECK(card.host_pid() == host);
    CHECK(card.prompts <= 1);
    CHECK(card.module.pin_tries() == 0);
    // A module has a file of its own open for a moment, whenever it likes.
    CHECK(wait_until([&] { return open_descriptors(host) <= host_descriptors; }));
    // Workers open theirs when they have something to do; one more keeps the login.
    CHECK(card.module.open_sessions() <= std::uint64_t{workers + 1});
    CHECK(memory_after <= memory + kept_memory() + cycles);
    CHECK(host_memory_after <= host_memory + kept_memory() + cycles);
    card.load.stop();
    CHECK(open_descriptors(card.agent_pid()) <= descriptors);
    CHECK_THAT(card.load.faults(), Catch::Equals(std::vector<std::string>{}));
    for (const auto& [status, told] : card.load.refusals()) {
        CAPTURE(told.second);
        CHECK(status == 6);
    }
}

TEST_CASE("a card with few sessions is shared by all workers, and again when it is back") {
    const std::uint64_t limit = GENERATE(1, 16);
    PulledCard card("sessions limit " + std::to_string(limit), 20);
    // As many as there may be: the workers take turns.
    REQUIRE(wait_until([&] { return card.load.done() >= 20 && card.module.open_sessions() == limit; }));
    card.cycle(0);
    const std::size_t before = card.load.done();
    CHECK(wait_until([&] { return card.load.done() >= before + 20; }));
    card.load.stop();
    CHECK_THAT(card.load.faults(), Catch::Equals(std::vector<std::string>{}));
    CHECK(card.agent.signet({"status"}).out.find("restarts    0") != std::string::npos);
}
