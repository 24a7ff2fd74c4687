#include "tests/end_to_end/token_session.h"

#include <utility>

namespace signet::tests {
namespace {

constexpr const char* signed_text = "All is well.\n";

AgentSetup setup_of(const ModuleSetup& module, const std::string& token_uri) {
    AgentSetup setup;
    setup.modules.push_back(module);
    setup.tokens.push_back({.uri = token_uri, .pin = "none"});
    return setup;
}

}  // namespace

TokenSession::TokenSession(const ModuleSetup& module, const std::string& token_uri, std::string root)
    : m_token_uri(token_uri), m_root(std::move(root)), m_agent(setup_of(module, token_uri)) {
    write_file(m_folder / "content", signed_text);
}

ProcessResult TokenSession::signet(const Arguments& arguments, std::optional<std::string> stdin_text) const {
    ProcessResult result =
        m_agent.signet(arguments, {.stdin_text = std::move(stdin_text), .folder = m_folder.path()});
    if (result.status != 0)
        UNSCOPED_INFO("the agent's log:\n" << m_agent.log());
    return result;
}

ProcessResult TokenSession::openssl(const Arguments& arguments, std::optional<std::string> stdin_text) const {
    Arguments argv{"openssl"};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    return run(argv, {.stdin_text = std::move(stdin_text), .folder = m_folder.path()});
}

ProcessResult TokenSession::unlock(const std::string& pin_line) const {
    return signet({"unlock", m_token_uri, "--pin-stdin"}, pin_line);
}

bool TokenSession::shows(const std::string& text) const {
    return signet({"list"}).out.find(text) != std::string::npos;
}

ProcessResult TokenSession::sign(const Identity& identity, const Arguments& options) const {
    std::filesystem::remove(m_folder / "signature");
    Arguments arguments{"sign", "-k", identity.label, "-o", "signature"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    arguments.emplace_back("content");
    return signet(arguments);
}

void TokenSession::check_signs(const Identity& identity, const Arguments& options) const {
    check_done(sign(identity, options));
    check_done(openssl({"cms", "-verify", "-binary", "-inform", "DER", "-in", "signature", "-content",
                        "content", "-CAfile", m_root, "-purpose", "smimesign", "-out", "/dev/null"}));
}

void TokenSession::check_signs_with_pss(const Identity& identity, const std::string& digest) const {
    check_signs(identity, {"--rsa-pss", "--digest", digest});
    const ProcessResult shown = openssl({"cms", "-cmsout", "-print", "-inform", "DER", "-in", "signature"});
    CHECK(shown.out.find("algorithm: rsassaPss") != std::string::npos);
}

void TokenSession::encrypt(const Identity& identity, const Arguments& options) const {
    Arguments arguments{"cms", "-encrypt", "-binary", "-in",          "content", "-outform",
                        "DER", "-out",     "secret",  "-aes-256-gcm", "-recip",  identity.certificate.pem};
    arguments.insert(arguments.end(), options.begin(), options.end());
    check_done(openssl(arguments));
}

ProcessResult TokenSession::open(const Identity& identity, const Arguments& options) const {
    std::filesystem::remove(m_folder / "opened");
    encrypt(identity, options);
    return signet({"decrypt", "-o", "opened", "secret"});
}

void TokenSession::check_opens(const Identity& identity, const Arguments& options) const {
    check_done(open(identity, options));
    CHECK((std::filesystem::exists(path("opened")) && read_file(path("opened")) == signed_text));
}

void TokenSession::check_cannot_open(const Identity& identity, const Arguments& options, int status,
                                     const std::string& reason) const {
    const ProcessResult result = open(identity, options);
    check_refused(result, status);
    CHECK_THAT(result.err, Catch::Contains(reason));
    CHECK_FALSE(std::filesystem::exists(path("opened")));
}

void TokenSession::check_tells_no_padding(const Identity& identity) const {
    const auto answer_to_altered = [&](const Arguments& options, std::size_t back) {
        encrypt(identity, options);
        std::string message = read_file(path("secret"));
        char& byte = message.at(message.size() - back);
        byte = static_cast<char>(byte ^ 1);
        write_file(path("secret"), message);
        const ProcessResult answer = signet({"decrypt", "-o", "altered", "secret"});
        check_refused(answer, 1);
        CHECK_FALSE(std::filesystem::exists(path("altered")));
        return answer.err;
    };
    for (const Arguments& options : {Arguments{}, oaep("sha1")}) {
        CAPTURE(options);
        // The tag ends the message. Behind the encrypted key stand the content's algorithm, the content and
        // the tag: about 80 bytes.
        CHECK(answer_to_altered(options, 150) == answer_to_altered(options, 1));
    }
}

Arguments labelled_oaep() {
    return {"-keyopt", "rsa_padding_mode:oaep", "-keyopt", "rsa_oaep_label:6f616b"};
}

Arguments oaep(const std::string& digest) {
    return {"-keyopt", "rsa_padding_mode:oaep", "-keyopt", "rsa_oaep_md:" + digest,
            "-keyopt", "rsa_mgf1_md:" + digest};
}

}  // namespace signet::tests
