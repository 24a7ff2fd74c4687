// Keys in a TPM: tpm2-pkcs11 over swtpm.
#include "tests/end_to_end/token_session.h"
#include "tests/fixtures/tpm_token.h"

using namespace signet::tests;

TEST_CASE("a TPM signs and opens mail, with each of its keys") {
    TestCa ca;
    const TpmToken token;
    const Identity rsa = token.add(ca, KeyType::rsa2048, "a1");
    const Identity p256 = token.add(ca, KeyType::p256, "a2");
    const Identity p384 = token.add(ca, KeyType::p384, "a3");
    const TokenSession session(token.module(), TpmToken::uri, ca.root());
    check_refused(session.unlock("999999\n"), 5);
    check_done(session.unlock(TpmToken::pin_line));
    session.check_signs(rsa);
    for (const std::string digest : {"sha256", "sha384", "sha512"}) {
        CAPTURE(digest);
        session.check_signs(rsa, {"--digest", digest});
        session.check_signs_with_pss(rsa, digest);
        session.check_signs(p256, {"--digest", digest});
        session.check_signs(p384, {"--digest", digest});
        session.check_opens(rsa, oaep(digest));
    }
    session.check_opens(rsa);
    session.check_opens(rsa, oaep("sha1"));
    session.check_tells_no_padding(rsa);
    // A TPM's own labels end with a zero, as nobody else's do: so it goes by raw RSA.
    session.check_opens(rsa, labelled_oaep());
    for (const Identity& identity : {p256, p384})
        session.check_cannot_open(identity, {}, 6, "token \"alice\" has neither ECDH (CKM_ECDH1_DERIVE)");
}
