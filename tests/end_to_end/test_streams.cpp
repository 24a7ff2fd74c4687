// Messages that come through pipes, and what is in them only once it is known to hold.
#include "tests/end_to_end/session.h"

using namespace signet::tests;

namespace {

/// More than is looked at before the rest came.
std::string large_content() {
    std::string content;
    for (int i = 0; content.size() < 300'000; ++i)
        content += "line " + std::to_string(i) + "\r\n";
    return content;
}

/// Flips a bit of the byte `back` from the end.
std::string altered(std::string message, std::size_t back) {
    message[message.size() - back] = static_cast<char>(message[message.size() - back] ^ 1);
    return message;
}

const std::string indefinite_start("\x30\x80", 2);

/// As openssl sees them.
bool has_indefinite_lengths(const Session& session, const std::string& name) {
    const ProcessResult parsed = session.openssl({"asn1parse", "-inform", "DER", "-in", name});
    check_done(parsed);
    return parsed.out.find("l=inf") != std::string::npos;
}

/// DER of a SEQUENCE or other element around `contents`.
std::string element(unsigned char tag, const std::string& contents) {
    std::string length;
    for (std::size_t rest = contents.size(); rest != 0; rest >>= 8)
        length.insert(length.begin(), static_cast<char>(rest & 0xFF));
    return std::string(1, static_cast<char>(tag)) + static_cast<char>(0x80U | length.size()) + length +
           contents;
}

}  // namespace

TEST_CASE("openssl reads the BER of a pipe, and the DER of a file") {
    Session session({KeyType::p256});
    const std::string content = large_content();
    session.write("content", content);
    const SoftwareIdentity bob = software_identity(session.alice().ca(), KeyType::p256, session.path(""));
    for (const std::string cipher : {"aes-256-gcm", "aes-128-cbc"}) {
        for (const std::string from : {"-", "content", "der"}) {
            CAPTURE(cipher, from);
            Arguments arguments{"encrypt", "--no-self",     "--cipher", cipher,
                                "-r",      bob.certificate, "-o",       "out.p7m"};
            if (from == "der")
                arguments.emplace_back("--der");
            arguments.push_back(from == "content" ? "content" : "-");
            check_done(session.signet(arguments, content));
            CHECK(session.read("out.p7m").starts_with(indefinite_start) == (from == "-"));
            const ProcessResult opened =
                session.openssl({"cms", "-decrypt", "-binary", "-inform", "DER", "-in", "out.p7m", "-recip",
                                 bob.certificate, "-inkey", bob.key});
            check_done(opened);
            CHECK(opened.out == content);
        }
    }
    // What is small is DER, wherever it comes from.
    const ProcessResult small = session.signet({"encrypt", "--no-self", "-r", bob.certificate, "-"}, "x");
    check_done(small);
    CHECK_FALSE(small.out.starts_with(indefinite_start));
}

TEST_CASE("openssl verifies what is attached to a signature of a pipe") {
    Session session({KeyType::p256});
    const std::string content = large_content();
    session.write("content", content);
    for (const std::string from : {"-", "content", "der"}) {
        CAPTURE(from);
        Arguments arguments{"sign", "--attached", "-o", "message"};
        if (from == "der")
            arguments.emplace_back("--der");
        arguments.push_back(from == "content" ? "content" : "-");
        check_done(session.signet(arguments, content));
        CHECK(has_indefinite_lengths(session, "message") == (from == "-"));
        const ProcessResult verified = session.openssl(
            {"cms", "-verify", "-binary", "-inform", "DER", "-in", "message", "-CAfile", session.root()});
        check_done(verified);
        CHECK(verified.out == content);
        const ProcessResult own = session.signet({"verify", "--trust", session.root(), "-o", "-", "message"});
        check_done(own);
        CHECK(own.out == content);
    }
    // What is small is DER, wherever it comes from; what is detached always.
    check_done(session.signet({"sign", "--attached", "-o", "message", "-"}, "x"));
    CHECK_FALSE(has_indefinite_lengths(session, "message"));
    check_refused(session.signet({"sign", "--der", "content"}), 2);
}

TEST_CASE("openssl reads what is compressed, in BER and in DER") {
    Session session({KeyType::p256});
    session.write("content", large_content());
    for (const bool der : {false, true}) {
        CAPTURE(der);
        Arguments arguments{"compress", "-o", "message", "content"};
        if (der)
            arguments.emplace_back("--der");
        check_done(session.signet(arguments));
        CHECK(has_indefinite_lengths(session, "message") == !der);
        check_done(session.signet({"decompress", "-o", "out", "message"}));
        CHECK(session.read("out") == session.read("content"));
    }
}

TEST_CASE("what openssl streams is opened and verified, from a file and from a pipe") {
    Session session({KeyType::p256});
    const std::string content = large_content();
    session.write("content", content);
    const SoftwareIdentity bob = software_identity(session.alice().ca(), KeyType::p256, session.path(""));
    check_done(
        session.openssl({"cms", "-sign", "-binary", "-stream", "-nodetach", "-in", "content", "-outform",
                         "DER", "-out", "signed", "-signer", bob.certificate, "-inkey", bob.key}));
    CHECK(session.read("signed").starts_with(indefinite_start));
    for (const std::string from : {"signed", "-"}) {
        const ProcessResult verified =
            session.signet({"verify", "--trust", session.root(), "-o", "-", from}, session.read("signed"));
        check_done(verified);
        CHECK(verified.out == content);
    }
    for (const std::string cipher : {"-aes-256-gcm", "-aes-256-cbc"}) {
        CAPTURE(cipher);
        check_done(
            session.openssl({"cms", "-encrypt", "-binary", "-stream", cipher, "-in", "content", "-outform",
                             "DER", "-out", "encrypted", "-recip", session.certificate(KeyType::p256)}));
        for (const std::string from : {"encrypted", "-"}) {
            const ProcessResult opened =
                session.signet({"decrypt", "-o", "-", from}, session.read("encrypted"));
            CHECK(opened.status == 0);
            CHECK(opened.out == content);
        }
    }
}

TEST_CASE("nothing of a large content comes out before all of it holds") {
    Session session({KeyType::p256});
    const std::string content = large_content();
    session.write("content", content);
    check_done(session.signet({"sign", "--attached", "-o", "signed", "content"}));
    check_done(session.signet(
        {"encrypt", "--no-self", "-r", session.label(KeyType::p256), "-o", "encrypted", "content"}));
    const std::string signed_data = session.read("signed");
    const std::string encrypted = session.read("encrypted");
    session.write("out", "an older file");
    const auto check = [&](const Arguments& command, const std::string& message, int status) {
        for (const std::string out : {"out", "-"}) {
            CAPTURE(command, message.size(), status, out);
            Arguments arguments = command;
            arguments.insert(arguments.end(), {"-o", out, "-"});
            const ProcessResult result = session.signet(arguments, message);
            CHECK(result.status == status);
            // A report on what does not verify is no content.
            CHECK(result.out.find("line 1") == std::string::npos);
            CHECK(session.read("out") == "an older file");
        }
    };
    const Arguments verify{"verify", "--trust", session.root()};
    check(verify, altered(signed_data, signed_data.size() - 10'000), 1);
    check(verify, signed_data.substr(0, signed_data.size() - 1), 8);
    check(verify, signed_data.substr(0, 200'000), 8);
    check(verify, signed_data + "x", 8);
    const Arguments decrypt{"decrypt"};
    check(decrypt, altered(encrypted, 1), 1);
    check(decrypt, altered(encrypted, encrypted.size() / 2), 1);
    check(decrypt, encrypted.substr(0, encrypted.size() - 1), 8);
    check(decrypt, encrypted.substr(0, 200'000), 8);
    check(decrypt, encrypted + "x", 8);
    CHECK(session.files() == std::vector<std::string>{"content", "encrypted", "out", "signed"});
}

TEST_CASE("nothing is left of what was decrypted, however the process ends") {
    Session session({KeyType::p256});
    session.write("content", large_content());
    check_done(session.signet(
        {"encrypt", "--no-self", "-r", session.label(KeyType::p256), "-o", "encrypted", "content"}));
    const auto files = session.files();
    Environment environment = session.agent().folder().environment();
    environment["TMPDIR"] = session.path("").native();
    for (const std::string out : {"out", "-"}) {
        CAPTURE(out);
        const std::size_t before = session.audit_records("unwrap", "done");
        {
            BackgroundProcess decrypting({"bash", "-c",
                                          "{ head -c 250000 encrypted; exec sleep 300; } | " +
                                              program("signet").string() + " decrypt -o " + out + " -"},
                                         {.environment = environment, .folder = session.path("")});
            CHECK(wait_until([&] { return session.audit_records("unwrap", "done") > before; }));
            CHECK(decrypting.running());
            CHECK(session.files() == files);
            CHECK(decrypting.out().empty());
        }
        CHECK(session.files() == files);
    }
}

TEST_CASE("where there is no room nothing comes out, and nothing is left") {
    Session session({KeyType::p256});
    // More than is kept in memory.
    session.write("content", std::string(std::size_t{3} << 20, 'x'));
    check_done(session.signet(
        {"encrypt", "--no-self", "-r", session.label(KeyType::p256), "-o", "encrypted", "content"}));
    check_done(session.signet({"sign", "--attached", "-o", "signed", "content"}));
    check_done(session.signet({"compress", "-o", "compressed", "content"}));
    const auto files = session.files();
    Environment environment = session.agent().folder().environment();
    environment["TMPDIR"] = session.path("").native();
    const std::string key = " -k " + session.label(KeyType::p256);
    for (const std::string& command :
         {std::string("decrypt encrypted"), "verify --trust " + session.root() + " signed",
          std::string("decompress --max-size 4M compressed"), "sign --add signed" + key,
          "countersign signed" + key}) {
        for (const std::string out : {"out", "-"}) {
            CAPTURE(command, out);
            const ProcessResult result = run({"bash", "-c",
                                              std::string("ulimit -f 1100; exec ")
                                                  .append(program("signet").string())
                                                  .append(" ")
                                                  .append(command)
                                                  .append(" -o ")
                                                  .append(out)},
                                             {.environment = environment, .folder = session.path("")});
            check_refused(result, 9);
            CHECK(result.out.empty());
            CHECK(session.files() == files);
        }
    }
}

TEST_CASE("a signature by a hash that the message does not name does not hold, from a file and from a pipe") {
    Session session({KeyType::p256});
    check_done(
        session.signet({"sign", "--attached", "--digest", "sha256", "-o", "signed", "-"}, large_content()));
    std::string message = session.read("signed");
    const std::string sha256("\x60\x86\x48\x01\x65\x03\x04\x02\x01", 9);
    message[message.find(sha256) + 8] = 2;  // SHA-384
    session.write("other", message);
    for (const std::string from : {"other", "-"}) {
        const ProcessResult refused =
            session.signet({"verify", "--trust", session.root(), "--json", from}, message);
        CHECK(refused.status == 1);
        CHECK_THAT(refused.out, Catch::Contains("hash-unannounced"));
    }
    check_refused(session.signet({"verify", "--trust", session.root(), "-o", "out", "other"}), 1);
    CHECK_FALSE(session.exists("out"));
}

TEST_CASE("a file that changes while it is signed is no signature's content") {
    Session session({KeyType::p256});
    session.write("content", "x");
    // Each time it is read, it is another one.
    const ProcessResult result =
        session.signet({"sign", "--attached", "-o", "out", "/proc/sys/kernel/random/uuid"});
    check_refused(result, 9);
    CHECK_THAT(result.err, Catch::Contains("it changed while it was signed"));
    CHECK(session.files() == std::vector<std::string>{"content"});
}

TEST_CASE("more files are signed at once than may be open, and all or none is there") {
    Session session({KeyType::p256});
    std::string names;
    for (int i = 0; i < 90; ++i) {
        const std::string name = "file" + std::to_string(i);
        session.write(name, "content of " + name);
        names += " " + name;
    }
    const auto sign = [&](const std::string& more) {
        return run(
            {"bash", "-c",
             "ulimit -S -n 40; exec " + program("signet").string() + " sign --attached" + names + more},
            {.environment = session.agent().folder().environment(), .folder = session.path("")});
    };
    std::filesystem::create_directory(session.path("folder.p7m"));
    session.write("folder", "x");
    check_refused(sign(" folder"), 9);
    CHECK(session.files().size() == 92);
    check_done(sign(""));
    CHECK(session.files().size() == 182);
    const ProcessResult verified =
        session.signet({"verify", "--trust", session.root(), "-o", "-", "file89.p7m"});
    check_done(verified);
    CHECK(verified.out == "content of file89");
}

TEST_CASE("what nobody can take in is refused in one line") {
    Session session({KeyType::p256});
    const std::string oid_data("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01", 11);
    const auto oid = [&](char last) {
        std::string type = oid_data;
        type.back() = last;
        return type;
    };
    const auto enveloped = [&](const std::string& recipients, const std::string& content) {
        const std::string cbc("\x30\x1d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x01\x2a\x04\x10", 15);
        const std::string info = element(0x30, oid(1) + cbc + std::string(16, 'i') + content);
        const std::string data =
            element(0x30, std::string("\x02\x01\x00", 3) + element(0x31, recipients) + info);
        return element(0x30, oid(3) + element(0xA0, data));
    };
    const auto signed_data = [&](const std::string& string) {
        const std::string data =
            element(0x30, std::string("\x02\x01\x01\x31\x00", 5) +
                              element(0x30, oid(1) + element(0xA0, string)) + std::string("\x31\x00", 2));
        return element(0x30, oid(2) + element(0xA0, data));
    };
    const std::string recipient = element(0xA2, std::string("\x02\x01\x04", 3));
    std::string recipients;
    for (int i = 0; i < 100'000; ++i)
        recipients += recipient;
    std::string nested = element(0x04, "x");
    for (int i = 0; i < 10'000; ++i)
        nested = element(0x24, nested);
    std::string nested_implicit = nested;
    nested_implicit.front() = static_cast<char>(0xA0);
    std::vector<std::string> messages{enveloped(recipients, element(0x80, std::string(16, 'c'))),
                                      enveloped(recipient, nested_implicit), signed_data(nested)};
    for (const std::string& length :
         {std::string("\x84\x7f\xff\xff\xff"), std::string("\x84\x80\x00\x00\x00", 5),
          std::string("\x84\xff\xff\xff\xff"), std::string("\x85\x01\x00\x00\x00\x00", 6),
          std::string("\x88\x7f\xff\xff\xff\xff\xff\xff\xff"),
          std::string("\x88\x80\x00\x00\x00\x00\x00\x00\x00", 9)}) {
        messages.push_back("\x30" + length + oid(2));
        messages.push_back("\x30" + length + oid(3));
        messages.push_back(indefinite_start + oid(2));
        messages.back().append("\xA0").append(length);
        messages.push_back(enveloped(recipient, "\x80" + length + "x"));
        messages.push_back(signed_data("\x04" + length + "x"));
    }
    for (const std::string& message : messages) {
        CAPTURE(message.size(), message.substr(0, 60));
        check_refused(session.signet({"decrypt", "-o", "out", "-"}, message), 8);
        check_refused(session.signet({"verify", "--trust", session.root(), "-o", "out", "-"}, message), 8);
    }
    CHECK(session.files().empty());
}
