#include <cstdlib>
#include <filesystem>

#include "client/clearance.h"
#include "tests/catch.h"
#include "tests/client/expect_error.h"
#include "tests/fixtures/temporary_folder.h"

using namespace signet;
using namespace signet::tests;
using client::Clearance;

namespace {

const std::string policy = R"([[policy]]
oid = "1.3.6.1.4.1.99.2"
name = "Example Ltd"

[[policy.category]]
type = "1.3.6.1.4.1.99.3"
name = "department"
permitted = ["HR"]
)";

cms::MessageLabel label_with(cms::Bytes category) {
    cms::MessageLabel message;
    message.label.policy = "1.3.6.1.4.1.99.2";
    message.label.categories.push_back({"1.3.6.1.4.1.99.3", std::move(category)});
    return message;
}

}  // namespace

TEST_CASE("Each text of a category must be permitted, also one that is empty and those after it") {
    const Clearance clearance = Clearance::parse(policy, "clearance.toml");
    // SEQUENCE of UTF8String: "HR"; "HR", "LEG"; "", "LEG"; "".
    CHECK(clearance.refusal(label_with({0x30, 4, 0x0c, 2, 'H', 'R'})).empty());
    CHECK(clearance.refusal(label_with({0x30, 9, 0x0c, 2, 'H', 'R', 0x0c, 3, 'L', 'E', 'G'})) ==
          "it is for department LEG by Example Ltd, which the reader is not cleared for");
    const std::string nobody =
        "it is for department (nobody named) by Example Ltd, which the reader is not cleared for";
    CHECK(clearance.refusal(label_with({0x30, 7, 0x0c, 0, 0x0c, 3, 'L', 'E', 'G'})) == nobody);
    CHECK(clearance.refusal(label_with({0x30, 2, 0x0c, 0})) == nobody);
}

TEST_CASE("No equivalent label stands in for a stricter one, whoever gives it") {
    const Clearance clearance = Clearance::parse(policy, "clearance.toml");
    cms::MessageLabel message;
    message.label.policy = "1.2.3";
    const auto said = [](cms::Bytes category, bool verified) {
        return cms::EquivalentLabels{{label_with(std::move(category)).label}, verified, {}};
    };
    const auto permits = said({0x30, 4, 0x0c, 2, 'H', 'R'}, true);
    const auto refuses = said({0x30, 5, 0x0c, 3, 'L', 'E', 'G'}, true);
    CHECK_FALSE(clearance.refusal(message).empty());
    message.equivalents = {permits};
    CHECK(clearance.refusal(message).empty());
    message.equivalents = {permits, permits};
    CHECK(clearance.refusal(message).empty());
    for (const auto& both : {std::vector{permits, refuses}, {refuses, permits}}) {
        message.equivalents = both;
        CHECK(clearance.refusal(message) ==
              "it is for department LEG by Example Ltd, which the reader is not cleared for");
    }
    // What nobody verified counts neither way.
    message.equivalents = {permits, said({0x30, 5, 0x0c, 3, 'L', 'E', 'G'}, false)};
    CHECK(clearance.refusal(message).empty());
}

TEST_CASE("A category that stands twice is an error, for the second might be meant to restrict") {
    const std::string second =
        "\n[[policy.category]]\ntype = \"1.3.6.1.4.1.99.3\"\nname = \"again\"\npermitted = []\n";
    const client::Error error = error_of([&] { Clearance::parse(policy + second, "clearance.toml"); });
    CHECK(std::string(error.what()).find("a second category 1.3.6.1.4.1.99.3") != std::string::npos);
    CHECK(error.exit_status() == client::ExitStatus::other);
}

TEST_CASE("A clearance file that is a link to nowhere is not the same as none") {
    const TemporaryFolder folder;
    std::filesystem::create_directory(folder / "signet");
    const char* before = std::getenv("XDG_CONFIG_HOME");
    const std::string restored = before == nullptr ? "" : before;
    REQUIRE(setenv("XDG_CONFIG_HOME", folder.path().c_str(), 1) == 0);
    std::filesystem::create_symlink(folder / "nowhere", folder / "signet/clearance.toml");
    const client::Error error = error_of([] { (void)Clearance::load(""); });
    CHECK(error.exit_status() == client::ExitStatus::other);
    CHECK(std::string(error.what()).find((folder / "signet/clearance.toml").string()) != std::string::npos);
    before == nullptr ? unsetenv("XDG_CONFIG_HOME") : setenv("XDG_CONFIG_HOME", restored.c_str(), 1);
}
