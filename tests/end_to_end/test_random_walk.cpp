// Whatever a card does, in whatever order.
#include "tests/end_to_end/checked_signing.h"
#include "tests/end_to_end/faulty_module.h"
#include "tests/end_to_end/random_faults.h"
#include "tests/end_to_end/repetitions.h"
#include "tests/end_to_end/scripted_pinentry.h"
#include "tests/end_to_end/session.h"

#include <csignal>
#include <deque>
#include <iostream>

using namespace signet::tests;

namespace {

const std::string pin_that_opens = SoftHsmToken::default_pin;
const std::string pin_that_does_not = "999999";

// Two clients that sign, and one of each other kind; a person who may be wrong, or unwilling; and a card.
class Walk {
  public:
    explicit Walk(std::size_t seed) : m_randomness(seed) {
        m_module.set("pin locks 3");
        write_file(m_folder / "letter", "All is well.\n");
        check_done(
            signet({"encrypt", "--no-self", "-r", certificate(KeyType::rsa2048), "-o", "rsa", "letter"}));
        check_done(signet({"encrypt", "--no-self", "-r", certificate(KeyType::p256), "-o", "ec", "letter"}));
    }

    // Something happens. Nobody waits for what comes of it, or the clients see it.
    void step() {
        const std::string what = happen();
        m_trail.push_back(what);
        if (m_trail.size() > 30)
            m_trail.pop_front();
        if (below(2, m_randomness) == 0)
            wait_for_answers();
        check_tries();
    }

    // All is well again.
    void recover() {
        mend_token();
        m_module.follow("");
        m_module.set("pin locks 3");
        m_module.unblock();
        m_module.insert();
        mood("");
        const std::size_t before = m_load.done();
        if (!wait_until([&] { return m_load.done() > before; }, CheckedSigning::deadline))
            FAIL("it does not recover; " << trail() << "\n"
                                         << signet({"list"}).out << signet({"status"}).out);
        ++m_recoveries;
    }

    void check_at_the_end() {
        m_load.stop();
        INFO(trail());
        std::cout << m_load.done() << " signatures";
        for (const auto& [status, told] : m_load.refusals())
            std::cout << ", " << told.first << " times status " << status << " (" << told.second << ")";
        std::cout << "; longest request " << m_load.longest().count() << " ms; " << m_recoveries
                  << " recoveries; " << m_module.logins() << " right PINs, " << m_module.pin_tries()
                  << " wrong ones, a person's: " << wrong_pins_of_a_person() << "\n";
        CHECK_THAT(m_load.faults(), Catch::Equals(std::vector<std::string>{}));
        CHECK(m_agent.process().running());
        CHECK(m_agent.terminate() == 0);
    }

    [[nodiscard]] std::string trail() {
        std::string text = "what happened, the latest last:";
        for (const std::string& what : m_trail)
            text += "\n  " + what;
        for (const auto& [status, told] : m_load.refusals())
            text += "\n" + std::to_string(told.first) + " times status " + std::to_string(status) + ": " +
                    told.second;
        return text + "\nthe agent's log ends:\n" + log_end();
    }

  private:
    [[nodiscard]] std::string log_end() const {
        const std::string log = m_agent.log();
        return log.substr(log.size() - std::min<std::size_t>(log.size(), 4000));
    }
    [[nodiscard]] std::string certificate(KeyType type) const {
        return m_alice.identity(type).certificate.pem;
    }
    [[nodiscard]] ProcessResult signet(const Arguments& arguments, std::optional<std::string> in = {}) const {
        return m_agent.signet(
            arguments,
            {.stdin_text = std::move(in), .folder = m_folder.path(), .timeout = CheckedSigning::deadline});
    }
    // Whoever kills a process may destroy SoftHSM's token, which no card would suffer.
    void mend_token() {
        const std::filesystem::path file = m_alice.token().token_object();
        if (std::filesystem::file_size(file) == m_token_object.size())
            return;
        write_file(m_folder / "token.object", m_token_object);
        std::filesystem::rename(m_folder / "token.object", file);
    }
    // What the person does when asked for a PIN: "wrong", "cancel", or the right thing.
    void mood(const std::string& name) {
        for (const char* each : {"wrong", "cancel"})
            std::filesystem::remove(m_pinentry / each);
        if (!name.empty())
            write_file(m_pinentry / name, "");
    }

