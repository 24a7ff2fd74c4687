#include "token/sign.h"

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "token/ecdsa_signature.h"
#include "token/error.h"
#include "token/mechanism.h"
#include "token/text.h"

namespace signet::token {

namespace {

/// What C_Sign gets. A copy, because C_Sign wants bytes that it may change.
using SignInput = std::vector<unsigned char>;

SignInput copy_of(std::string_view bytes) {
    return {bytes.begin(), bytes.end()};
}

/// DigestInfo (RFC 8017, section 9.2).
SignInput digest_info(const HashFacts& hash, std::string_view digest) {
    SignInput input(hash.digest_info_prefix.begin(), hash.digest_info_prefix.end());
    input.insert(input.end(), digest.begin(), digest.end());
    return input;
}

/// A signature as the token gives it.
class RawSignature {
  public:
    RawSignature(const Session& session, Mechanism&& mechanism, CK_OBJECT_HANDLE key, SignInput&& input,
                 ContextLogin* login) {
        const CK_FUNCTION_LIST& functions = session.functions();
        check("C_SignInit", functions.C_SignInit(session.handle(), mechanism.get(), key));
        if (login != nullptr)
            login->log_in(session);
        check("C_Sign",
              functions.C_Sign(session.handle(), input.data(), input.size(), m_bytes.data(), &m_size));
        if (m_size == 0 || m_size > m_bytes.size())
            throw TokenError(protocol::DEVICE_FAILED, "C_Sign: a signature of an absurd size");
    }
    [[nodiscard]] std::span<const unsigned char> bytes() const noexcept {
        return std::span(m_bytes).first(m_size);
    }

  private:
    std::array<unsigned char, max_modulus> m_bytes;
    CK_ULONG m_size = max_modulus;
};

bool is_eddsa(protocol::SignScheme scheme) noexcept {
    return scheme == protocol::ED25519 || scheme == protocol::ED448;
}

RawSignature sign_message(const Session& session, const protocol::Sign& request, ContextLogin* login) {
    const auto key = static_cast<CK_OBJECT_HANDLE>(request.key());
    const HashFacts& hash = facts_of(request.hash());
    switch (request.scheme()) {
        case protocol::ECDSA:
            return {session, Mechanism::hash_ecdsa(hash), key, copy_of(request.message()), login};
        case protocol::RSA_PSS:
            return {session, Mechanism::hash_rsa_pss(hash), key, copy_of(request.message()), login};
        default:
            return {session, Mechanism::hash_rsa_pkcs(hash), key, copy_of(request.message()), login};
    }
}

RawSignature sign_digest(const Session& session, const protocol::Sign& request, ContextLogin* login) {
    const auto key = static_cast<CK_OBJECT_HANDLE>(request.key());
    switch (request.scheme()) {
        case protocol::ECDSA:
            return {session, Mechanism::ecdsa(), key, copy_of(request.digest()), login};
        case protocol::RSA_PSS:
            return {session, Mechanism::rsa_pss(facts_of(request.hash())), key, copy_of(request.digest()),
                    login};
        case protocol::ED25519:
            return {session, Mechanism::ed25519(), key, copy_of(request.message()), login};
        case protocol::ED448:
            return {session, Mechanism::ed448(), key, copy_of(request.message()), login};
        default:
            return {session, Mechanism::rsa_pkcs(), key,
                    digest_info(facts_of(request.hash()), request.digest()), login};
    }
}

}  // namespace

void check_sign(const protocol::Sign& request) {
    if (request.message().size() > max_message)
        throw TokenError(protocol::BAD_REQUEST, "the message to sign is too long");
    if (request.message().empty() && (is_eddsa(request.scheme()) || request.hash_on_token()))
        throw TokenError(protocol::BAD_REQUEST, "there is no message to sign");
    if (is_eddsa(request.scheme())) {
        if (request.hash() != protocol::NO_HASH || !request.digest().empty() || request.hash_on_token())
            throw TokenError(protocol::BAD_REQUEST, "EdDSA signs no digest");
        return;
    }
    if (request.scheme() != protocol::RSA_PKCS1 && request.scheme() != protocol::RSA_PSS &&
        request.scheme() != protocol::ECDSA)
        throw TokenError(protocol::BAD_REQUEST, "no such signature scheme");
    if (request.hash() == protocol::HASH_SHA1)
        throw TokenError(protocol::BAD_REQUEST, "SHA-1 signs nothing");
    if (request.digest().size() != facts_of(request.hash()).size)
        throw TokenError(protocol::BAD_REQUEST, "the digest is not as long as its hash");
}

void sign(const Session& session, const protocol::Sign& request, std::string& output, ContextLogin* login) {
    const RawSignature raw = request.hash_on_token() ? sign_message(session, request, login)
                                                     : sign_digest(session, request, login);
    if (request.scheme() == protocol::ECDSA)
        encode_ecdsa_signature(raw.bytes(), output);
    else
        output.assign(characters(raw.bytes()));
}

}  // namespace signet::token
