// Objects on a token and their attributes.
#pragma once

#include <p11-kit/pkcs11.h>

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "token/session.h"

namespace signet::token {

enum class ObjectHandle : CK_OBJECT_HANDLE {};

enum class ObjectClass : CK_OBJECT_CLASS {
    certificate = CKO_CERTIFICATE,
    public_key = CKO_PUBLIC_KEY,
    private_key = CKO_PRIVATE_KEY,
};

enum class Attribute : CK_ATTRIBUTE_TYPE {
    object_class = CKA_CLASS,
    label = CKA_LABEL,
    value = CKA_VALUE,
    certificate_type = CKA_CERTIFICATE_TYPE,
    key_type = CKA_KEY_TYPE,
    id = CKA_ID,
    decrypt = CKA_DECRYPT,
    sign = CKA_SIGN,
    derive = CKA_DERIVE,
    sensitive = CKA_SENSITIVE,
    extractable = CKA_EXTRACTABLE,
    modulus = CKA_MODULUS,
    public_exponent = CKA_PUBLIC_EXPONENT,
    ec_params = CKA_EC_PARAMS,
    ec_point = CKA_EC_POINT,
    always_authenticate = CKA_ALWAYS_AUTHENTICATE,
};

/// Bytes of any attribute but a certificate. Longer ones count as not there.
inline constexpr std::size_t max_attribute = 4096;

/// The objects of `object_class`, `limit` of them at most. Throws TokenError.
std::vector<ObjectHandle> find_objects(const Session& session, ObjectClass object_class, std::size_t limit);

/// Reads attributes of one object. An attribute that the object does not have, or that cannot be read or
/// believed, is none; throws TokenError only if the object, its session or its token is gone. One thread at a
/// time.
class AttributeReader {
  public:
    /// `buffer` holds one value at a time; what does not fit is none.
    AttributeReader(const Session& session, ObjectHandle object, std::span<unsigned char> buffer) noexcept
        : m_session(session), m_object(object), m_buffer(buffer) {}

    /// Asks for `attributes` (max_fetched at most) in one call, for what follows to find them here: to a
    /// module a call costs about as much as several attributes. What it does not give in company is asked for
    /// alone.
    void fetch(std::span<const Attribute> attributes);
    static constexpr std::size_t max_fetched = 9;

    /// At most `limit` bytes. A view into the buffer: good until the next call.
    std::optional<std::span<const unsigned char>> bytes(Attribute attribute,
                                                        std::size_t limit = max_attribute);
    std::optional<CK_ULONG> number(Attribute attribute);
    /// False if none.
    bool flag(Attribute attribute);
    /// Empty if none; always valid UTF-8.
    std::string text(Attribute attribute);
    /// Empty if none.
    std::string copy(Attribute attribute);

  private:
    std::optional<std::size_t> read(Attribute attribute, void* target, std::size_t size);
    Ckr call(std::span<CK_ATTRIBUTE> wanted);
    Ckr ask(std::span<CK_ATTRIBUTE> wanted);
    [[nodiscard]] const CK_ATTRIBUTE* fetched(Attribute attribute) const noexcept;

    const Session& m_session;
    ObjectHandle m_object;
    std::span<unsigned char> m_buffer;
    // Certificates are seldom longer than a quarter of it.
    alignas(CK_ULONG) std::array<unsigned char, 16384> m_fetched_values{};
    std::array<CK_ATTRIBUTE, max_fetched> m_fetched{};
    std::size_t m_fetched_count = 0;
};

}  // namespace signet::token
