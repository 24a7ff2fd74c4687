// signet-bench: one run, one machine, everything side by side. scripts/bench builds and starts it.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <initializer_list>
#include <map>
#include <memory>
#include <string_view>

#include "tests/bench/echo.h"
#include "tests/bench/many_objects.h"
#include "tests/bench/one_shot.h"
#include "tests/bench/own_process.h"
#include "tests/bench/replicas.h"
#include "tests/bench/report.h"
#include "tests/fixtures/agent_process.h"
#include "tests/fixtures/alice.h"
#include "tests/fixtures/file.h"

using namespace signet;
using bench::Key;
using bench::Result;

namespace {

std::string joined(std::initializer_list<std::string_view> parts) {
    std::string text;
    for (const auto part : parts)
        text += part;
    return text;
}

constexpr auto round_length = std::chrono::milliseconds(1000);
constexpr unsigned rounds = 3;
constexpr unsigned one_shot_rounds = 100;

/// Collects the rounds of each measurement, in the order of their first appearance.
class Rounds {
  public:
    void add(const std::string& name, const Result& result) {
        if (m_results[name].empty())
            m_names.push_back(name);
        m_results[name].push_back(result);
    }
    /// The median round, figure by figure.
    [[nodiscard]] Result median(const std::string& name) const {
        auto results = m_results.at(name);
        const auto by = [&results](double Result::*figure) {
            std::sort(results.begin(), results.end(),
                      [figure](const Result& a, const Result& b) { return a.*figure < b.*figure; });
            return results[results.size() / 2].*figure;
        };
        return {by(&Result::p50), by(&Result::p99), by(&Result::rate)};
    }
    [[nodiscard]] std::vector<bench::Row> rows() const {
        std::vector<bench::Row> out;
        for (const auto& name : m_names)
            out.push_back({name, median(name)});
        return out;
    }

