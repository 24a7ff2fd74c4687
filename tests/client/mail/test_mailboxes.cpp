#include "client/mail/error.h"
#include "client/mail/mailboxes.h"
#include "tests/catch.h"

using namespace signet::client::mail;
using namespace std::string_literals;
using Addresses = std::vector<std::string>;

namespace {

Addresses from(const std::string& value) {
    const auto text = "From: " + value + "\n\n";
    return senders_of(parse_message(text));
}

std::string mismatch(const std::string& header, const Addresses& signer) {
    const auto text = header + "\n\n";
    return sender_mismatch(parse_message(text), signer);
}

}  // namespace

TEST_CASE("addresses come without names, comments and groups") {
    CHECK(from("a@b.org") == Addresses{"a@b.org"});
    CHECK(from("\"c@d.org\" (e@f.org) <a@b.org>") == Addresses{"a@b.org"});
    CHECK(from("=?utf-8?q?c=40d.org?= <a@b.org>") == Addresses{"a@b.org"});
    CHECK(from("J\xc3\xb6rg <a@b.org>,\n \"X, \\\"Y\\\"\" <c@d.org>") == Addresses{"a@b.org", "c@d.org"});
    CHECK(from("friends: a@b.org, C <c@d.org>;") == Addresses{"a@b.org", "c@d.org"});
    CHECK(from("Alice <a@b.org> (work) ,") == Addresses{"a@b.org"});
    CHECK(from("a@[IPv6:::1]") == Addresses{"a@[IPv6:::1]"});
    CHECK(from("undisclosed:;").empty());
    CHECK(from("\"a@c\"@d.org") == Addresses{"\"a@c\"@d.org"});
}

TEST_CASE("all fields of a name count, but From stands once") {
    const auto text = "To: a@b.org\nCc: x@y.org\nTo: c@d.org\nFrom: e@f.org\nFrom: g@h.org\n\n"s;
    const auto message = parse_message(text);
    CHECK(mailboxes_of(message, "To") == Addresses{"a@b.org", "c@d.org"});
    CHECK(mailboxes_of(message, "Bcc").empty());
    CHECK_THROWS_AS(senders_of(message), Error);
}

TEST_CASE("an address that readers could take for another is refused") {
    const auto value = GENERATE("eve@b.org\\ <alice@b.org>"s, "eve@b.org <alice@b.org>"s,
                                "eve@b.org;alice@b.org"s, "x@y@z.org"s, "<<alice@b.org>eve@b.org>"s, "alice"s,
                                "alice <eve>"s, "@b.org"s, "alice@"s, "\"alice@b.org"s, "a@b.org (x"s,
                                "eve@b.org\x01<alice@b.org>"s, "<@c.org,@d.org:alice@b.org>"s,
                                "a: b: alice@b.org;;"s, "alice@b.org eve"s, "Alice <alice@b.org>x>"s,
                                "Alice <alice@b.org> x"s, "Alice <a,lice@b.org>"s, "x>Alice <alice@b.org>"s);
    CAPTURE(value);
    CHECK_THROWS_AS(from(value), Error);
}

TEST_CASE("deep nesting is refused before anything descends into it") {
    const auto unit = GENERATE("a:"s, "("s, "<"s, "a@b,("s);
    std::string value;
    while (value.size() < 60000) {
        value += unit;
    }
    CHECK_THROWS_AS(from(value), Error);
    CHECK_THROWS_AS(from(std::string(70000, 'a') + "@b.org"), Error);
}

TEST_CASE("the signer must be the sender") {
    CHECK(mismatch("From: Alice <Alice@Example.org>", {"x@y.org", "alice@example.ORG"}).empty());
    CHECK(mismatch("From: a@b.org, c@d.org", {"c@d.org", "a@b.org"}).empty());
    CHECK_FALSE(mismatch("Subject: nobody", {"a@b.org"}).empty());
    CHECK(mismatch("From: a@b.org", {"eve@b.org"}) ==
          "the signer is eve@b.org, the message says it is from a@b.org");
    CHECK_FALSE(mismatch("From: a@b.org, c@d.org", {"a@b.org"}).empty());
    CHECK_FALSE(mismatch("From: a@b.org", {}).empty());
    CHECK_FALSE(mismatch("From: a@b.org\nSender: eve@b.org", {"eve@b.org"}).empty());
    CHECK_FALSE(mismatch("From:", {"eve@b.org"}).empty());
    CHECK_FALSE(mismatch("From: x:;", {"eve@b.org"}).empty());
    CHECK_FALSE(mismatch("From: a@b.org", {"a@b.org\0.evil.org"s}).empty());
}
