// CMS messages that end too early, at every byte.
#include "tests/end_to_end/session.h"

#include <random>

using namespace signet::tests;

namespace {

constexpr std::size_t each_at_the_ends = 24;

std::vector<std::size_t> sizes_to_cut(std::size_t whole) {
    // Sanitized programs are slow to start: the ends of the message, and some bytes in between, others each
    // time.
    const std::size_t step = programs_are_sanitized() ? 23 : 1;
    const std::size_t phase = std::random_device()() % step;
    UNSCOPED_INFO("sizes that leave " << phase << " when divided by " << step);
    std::vector<std::size_t> sizes;
    for (std::size_t size = 0; size < whole; ++size) {
        if (size % step == phase || size < each_at_the_ends || size + each_at_the_ends >= whole)
            sizes.push_back(size);
    }
    return sizes;
}

// What `command`, applied to proper prefixes of `whole`, must do: refuse as malformed and leave no file.
void check_each_prefix(Session& session, const std::string& whole, const Arguments& command) {
    for (const std::size_t size : sizes_to_cut(whole.size())) {
        session.write("cut", whole.substr(0, size));
        const ProcessResult result = session.signet(command);
        const bool as_due = result.status == 8 && count_lines(result.err) == 1 &&
                            result.err.rfind("signet: ", 0) == 0 && result.out.empty() &&
                            !session.exists("opened");
        if (!as_due) {
            CAPTURE(size, whole.size(), result.status, result.out, result.err);
            FAIL("a message that was cut off was not refused as it should be");
        }
    }
}

}  // namespace

TEST_CASE("a SignedData cut off at any byte is malformed") {
    Session session({KeyType::p256});
    session.write("report.txt", "All is well.\n");
    check_done(session.signet({"sign", "report.txt"}));
    check_each_prefix(session, session.read("report.txt.p7s"),
                      {"verify", "--trust", session.root(), "cut", "report.txt"});
}

TEST_CASE("an AuthEnvelopedData cut off at any byte is malformed") {
    Session session({KeyType::p256});
    session.write("secret", "The treasure is under the oak.\n");
    check_done(session.signet({"encrypt", "--no-self", "-r", session.label(KeyType::p256), "secret"}));
    check_each_prefix(session, session.read("secret.p7m"), {"decrypt", "-o", "opened", "cut"});
    CHECK(session.audit_records("unwrap", "done") == 0);
}

TEST_CASE("an EnvelopedData in BER cut off at any byte is malformed") {
    Session session({KeyType::p256});
    session.write("secret", "The treasure is under the oak.\n");
    check_done(
        session.openssl({"cms", "-encrypt", "-binary", "-stream", "-aes-128-cbc", "-in", "secret", "-outform",
                         "DER", "-out", "secret.p7m", "-recip", session.certificate(KeyType::p256)}));
    check_each_prefix(session, session.read("secret.p7m"), {"decrypt", "-o", "opened", "cut"});
    CHECK(session.audit_records("unwrap", "done") == 0);
}
