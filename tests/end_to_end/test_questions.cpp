// What a person is asked at the terminal before a token or a key goes.
#include "tests/end_to_end/session.h"

#include <pty.h>
#include <unistd.h>

#include <array>

using namespace signet::tests;

namespace {

/// Whether there are terminals here: a chroot, or a small container, may have none.
bool has_terminals() {
    const bool has = std::filesystem::exists("/dev/pts/ptmx");
    if (!has)
        WARN("there are no terminals here: /dev/pts is not mounted");
    return has;
}

/// A terminal with a person at it.
class PersonsTerminal {
  public:
    PersonsTerminal() { REQUIRE(openpty(m_ends.data(), m_ends.data() + 1, nullptr, nullptr, nullptr) == 0); }
    ~PersonsTerminal() {
        for (const int end : m_ends)
            close(end);
    }
    PersonsTerminal(const PersonsTerminal&) = delete;
    PersonsTerminal& operator=(const PersonsTerminal&) = delete;

    [[nodiscard]] int number() const noexcept { return m_ends[1]; }
    void type(const std::string& text) const {
        REQUIRE(write(m_ends[0], text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    }

  private:
    std::array<int, 2> m_ends{};
};

/// `signet` with its standard input at a terminal.
class AtTerminal {
  public:
    AtTerminal(Session& session, const Arguments& command)
        : m_signet(with_program(command), RunOptions{.environment = session.agent().folder().environment(),
                                                     .descriptors = {{STDIN_FILENO, m_terminal.number()}}}) {}

    /// Waits until it asks, then answers.
    void answer(const std::string& question, const std::string& text) {
        REQUIRE(wait_until([&] { return m_signet.err().find(question) != std::string::npos; }));
        m_terminal.type(text);
    }
    int status() { return m_signet.wait(std::chrono::minutes(1)).value_or(-1); }
    /// What it said behind its last question.
    [[nodiscard]] std::string end() const {
        const std::string said = m_signet.err();
        const auto line = said.rfind("signet: ");
        return line == std::string::npos ? std::string() : said.substr(line);
    }

  private:
    static Arguments with_program(Arguments command) {
        command.insert(command.begin(), program("signet"));
        return command;
    }

    PersonsTerminal m_terminal;
    BackgroundProcess m_signet;
};

const std::string end_of_input = "\x04";

}  // namespace

TEST_CASE("a key is deleted once yes is typed, and by nothing else") {
    if (!has_terminals())
        return;
    Session session(std::vector<KeyType>{});
    check_done(session.signet({"token", "keygen", "-l", "spare", "-t", "p-256"}));
    const auto is_there = [&] { return session.signet({"list"}).out.find("key spare") != std::string::npos; };
    for (const std::string& typed :
         {std::string("no\n"), std::string("y\n"), std::string("YES\n"), std::string("\n"), end_of_input}) {
        CAPTURE(typed);
        AtTerminal dialogue(session, {"token", "delete", "spare"});
        dialogue.answer("The key \"spare\" and its certificates will be deleted. Type yes to go on: ", typed);
        CHECK(dialogue.status() == 1);
        CHECK(dialogue.end() == "signet: cannot delete the key: it was not confirmed\n");
        CHECK(is_there());
    }
    AtTerminal dialogue(session, {"token", "delete", "spare"});
    dialogue.answer("Type yes to go on: ", "yes\n");
    CHECK(dialogue.status() == 0);
    CHECK_FALSE(is_there());
    CHECK(session.audit_records("delete", "done") == 1);
}

TEST_CASE("a token is made anew once its label is typed, and by nothing else") {
    if (!has_terminals())
        return;
    Session session(std::vector<KeyType>{});
    check_done(session.signet({"token", "keygen", "-l", "spare", "-t", "p-256"}));
    const Arguments init{"token", "init", "-l", "new", "--so-pin-stdin", "--pin-stdin", "alice"};
    const std::string question =
        "All that is on token \"alice\" will be destroyed. Type its label to go on: ";
    for (const std::string& typed : {std::string("yes\n"), std::string("new\n"), std::string("alic\n"),
                                     std::string("\n"), end_of_input}) {
        CAPTURE(typed);
        AtTerminal dialogue(session, init);
        dialogue.answer(question, typed);
        CHECK(dialogue.status() == 1);
        CHECK(dialogue.end() == "signet: cannot initialise the token: it was not confirmed\n");
    }
    CHECK_THAT(session.signet({"list"}).out, Catch::Contains("key spare"));
    AtTerminal dialogue(session, init);
    dialogue.answer(question, "alice\n");
    dialogue.answer("SO PIN: ", std::string(SoftHsmToken::so_pin) + "\n");
    dialogue.answer("\nPIN: ", "654321\n");
    CHECK(dialogue.status() == 0);
    const auto list = session.signet({"list"}).out;
    CHECK_THAT(list, Catch::Contains("token new: "));
    CHECK(list.find("spare") == std::string::npos);
    CHECK(session.audit_records("init", "done") == 1);
}

TEST_CASE("without a terminal nothing is asked, and nothing goes") {
    Session session(std::vector<KeyType>{});
    check_done(session.signet({"token", "keygen", "-l", "spare", "-t", "p-256"}));
    check_refused(session.signet({"token", "delete", "spare"}, "yes\n"), 2);
    check_refused(session.signet({"token", "init", "-l", "new", "--so-pin-stdin", "--pin-stdin", "alice"},
                                 "alice\n" + std::string(SoftHsmToken::so_pin) + "\n"),
                  7);
    CHECK_THAT(session.signet({"list"}).out, Catch::Contains("key spare"));
}

TEST_CASE("both PINs of a change are typed at the terminal") {
    if (!has_terminals())
        return;
    Session session(std::vector<KeyType>{});
    AtTerminal dialogue(session, {"token", "change-pin", "--pin-stdin"});
    dialogue.answer("Old PIN: ", SoftHsmToken::default_pin_line);
    dialogue.answer("New PIN: ", "654321\n");
    CHECK(dialogue.status() == 0);
    check_done(session.signet({"lock"}));
    check_done(session.signet({"unlock", "--pin-stdin"}, "654321\n"));
}
