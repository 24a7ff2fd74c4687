// Decryption with a module that crashes or fails: whose fault it was, the token's or the message's.
#include "tests/end_to_end/faulty_module.h"
#include "tests/end_to_end/session.h"

using namespace signet::tests;

namespace {

// As openssl names them; none for the P-256 key.
const std::vector<std::string> paddings{"pkcs1", "oaep", ""};

std::string call(const std::string& padding) {
    return padding.empty() ? "C_DeriveKey" : "C_Decrypt";
}

// Alice's token is behind the faulty module, and a message for her lies there.
struct FaultyReader {
    explicit FaultyReader(const std::string& pin = {}, const std::string& pin_cache = "15m")
        : agent(setup(pin, pin_cache)) {
        write_file(folder / "secret", "The treasure is under the oak.\n");
    }

    AgentSetup setup(const std::string& pin, const std::string& pin_cache) {
        AgentSetup setup = module.setup(alice.token(), "2s");
        if (!pin.empty())
            setup.tokens.front().pin = pin;
        setup.tokens.front().pin_cache = pin_cache;
        return setup;
    }
    // `padding` is one of paddings.
    void encrypt(const std::string& padding) {
        Arguments argv{"openssl",  "cms", "-encrypt", "-binary",    "-in",          "secret",
                       "-outform", "DER", "-out",     "secret.p7m", "-aes-256-gcm", "-recip"};
        argv.push_back(alice.identity(padding.empty() ? KeyType::p256 : KeyType::rsa2048).certificate.pem);
        if (!padding.empty())
            argv.insert(argv.end(), {"-keyopt", "rsa_padding_mode:" + padding});
        run_or_throw(argv, {.folder = folder.path()});
    }
    ProcessResult decrypt(const std::string& script) {
        module.follow(script);
        std::filesystem::remove(folder / "opened");
        return agent.signet({"decrypt", "-o", "opened", "secret.p7m"},
                            {.folder = folder.path(), .timeout = std::chrono::minutes(2)});
    }
    [[nodiscard]] bool opened() const {
        return std::filesystem::exists(folder / "opened") &&
               read_file(folder / "opened") == read_file(folder / "secret");
    }
    void check_token_failed(const std::string& padding, const std::string& fault) {
        CAPTURE(padding, fault);
        encrypt(padding);
        check_refused(decrypt(call(padding) + fault), 6);
        CHECK_FALSE(opened());
        // Which also ends the pauses between one start of signet-token and the next.
        REQUIRE(wait_until([&] { return decrypt("").status == 0; }));
        CHECK(opened());
    }

    Alice alice{{KeyType::rsa2048, KeyType::p256}};
    TemporaryFolder folder;
    FaultyModule module;
    AgentProcess agent;
};

}  // namespace

// Cases of their own, as each waits for the pauses between two starts of signet-token.
TEST_CASE("a token that crashes of every message is what failed, not the message") {
    FaultyReader reader;
    for (const std::string& padding : paddings)
        reader.check_token_failed(padding, " crash");
}

TEST_CASE("a token that hangs at every message is what failed, not the message") {
    FaultyReader reader;
    reader.check_token_failed("pkcs1", " hang");
}

TEST_CASE("a token that refuses every message is what failed, not the message") {
    FaultyReader reader;
    for (const std::string fault : {" error CKR_DEVICE_ERROR", " error CKR_DEVICE_REMOVED"})
        reader.check_token_failed("pkcs1", fault);
}

TEST_CASE("a card that is pulled while it decrypts is a card that is not there") {
    FaultyReader reader;
    reader.encrypt("pkcs1");
    check_done(reader.decrypt(""));
    // The scan that looks for it finds nothing.
    const ProcessResult result =
        reader.decrypt("C_Decrypt error CKR_DEVICE_REMOVED\nC_GetTokenInfo error CKR_TOKEN_NOT_PRESENT");
    check_refused(result, 6);
    CHECK_THAT(result.err, Catch::Contains("not there"));
}

TEST_CASE("a PIN that is missing when the token is to be opened again is a matter of the PIN") {
    FaultyReader reader("none", "0");
    reader.encrypt("pkcs1");
    check_done(
        reader.agent.signet({"unlock", "--pin-stdin"}, {.stdin_text = SoftHsmToken::default_pin_line}));
    check_refused(reader.decrypt("C_Decrypt crash times 1"), 5);
}

TEST_CASE("a fault that goes away costs the reader nothing but time") {
    FaultyReader reader;
    for (const std::string& padding : paddings) {
        reader.encrypt(padding);
        for (const std::string fault : {" crash times 1", " error CKR_DEVICE_ERROR times 5"}) {
            CAPTURE(padding, fault);
            check_done(reader.decrypt(call(padding) + fault));
            CHECK(reader.opened());
        }
    }
}

TEST_CASE("a message that the token fails of, alone, gives the same answer as one that was altered") {
    FaultyReader reader;
    for (const std::string& padding : paddings) {
        reader.encrypt(padding);
        const std::string whole = read_file(reader.folder / "secret.p7m");
        std::string altered = whole;
        altered.back() = static_cast<char>(altered.back() ^ 1);
        write_file(reader.folder / "secret.p7m", altered);
        const ProcessResult refused = reader.decrypt("");
        check_refused(refused, 1);
        write_file(reader.folder / "secret.p7m", whole);
        for (const std::string fault : {" crash", " error CKR_DEVICE_ERROR"}) {
            CAPTURE(padding, fault);
            // Five times this message, once the agent's own, then this one again.
            const std::string call_and_fault = call(padding) + fault;
            std::string script = call_and_fault;
            script.append(" times 5\n").append(call_and_fault).append(" after 1");
            const ProcessResult result = reader.decrypt(script);
            check_refused(result, 1);
            CHECK(result.err == refused.err);
        }
    }
}
