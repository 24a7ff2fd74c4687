#include "token/decrypt.h"

#include <span>

#include "secret/secret.h"
#include "token/error.h"
#include "token/mechanism.h"
#include "token/sign.h"

namespace signet::token {

namespace {

std::span<unsigned char> bytes_of(std::string& text) noexcept {
    return {reinterpret_cast<unsigned char*>(text.data()), text.size()};
}

void init(const Session& session, protocol::Decrypt& request) {
    const CK_FUNCTION_LIST& functions = session.functions();
    const auto key = static_cast<CK_OBJECT_HANDLE>(request.key());
    if (request.scheme() == protocol::DECRYPT_PKCS1) {
        check("C_DecryptInit", functions.C_DecryptInit(session.handle(), Mechanism::rsa_pkcs().get(), key));
    } else {
        Mechanism mechanism = Mechanism::rsa_oaep(facts_of(request.hash()), facts_of(request.mgf_hash()),
                                                  bytes_of(*request.mutable_label()));
        check("C_DecryptInit", functions.C_DecryptInit(session.handle(), mechanism.get(), key));
    }
}

}  // namespace

void check_decrypt(const protocol::Decrypt& request) {
    if (request.scheme() == protocol::DECRYPT_OAEP) {
        facts_of(request.hash());
        facts_of(request.mgf_hash());
    } else if (request.scheme() != protocol::DECRYPT_PKCS1) {
        throw TokenError(protocol::BAD_REQUEST, "no such decryption scheme");
    }
    if (request.label().size() > max_modulus)
        throw TokenError(protocol::BAD_REQUEST, "the label is too long");
    if (request.ciphertext().empty() || request.ciphertext().size() > max_modulus)
        throw TokenError(protocol::INPUT_REFUSED, "the ciphertext is empty or too long");
}

Decrypted decrypt(const Session& session, protocol::Decrypt& request, std::string& output,
                  ContextLogin* login) {
    const CK_FUNCTION_LIST& functions = session.functions();
    init(session, request);
    if (login != nullptr)
        login->log_in(session);
    const std::span<unsigned char> ciphertext = bytes_of(*request.mutable_ciphertext());
    output.resize(max_modulus);
    CK_ULONG size = output.size();
    const Ckr answer{functions.C_Decrypt(session.handle(), ciphertext.data(), ciphertext.size(),
                                         reinterpret_cast<unsigned char*>(output.data()), &size)};

    // Asked after a success as well, and no exception for a refusal: the time must not tell whether the
    // padding was right.
    CK_SESSION_INFO info{};
    const Ckr alive{functions.C_GetSessionInfo(session.handle(), &info)};
    const bool absurd = size > output.size();
    const bool failed = answer != Ckr::ok;
    if (failed || absurd)
        size = 0;
    wipe(output.data() + size, output.size() - size);
    output.resize(size);

    if (absurd && !failed)
        throw TokenError(protocol::DEVICE_FAILED, "C_Decrypt: a plaintext of an absurd size");
    const Decrypted result{
        outcome_of(answer, alive == Ckr::ok ? CallKind::foreign_input : CallKind::ordinary), answer};
    if (result.outcome != protocol::OK && result.outcome != protocol::INPUT_REFUSED)
        throw TokenError("C_Decrypt", answer);
    return result;
}

}  // namespace signet::token
