// Other people's messages: nothing they hold may crash us, and the attacks among them must not succeed.
#include "client/mail/canonical.h"
#include "client/mail/encrypted_message.h"
#include "client/mail/error.h"
#include "client/mail/verification.h"
#include "cms/enveloped_data.h"
#include "cms/error.h"
#include "tests/catch.h"
#include "tests/fixtures/file.h"

#include <filesystem>
#include <optional>

using namespace signet;
using namespace signet::client::mail;
using signet::tests::read_file;

namespace {

const std::filesystem::path corpus = SIGNET_CORPUS;

std::vector<std::filesystem::path> messages_in(const std::string& folder) {
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(corpus / folder)) {
        const auto extension = entry.path().extension();
        if (entry.is_regular_file() && (extension == ".eml" || extension == ".mbox")) {
            paths.push_back(entry.path());
        }
    }
    return paths;
}

/// None if `step` refuses its input with one of our exceptions; anything else fails the test.
template <typename Step>
auto tolerant(const Step& step) -> std::optional<decltype(step())> {
    try {
        return step();
    } catch (const Error&) {
        return std::nullopt;
    } catch (const cms::Error&) {
        return std::nullopt;
    }
}

/// Asked of all of it: ctest takes the text for a skipped test, and no failure may hide behind that.
bool absent() {
    if (std::filesystem::exists(corpus)) {
        return false;
    }
    WARN("the corpus is not here: " << corpus);
    return true;
}

}  // namespace

TEST_CASE("foreign messages are read or refused") {
    const auto folder = GENERATE("02b-rfc9788-header-protection", "09-kde-mimetreeparser",
                                 "11-protected-headers", "12-johnny-spoofing", "13-covert-content");
    if (absent()) {
        return;
    }
    const auto paths = messages_in(folder);
    CHECK_FALSE(paths.empty());
    int read = 0;
    for (const auto& path : paths) {
        CAPTURE(path);
        const auto raw = read_file(path);
        const auto message = tolerant([&] { return parse_message(raw); });
        if (!message) {
            continue;
        }
        ++read;
        tolerant([&] { return verify_message(*message, {}); });
        tolerant([&] { return cms::parse_enveloped(take_apart_encrypted(*message)); });
        tolerant([&] { return canonical_entity(*message); });
    }
    CHECK(read > 0);
}

TEST_CASE("foreign signatures hold over what they are for") {
    if (absent()) {
        return;
    }
    const auto folder = corpus / "12-johnny-spoofing";
    cms::VerifyOptions options;
    options.trust_anchors =
        cms::Certificate::from_pem(read_file(folder / "assets/certificates/intermediate_ca.crt"));
    options.at = 1552000000;
    const auto verify = [&options](const std::filesystem::path& path) {
        const auto raw = read_file(path);
        return verify_message(parse_message(raw), options);
    };
    int good = 0;
    for (const auto& path : messages_in("12-johnny-spoofing/assets/valid-signed")) {
        CAPTURE(path);
        const auto verification = verify(path);
        CAPTURE(verification.reasons.empty());
        CHECK(verification.holds());
        ++good;
    }
    CHECK(good > 0);
    for (const char* attack : {"12-johnny-spoofing/03-mime", "12-johnny-spoofing/04-id",
                               "12-johnny-spoofing/01-cms/c1_eContent-confusion"}) {
        for (const auto& path : messages_in(attack)) {
            CAPTURE(path);
            const auto verification = tolerant([&] { return verify(path); });
            CHECK_FALSE((verification && verification->holds()));
        }
    }
}
