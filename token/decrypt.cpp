#include "token/decrypt.h"

#include <span>

#include "secret/secret.h"
#include "token/error.h"
#include "token/mechanism.h"
#include "token/oaep.h"
#include "token/sign.h"

namespace signet::token {

namespace {

std::span<unsigned char> bytes_of(std::string& text) noexcept {
    return {reinterpret_cast<unsigned char*>(text.data()), text.size()};
}

/// RSA without padding, instead of what the request asks for.
enum class Padding { as_asked, none };

Ckr begin(const Session& session, protocol::Decrypt& request, Padding padding) {
    const CK_FUNCTION_LIST& functions = session.functions();
    const auto key = static_cast<CK_OBJECT_HANDLE>(request.key());
    const auto init = [&](Mechanism&& mechanism) {
        return Ckr{functions.C_DecryptInit(session.handle(), mechanism.get(), key)};
    };
    if (padding == Padding::none)
        return init(Mechanism::rsa_raw());
    if (request.scheme() == protocol::DECRYPT_PKCS1)
        return init(Mechanism::rsa_pkcs());
    return init(Mechanism::rsa_oaep(facts_of(request.hash()), facts_of(request.mgf_hash()),
                                    bytes_of(*request.mutable_label())));
}

Decrypted finish(const Session& session, protocol::Decrypt& request, std::string& output,
                 ContextLogin* login) {
    const CK_FUNCTION_LIST& functions = session.functions();
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

/// Whether the token says that it has no OAEP, or not with these parameters. SoftHSM says ARGUMENTS_BAD.
bool lacks_oaep(Ckr answer) noexcept {
    return answer == Ckr::mechanism_invalid || answer == Ckr::mechanism_param_invalid ||
           answer == Ckr::arguments_bad;
}

/// RSA on the token, and its padding here.
Decrypted decrypt_raw(const Session& session, protocol::Decrypt& request, std::string& output,
                      ContextLogin* login) {
    check("C_DecryptInit", static_cast<CK_RV>(begin(session, request, Padding::none)));
    const Decrypted result = finish(session, request, output, login);
    if (result.outcome != protocol::OK)
        return result;
    const std::size_t block_size = request.ciphertext().size();
    if (output.size() > block_size) {
        wipe(output.data(), output.size());
        output.clear();
        throw TokenError(protocol::DEVICE_FAILED, "C_Decrypt: a plaintext of an absurd size");
    }
    // Some modules leave out leading zeros. There is room without a new allocation.
    output.insert(0, block_size - output.size(), '\0');
    const auto size = remove_oaep(bytes_of(output), request.hash(), request.mgf_hash(), request.label());
    output.resize(size.value_or(0));
    if (!size)
        return {protocol::INPUT_REFUSED, Ckr::encrypted_data_invalid};
    return result;
}

Decrypted decrypt_oaep(const Session& session, protocol::Decrypt& request, std::string& output,
                       ContextLogin* login, bool& lacks) {
    // One PIN is for one operation, and SoftHSM fails of labels only after it.
    lacks = lacks || (login != nullptr && !request.label().empty());
    const Ckr begun = lacks ? Ckr::mechanism_invalid : begin(session, request, Padding::as_asked);
    if (begun == Ckr::ok) {
        const Decrypted result = finish(session, request, output, login);
        // SoftHSM decrypts as if there were no label, and then finds the padding wrong.
        if (result.outcome != protocol::INPUT_REFUSED || request.label().empty())
            return result;
    } else if (!lacks_oaep(begun)) {
        throw TokenError("C_DecryptInit", begun);
    }
    // OpenSC leaves the operation that it has refused in the session: the next one is begun in a fresh one.
    lacks = true;
    return decrypt_raw(session, request, output, login);
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
                  ContextLogin* login, bool& lacks_oaep) {
    if (request.scheme() == protocol::DECRYPT_OAEP && request.may_unpad())
        return decrypt_oaep(session, request, output, login, lacks_oaep);
    check("C_DecryptInit", static_cast<CK_RV>(begin(session, request, Padding::as_asked)));
    return finish(session, request, output, login);
}

}  // namespace signet::token