    std::string happen() {
        const unsigned kind = below(32, m_randomness);
        if (kind < 3)
            return removal();
        if (kind < 10)
            return insertion();
        if (kind < 11) {
            m_module.reset();
            return "reset";
        }
        if (kind < 17)
            return script(random_fault(m_randomness) +
                          (below(3, m_randomness) == 0 ? random_fault(m_randomness) : ""));
        if (kind < 22)
            return script("");
        if (kind < 24)
            return card();
        if (kind < 26)
            return another_client();
        if (kind < 29)
            return person();
        if (kind < 30)
            return killing();
        recover();
        return "all is well";
    }
    std::string removal() {
        m_module.remove();
        return "removed";
    }
    std::string insertion() {
        const unsigned slot = 2 + below(6, m_randomness);
        m_module.insert(slot);
        return "inserted into " + std::to_string(slot);
    }
    std::string script(const std::string& faults) {
        m_module.follow(faults);
        return "script: " + (faults.empty() ? "none" : faults);
    }
    std::string card() {
        const std::string settings = random_card(m_randomness, pin_that_opens);
        m_module.set(settings);
        return "card: " + settings;
    }
    std::string killing() {
        for (const pid_t host : m_agent.hosts())
            kill(host, SIGKILL);
        return "killed";
    }

    std::string another_client() {
        const std::string message = any_of({"rsa", "ec"}, m_randomness);
        switch (below(3, m_randomness)) {
            case 0:
                expect_quick({"list"});
                return "list";
            case 1:
                expect_quick({"status"});
                return "status";
            default:
                std::filesystem::remove(m_folder / "opened");
                const ProcessResult result = signet({"decrypt", "-o", "opened", message});
                CAPTURE(result.err, trail());
                CHECK(result.status != 3);
                if (result.status == 0)
                    CHECK(read_file(m_folder / "opened") == "All is well.\n");
                else
                    CHECK_FALSE(std::filesystem::exists(m_folder / "opened"));
                return "decrypt " + message + ": " + std::to_string(result.status);
        }
    }
    void expect_quick(const Arguments& command) {
        const ProcessResult result = signet(command);
        CAPTURE(result.err, trail());
        CHECK(result.status == 0);
    }

    std::string person() {
        switch (below(8, m_randomness)) {
            case 0:
                ++m_wrong_unlocks;
                return "wrong PIN: " +
                       std::to_string(
                           signet({"unlock", "--pin-stdin", "alice"}, pin_that_does_not + "\n").status);
            case 1:
                return "lock: " + std::to_string(signet({"lock"}).status);
            case 2:
                mood("wrong");
                return "a person who is wrong";
            case 3:
                mood("cancel");
                return "a person who cancels";
            case 4:
                m_module.unblock();
                return "unblocked";
            default:
                mood("");
                return "a person who is right";
        }
    }

    [[nodiscard]] std::size_t answers() {
        std::size_t count = m_load.done();
        for (const auto& [status, told] : m_load.refusals())
            count += told.first;
        return count;
    }
    // To requests that came later than what happened, of both clients or of one.
    void wait_for_answers() {
        const std::size_t before = answers();
        INFO(trail());
        REQUIRE(wait_until([&] { return answers() >= before + 4; }, CheckedSigning::deadline));
    }

    [[nodiscard]] std::size_t wrong_pins_of_a_person() const {
        const std::filesystem::path given = m_pinentry / "wrong-given";
        return m_wrong_unlocks + (std::filesystem::exists(given) ? count_lines(read_file(given)) : 0);
    }
    void check_tries() {
        // In this order: a person's is noted before it is sent.
        const std::uint64_t spent = m_module.pin_tries();
        const std::size_t of_a_person = wrong_pins_of_a_person();
        INFO(trail());
        REQUIRE(spent <= of_a_person);
    }

    Randomness m_randomness;
    std::deque<std::string> m_trail;
    std::size_t m_wrong_unlocks = 0;
    std::size_t m_recoveries = 0;
    Alice m_alice{{KeyType::rsa2048, KeyType::p256}};
    std::string m_token_object = read_file(m_alice.token().token_object());
    TemporaryFolder m_folder;
    FaultyModule m_module;
    ScriptedPinentry m_pinentry{
        "if [ -e \"$folder/wrong\" ]; then echo wrong >> \"$folder/wrong-given\"; give " + pin_that_does_not +
        "; elif [ -e \"$folder/cancel\" ]; then echo 'ERR 83886179 Operation cancelled <Pinentry>'; else "
        "give " +
        pin_that_opens + "; fi"};
    AgentProcess m_agent{m_pinentry.used_in(m_module.setup(m_alice.token(), "500ms"))};
    CheckedSigning m_load{m_agent, m_alice.ca().root(), {"alice-rsa2048", "alice-p256"}};
};

}  // namespace

TEST_CASE("nothing that a card does, in whatever order, costs a PIN try, a client or the agent") {
    const std::size_t seed = number_in("SIGNET_SEED", std::random_device()());
    const std::size_t steps = number_in("SIGNET_STEPS", 80);
    std::cout << "SIGNET_SEED=" << seed << ": " << steps << " steps: " << std::flush;
    CAPTURE(seed);
    Walk walk(seed);
    for (std::size_t i = 0; i < steps; ++i)
        walk.step();
    walk.recover();
    walk.check_at_the_end();
}
