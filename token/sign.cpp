#include "token/sign.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "token/ecdsa_signature.h"
#include "token/error.h"
#include "token/mechanism.h"
#include "token/text.h"

namespace signet::token {

namespace {

constexpr std::size_t max_digest_info = 19 + 64;

/// What C_Sign gets: the digest, or the DigestInfo around it. A copy, because C_Sign wants bytes that it may
/// change.
class SignInput {
  public:
    SignInput(std::span<const unsigned char> prefix, std::string_view digest) noexcept
        : m_size(prefix.size() + digest.size()) {
        const auto digest_start = std::copy(prefix.begin(), prefix.end(), m_bytes.begin());
        std::copy(digest.begin(), digest.end(), digest_start);
    }
    [[nodiscard]] std::span<unsigned char> bytes() noexcept { return std::span(m_bytes).first(m_size); }

  private:
    std::array<unsigned char, max_digest_info> m_bytes{};
    std::size_t m_size;
};

/// A signature as the token gives it.
class RawSignature {
  public:
    RawSignature(const Session& session, Mechanism&& mechanism, CK_OBJECT_HANDLE key, SignInput&& input,
                 ContextLogin* login) {
        const CK_FUNCTION_LIST& functions = session.functions();
        check("C_SignInit", functions.C_SignInit(session.handle(), mechanism.get(), key));
        if (login != nullptr)
            login->log_in(session);
        const std::span<unsigned char> bytes = input.bytes();
        check("C_Sign",
              functions.C_Sign(session.handle(), bytes.data(), bytes.size(), m_bytes.data(), &m_size));
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

}  // namespace

void check_sign(const protocol::Sign& request) {
    if (request.scheme() != protocol::RSA_PKCS1 && request.scheme() != protocol::RSA_PSS &&
        request.scheme() != protocol::ECDSA)
        throw TokenError(protocol::BAD_REQUEST, "no such signature scheme");
    if (request.hash() == protocol::HASH_SHA1)
        throw TokenError(protocol::BAD_REQUEST, "SHA-1 signs nothing");
    if (request.digest().size() != facts_of(request.hash()).size)
        throw TokenError(protocol::BAD_REQUEST, "the digest is not as long as its hash");
}

void sign(const Session& session, const protocol::Sign& request, std::string& output, ContextLogin* login) {
    const HashFacts& hash = facts_of(request.hash());
    const auto key = static_cast<CK_OBJECT_HANDLE>(request.key());
    if (request.scheme() == protocol::ECDSA) {
        const RawSignature raw(session, Mechanism::ecdsa(), key, SignInput({}, request.digest()), login);
        encode_ecdsa_signature(raw.bytes(), output);
    } else if (request.scheme() == protocol::RSA_PSS) {
        const RawSignature raw(session, Mechanism::rsa_pss(hash), key, SignInput({}, request.digest()),
                               login);
        output.assign(characters(raw.bytes()));
    } else {
        const RawSignature raw(session, Mechanism::rsa_pkcs(), key,
                               SignInput(hash.digest_info_prefix, request.digest()), login);
        output.assign(characters(raw.bytes()));
    }
}

}  // namespace signet::token
