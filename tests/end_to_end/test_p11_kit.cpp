// A token in another process: p11-kit's client module, its server, SoftHSM.
#include "tests/end_to_end/token_session.h"
#include "tests/fixtures/p11_kit_server.h"

using namespace signet::tests;

TEST_CASE("a token behind p11-kit's server signs and opens mail, with each of its keys") {
    Alice alice({KeyType::rsa2048, KeyType::p256, KeyType::p384});
    const P11KitServer server(alice.token());
    const TokenSession session(server.client(), alice.token().uri(), alice.ca().root());
    const Identity& rsa = alice.identity(KeyType::rsa2048);
    check_refused(session.unlock("999999\n"), 5);
    check_done(session.unlock(SoftHsmToken::default_pin_line));
    for (const std::string digest : {"sha256", "sha384", "sha512"}) {
        CAPTURE(digest);
        session.check_signs(rsa, {"--digest", digest});
        session.check_signs_with_pss(rsa, digest);
        for (const KeyType type : {KeyType::p256, KeyType::p384})
            session.check_signs(alice.identity(type), {"--digest", digest});
    }
    session.check_opens(rsa);
    session.check_opens(rsa, oaep("sha1"));
    session.check_tells_no_padding(rsa);
    // SoftHSM has OAEP with SHA-1 and no label alone: the rest goes by raw RSA. What is sent to the server of
    // 0.24 has no parameters of ECDH.
    for (const Arguments& options : {oaep("sha256"), oaep("sha384"), oaep("sha512"), labelled_oaep()}) {
        CAPTURE(options);
        session.check_opens(rsa, options);
    }
    for (const KeyType type : {KeyType::p256, KeyType::p384})
        session.check_cannot_open(alice.identity(type), {}, 6,
                                  "token \"alice\" has neither ECDH (CKM_ECDH1_DERIVE)");
}
