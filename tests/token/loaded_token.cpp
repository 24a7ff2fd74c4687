#include "tests/token/loaded_token.h"

#include <cstdio>
#include <stdexcept>

#include "tests/fixtures/file.h"

namespace signet::tests {

namespace {

Environment environment_of(const SoftHsmToken& softhsm, const FaultScript* faults) {
    Environment environment = softhsm.environment();
    if (faults != nullptr)
        environment.merge(faults->environment());
    return environment;
}

/// The token in `replies`; throws unless the scan went well and showed exactly one.
Scanned one_token(const std::vector<protocol::Reply>& replies) {
    Scanned scanned;
    int tokens = 0;
    for (const protocol::Reply& reply : replies) {
        if (reply.has_token()) {
            ++tokens;
            scanned.token = reply.token();
        } else if (reply.has_certificate()) {
            scanned.certificates.push_back(reply.certificate());
        } else if (reply.has_key()) {
            scanned.keys.push_back(reply.key());
        }
    }
    if (replies.back().outcome() != protocol::OK || tokens != 1)
        throw std::runtime_error("the scan shows " + std::to_string(tokens) +
                                 " tokens: " + replies.back().what());
    return scanned;
}

}  // namespace

const protocol::Key& Scanned::private_key(std::string_view label) const {
    for (const protocol::Key& key : keys) {
        if (key.is_private() && key.label() == label)
            return key;
    }
    throw std::runtime_error("no private key is called " + std::string(label));
}

FaultScript::FaultScript() {
    set("");
}

void FaultScript::set(std::string_view lines) const {
    write_file(m_folder / "script.new", lines);
    std::filesystem::rename(m_folder / "script.new", m_folder / "script");
}

Environment FaultScript::environment() const {
    return {{"SIGNET_FAULT_MODULE", SoftHsmToken::module_path().string()},
            {"SIGNET_FAULT_SCRIPT", (m_folder / "script").string()}};
}

std::string FaultScript::module() {
    return SIGNET_FAULT_MODULE_FILE;
}

LoadedToken::LoadedToken(const SoftHsmToken& softhsm, unsigned sessions, const FaultScript* faults)
    : m_pin(softhsm.pin()),
      m_process(environment_of(softhsm, faults)),
      m_loaded(m_process.load(
          faults == nullptr ? SoftHsmToken::module_path().string() : FaultScript::module(), sessions)) {}

std::uint64_t LoadedToken::slot() {
    if (!m_token)
        m_token = scan().token;
    return m_token->slot();
}

Scanned LoadedToken::scan() {
    protocol::Request request;
    request.mutable_scan();
    return one_token(m_process.replies(request));
}

protocol::Request LoadedToken::login_request(const std::string& pin) {
    protocol::Request request;
    protocol::Login& login = *request.mutable_login();
    login.set_slot(slot());
    login.set_serial(m_token->serial());
    login.set_label(m_token->label());
    login.set_removals(m_token->removals());
    login.set_pin(pin);
    return request;
}

protocol::Reply LoadedToken::login(const std::string& pin) {
    return m_process.reply(login_request(pin));
}

protocol::Reply LoadedToken::logout() {
    protocol::Request request;
    request.mutable_logout()->set_slot(slot());
    return m_process.reply(request);
}

Scanned LoadedToken::open() {
    const protocol::Reply reply = login(m_pin);
    if (reply.outcome() != protocol::OK)
        throw std::runtime_error("cannot log in: " + reply.what());
    return scan();
}

protocol::Reply LoadedToken::sign(const protocol::Key& key, protocol::SignScheme scheme, protocol::Hash hash,
                                  const std::string& digest) {
    protocol::Request request;
    protocol::Sign& sign = *request.mutable_sign();
    sign.set_slot(key.slot());
    sign.set_key(key.handle());
    sign.set_scheme(scheme);
    sign.set_hash(hash);
    sign.set_digest(digest);
    return m_process.reply(request);
}

protocol::Reply LoadedToken::sign_message(const protocol::Key& key, protocol::SignScheme scheme,
                                          protocol::Hash hash, const std::string& message) {
    protocol::Request request;
    protocol::Sign& sign = *request.mutable_sign();
    sign.set_slot(key.slot());
    sign.set_key(key.handle());
    sign.set_scheme(scheme);
    sign.set_message(message);
    if (hash != protocol::NO_HASH) {
        sign.set_hash(hash);
        sign.set_digest(digest_of(hash, message));
        sign.set_hash_on_token(true);
    }
    return m_process.reply(request);
}

protocol::Reply LoadedToken::decrypt_oaep(const protocol::Key& key, const std::string& ciphertext,
                                          protocol::Hash hash, protocol::Hash mgf, const std::string& label,
                                          bool may_unpad) {
    protocol::Request request;
    protocol::Decrypt& decrypt = *request.mutable_decrypt();
    decrypt.set_slot(key.slot());
    decrypt.set_key(key.handle());
    decrypt.set_scheme(protocol::DECRYPT_OAEP);
    decrypt.set_hash(hash);
    decrypt.set_mgf_hash(mgf);
    decrypt.set_label(label);
    decrypt.set_ciphertext(ciphertext);
    decrypt.set_may_unpad(may_unpad);
    return m_process.reply(request);
}

protocol::Reply LoadedToken::decrypt(const protocol::Key& key, protocol::DecryptScheme scheme,
                                     const std::string& ciphertext, protocol::Hash hash, protocol::Hash mgf) {
    protocol::Request request;
    protocol::Decrypt& decrypt = *request.mutable_decrypt();
    decrypt.set_slot(key.slot());
    decrypt.set_key(key.handle());
    decrypt.set_scheme(scheme);
    decrypt.set_hash(hash);
    decrypt.set_mgf_hash(mgf);
    decrypt.set_ciphertext(ciphertext);
    return m_process.reply(request);
}

protocol::Reply LoadedToken::derive(const protocol::Key& key, const std::string& point, unsigned length,
                                    bool cofactor) {
    protocol::Request request;
    protocol::Derive& derive = *request.mutable_derive();
    derive.set_slot(key.slot());
    derive.set_key(key.handle());
    derive.set_public_point(point);
    derive.set_length(length);
    derive.set_cofactor(cofactor);
    return m_process.reply(request);
}

}  // namespace signet::tests
