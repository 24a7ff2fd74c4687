// Keys in NSS's database, as Firefox and Thunderbird have them: softoken, which takes its place as init-args.
#include "tests/end_to_end/token_session.h"
#include "tests/fixtures/nss_database.h"

using namespace signet::tests;

TEST_CASE("NSS's softoken signs and opens mail, with each of its keys") {
    TestCa ca;
    const NssDatabase database;
    const auto add = [&](KeyType type) {
        return database.add(ca, type, name_of(type), mail_key_usage(type));
    };
    const Identity rsa = add(KeyType::rsa2048);
    const std::vector<Identity> elliptic{add(KeyType::p256), add(KeyType::p384), add(KeyType::p521)};
    const TokenSession session(database.softoken(), NssDatabase::softoken_uri, ca.root());
    check_refused(session.unlock("999999\n"), 5);
    check_done(session.unlock(NssDatabase::pin_line));
    for (const std::string digest : {"sha256", "sha384", "sha512"}) {
        CAPTURE(digest);
        session.check_signs(rsa, {"--digest", digest});
        session.check_signs_with_pss(rsa, digest);
        session.check_opens(rsa, oaep(digest));
        for (const Identity& identity : elliptic)
            session.check_signs(identity, {"--digest", digest});
    }
    session.check_opens(rsa);
    session.check_opens(rsa, oaep("sha1"));
    session.check_opens(rsa, labelled_oaep());
    session.check_tells_no_padding(rsa);
    for (const Identity& identity : elliptic)
        session.check_opens(identity);
}

TEST_CASE("a token that needs no login signs and opens mail without a PIN") {
    TestCa ca;
    const NssDatabase database(NssDatabase::Login::none);
    const Identity rsa = database.add(ca, KeyType::rsa2048, "rsa2048", mail_key_usage(KeyType::rsa2048));
    const TokenSession session(database.softoken(), NssDatabase::softoken_uri, ca.root());
    REQUIRE(wait_until([&] { return session.shows("no login needed"); }));
    session.check_signs(rsa);
    session.check_opens(rsa);
    // There is nothing to unlock, and nothing to lock.
    check_done(session.signet({"lock"}));
    session.check_signs(rsa);
}