  private:
    std::vector<std::string> m_names;
    std::map<std::string, std::vector<Result>> m_results;
};

/// An agent whose audit log lies on the disk, and one whose log lies in memory: their difference is the disk.
struct Agents {
    explicit Agents(tests::Alice& alice) : memory_folder("/dev/shm") {
        auto setup = tests::AgentSetup::of(alice.token());
        disk = std::make_unique<tests::AgentProcess>(setup);
        setup.audit_path = memory_folder / "audit.jsonl";
        memory = std::make_unique<tests::AgentProcess>(setup);
    }
    tests::TemporaryFolder memory_folder;
    std::unique_ptr<tests::AgentProcess> disk;
    std::unique_ptr<tests::AgentProcess> memory;
};

const char* name_of(Key key) {
    return key == Key::rsa2048 ? "RSA-2048" : "P-256";
}

void measure_bare(Rounds& out, tests::Alice& alice, Key key, const tests::Identity& identity,
                  unsigned threads) {
    const bench::BareToken token{tests::SoftHsmToken::module_path(),
                                 alice.token().label(),
                                 {},
                                 {static_cast<std::uint8_t>(std::stoul(identity.id, nullptr, 16))},
                                 key};
    out.add(joined({name_of(key), " bare C_Sign, ", std::to_string(threads),
                    threads == 1 ? " thread" : " threads"}),
            bench::bare_token_in_own_process(token, alice.token().pin_file(), threads, round_length,
                                             alice.token().environment()));
}

void measure_key(Rounds& out, tests::Alice& alice, const Agents& agents, Key key) {
    const auto& identity =
        alice.identity(key == Key::rsa2048 ? tests::KeyType::rsa2048 : tests::KeyType::p256);
    const std::string name = name_of(key);
    for (const unsigned threads : {1U, 2U})
        measure_bare(out, alice, key, identity, threads);
    for (const unsigned clients : {1U, 8U}) {
        const std::string who = std::to_string(clients) + (clients == 1 ? " client" : " clients");
        out.add(joined({name, " through the agent, ", who}),
                bench::agent_in_own_process(agents.disk->socket(), identity.email, clients, round_length));
        out.add(joined({name, " through the agent, ", who, ", audit log in memory"}),
                bench::agent_in_own_process(agents.memory->socket(), identity.email, clients, round_length));
    }
}

/// The round trip around work that takes as long as a signature of `key`.
void measure_echo_around(Rounds& out, Key key) {
    const auto work = std::chrono::microseconds(
        static_cast<std::int64_t>(out.median(std::string(name_of(key)) + " bare C_Sign, 1 thread").p50));
    out.add("echo of a local socket, around " + std::string(name_of(key)) + "'s time",
            bench::measure_echo(bench::Cores::two, work, round_length));
}

void measure_one_shot(Rounds& out, tests::Alice& alice, const Agents& agents, Key key) {
    const tests::TemporaryFolder folder;
    const auto& identity =
        alice.identity(key == Key::rsa2048 ? tests::KeyType::rsa2048 : tests::KeyType::p256);
    const std::string file = folder / "letter.txt";
    tests::write_file(file, "A short letter.\n");
    auto environment = tests::minimal_environment();
    for (const auto& [name, value] : alice.token().environment())
        environment[name] = value;
    environment["PKCS11_MODULE_PATH"] = tests::SoftHsmToken::module_path();
    std::vector<std::string> list;
    for (const auto& [name, value] : environment)
        list.push_back(joined({name, "=", value}));
    const std::string uri = "pkcs11:token=" + alice.token().label() + ";object=" + identity.label +
                            ";type=private;pin-source=file:" + alice.token().pin_file().string();
    const auto results =
        bench::measure_one_shot({{{tests::program("signet"), "sign", "--socket", agents.disk->socket(), "-k",
                                   identity.email, "-o", folder / "signet.p7s", file},
                                  list},
                                 {{"openssl", "cms", "-sign", "-binary", "-engine", "pkcs11", "-keyform",
                                   "engine", "-inkey", uri, "-signer", identity.certificate.pem, "-in", file,
                                   "-outform", "DER", "-out", folder / "openssl.p7s"},
                                  list}},
                                one_shot_rounds);
    out.add(std::string(name_of(key)) + " one-shot signet sign", results[0]);
    out.add(std::string(name_of(key)) + " one-shot openssl cms -engine pkcs11", results[1]);
}

// Three objects an identity.
constexpr std::size_t many_identities = 1667;
constexpr std::size_t few_identities = 2;

/// A token with an identity of Alice's and fillers, `identities` in all.
std::unique_ptr<tests::Alice> alice_among(std::size_t identities) {
    auto alice = std::make_unique<tests::Alice>(std::vector{tests::KeyType::p256});
    alice->token().fill(identities - 1);
    return alice;
}

std::string with_objects(std::size_t identities) {
    return ", " + std::to_string(3 * identities) + " objects";
}

void measure_many_objects(Rounds& out) {
    const auto many = alice_among(many_identities);
    const auto few = alice_among(few_identities);
    for (unsigned round = 0; round < rounds; ++round)
        for (const auto& [alice, identities] :
             {std::pair(many.get(), many_identities), std::pair(few.get(), few_identities)}) {
            const bench::Start start = bench::measure_start(alice->token(), identities);
            out.add("agent's start to ready" + with_objects(identities), start.ready);
            out.add("agent's start to first signature" + with_objects(identities), start.first_signature);
            out.add("P-256, 1 client" + with_objects(identities),
                    bench::measure_signing(alice->token(), round_length));
        }
}

void measure_replicas(Rounds& out) {
    out.add("token of 150 ms an operation, alone", bench::measure_replicas(1));
    out.add("token of 150 ms an operation, and a replica", bench::measure_replicas(2));
}

void add_ratios_of_many_objects(const Rounds& rounds_taken, std::vector<bench::Ratio>& out) {
    const auto many = with_objects(many_identities);
    constexpr double microseconds_in_a_second = 1e6;
    out.push_back({"agent's start to ready" + many + ", in seconds",
                   rounds_taken.median("agent's start to ready" + many).p50 / microseconds_in_a_second,
                   "at most 2"});
    out.push_back({"P-256: a signature" + many + " /" + with_objects(few_identities).substr(1),
                   rounds_taken.median("P-256, 1 client" + many).p50 /
                       rounds_taken.median("P-256, 1 client" + with_objects(few_identities)).p50,
                   "1.00"});
}

void add_ratio_of_replicas(const Rounds& rounds_taken, std::vector<bench::Ratio>& out) {
    out.push_back({"150 ms an operation: two replicas / one token",
                   rounds_taken.median("token of 150 ms an operation, and a replica").rate /
                       rounds_taken.median("token of 150 ms an operation, alone").rate,
                   "at least 1.95"});
}

std::vector<bench::Ratio> ratios_of(const Rounds& rounds_taken) {
    std::vector<bench::Ratio> out;
    const double echo = rounds_taken.median("echo of a local socket, across cores").p50;
    for (const Key key : {Key::rsa2048, Key::p256}) {
        const std::string name = name_of(key);
        const Result bare = rounds_taken.median(name + " bare C_Sign, 1 thread");
        const double longer = rounds_taken.median("echo of a local socket, around " + name + "'s time").p50;
        const Result bare2 = rounds_taken.median(name + " bare C_Sign, 2 threads");
        for (const std::string where : {"", ", audit log in memory"}) {
            const Result one = rounds_taken.median(joined({name, " through the agent, 1 client", where}));
            const Result eight = rounds_taken.median(joined({name, " through the agent, 8 clients", where}));
            out.push_back({joined({name, ": latency added by the agent", where, ", in echo round trips"}),
                           (one.p50 - bare.p50) / echo, "at most 2.5"});
            out.push_back(
                {name + ": the same in echo round trips around its time", (one.p50 - bare.p50) / longer, ""});
            out.push_back({joined({name, ": agent with 8 clients", where, " / bare with 2 threads"}),
                           eight.rate / bare2.rate, key == Key::rsa2048 ? "at least 0.80" : ""});
        }
        out.push_back({name + ": one-shot signet sign / openssl cms with the engine",
                       rounds_taken.median(name + " one-shot signet sign").p50 /
                           rounds_taken.median(name + " one-shot openssl cms -engine pkcs11").p50,
                       "at most 0.50"});
    }
    add_ratios_of_many_objects(rounds_taken, out);
    add_ratio_of_replicas(rounds_taken, out);
    return out;
}

int print(const Rounds& rounds_taken, const std::vector<bench::Ratio>& ratios, bool json) {
    const auto rows = rounds_taken.rows();
    std::fputs((json ? as_json(rows, ratios) : as_table(rows, ratios)).c_str(), stdout);
    return 0;
}

/// With the machine's own speed, without which these figures say little.
int run_many_objects(bool json) {
    tests::Alice alice({tests::KeyType::rsa2048});
    const auto& identity = alice.identity(tests::KeyType::rsa2048);
    Rounds out;
    for (unsigned round = 0; round < rounds; ++round)
        measure_bare(out, alice, Key::rsa2048, identity, 1);
    measure_many_objects(out);
    std::vector<bench::Ratio> ratios;
    add_ratios_of_many_objects(out, ratios);
    return print(out, ratios, json);
}

int run(bool json) {
    tests::Alice alice;
    const Agents agents(alice);
    Rounds out;
    for (unsigned round = 0; round < rounds; ++round) {
        if (!json)
            std::fprintf(stderr, "round %u of %u\n", round + 1, rounds);
        out.add("echo of a local socket, on one core",
                bench::measure_echo(bench::Cores::one, {}, round_length));
        out.add("echo of a local socket, across cores",
                bench::measure_echo(bench::Cores::two, {}, round_length));
        for (const Key key : {Key::rsa2048, Key::p256}) {
            measure_key(out, alice, agents, key);
            measure_echo_around(out, key);
        }
    }
    for (const Key key : {Key::rsa2048, Key::p256})
        measure_one_shot(out, alice, agents, key);
    measure_many_objects(out);
    measure_replicas(out);
    return print(out, ratios_of(out), json);
}

}  // namespace

int main(int argc, char** argv) {
    if (const auto status = bench::run_role(argc, argv))
        return *status;
    try {
        bool json = false;
        bool only_many_objects = false;
        for (int i = 1; i < argc; ++i) {
            const std::string_view option = argv[i];
            json = json || option == "--json";
            only_many_objects = only_many_objects || option == "--many-objects";
            if (option != "--json" && option != "--many-objects") {
                std::fprintf(stderr, "usage: signet-bench [--json] [--many-objects]\n");
                return 2;
            }
        }
        return only_many_objects ? run_many_objects(json) : run(json);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "signet-bench: %s\n", error.what());
        return 1;
    }
}
