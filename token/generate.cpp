#include "token/generate.h"

#include <array>
#include <string_view>

#include "token/error.h"
#include "token/object.h"
#include "token/template.h"

namespace signet::token {

namespace {

using namespace std::string_view_literals;

/// 65537
constexpr std::string_view public_exponent = "\x01\x00\x01"sv;

// DER of the OBJECT IDENTIFIERs (RFC 5480 section 2.1.1.1, RFC 8410 section 3).
constexpr std::string_view p256 = "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07"sv;
constexpr std::string_view p384 = "\x06\x05\x2b\x81\x04\x00\x22"sv;
constexpr std::string_view p521 = "\x06\x05\x2b\x81\x04\x00\x23"sv;
constexpr std::string_view ed25519 = "\x06\x03\x2b\x65\x70"sv;
/// The curve's name as PKCS#11 3.0 has it (section 2.3.7), which some modules take alone.
constexpr std::string_view ed25519_name =
    "\x13\x0c"
    "edwards25519"sv;

CK_MECHANISM_TYPE mechanism_of(protocol::KeyPairKind kind) {
    switch (kind) {
        case protocol::PAIR_RSA:
            return CKM_RSA_PKCS_KEY_PAIR_GEN;
        case protocol::PAIR_ED25519:
            return CKM_EC_EDWARDS_KEY_PAIR_GEN;
        default:
            return CKM_EC_KEY_PAIR_GEN;
    }
}

std::string_view curve_of(protocol::KeyPairKind kind) {
    switch (kind) {
        case protocol::PAIR_P256:
            return p256;
        case protocol::PAIR_P384:
            return p384;
        case protocol::PAIR_P521:
            return p521;
        default:
            return ed25519;
    }
}

Template public_template(const protocol::GenerateKeyPair& request, std::string_view curve) {
    Template made;
    made.flag(CKA_TOKEN, true)
        .flag(CKA_PRIVATE, false)
        .flag(CKA_VERIFY, request.sign())
        .bytes(CKA_ID, request.id())
        .bytes(CKA_LABEL, request.key_label());
    if (request.kind() == protocol::PAIR_RSA)
        made.flag(CKA_ENCRYPT, request.decrypt())
            .number(CKA_MODULUS_BITS, request.modulus_bits())
            .bytes(CKA_PUBLIC_EXPONENT, public_exponent);
    else
        made.bytes(CKA_EC_PARAMS, curve);
    return made;
}

Template private_template(const protocol::GenerateKeyPair& request) {
    const bool is_rsa = request.kind() == protocol::PAIR_RSA;
    Template made;
    // Each use is said: what is not is the module's choice, and often allowed.
    made.flag(CKA_TOKEN, true)
        .flag(CKA_PRIVATE, true)
        .flag(CKA_SENSITIVE, true)
        .flag(CKA_EXTRACTABLE, false)
        .flag(CKA_SIGN, request.sign())
        .flag(CKA_DECRYPT, is_rsa && request.decrypt())
        .flag(CKA_DERIVE, !is_rsa && request.decrypt())
        .flag(CKA_UNWRAP, false)
        .bytes(CKA_ID, request.id())
        .bytes(CKA_LABEL, request.key_label());
    if (request.always_authenticate())
        made.flag(CKA_ALWAYS_AUTHENTICATE, true);
    return made;
}

struct KeyPair {
    CK_OBJECT_HANDLE public_key = CK_INVALID_HANDLE;
    CK_OBJECT_HANDLE private_key = CK_INVALID_HANDLE;
};

CK_RV try_generate(const Session& session, const protocol::GenerateKeyPair& request, std::string_view curve,
                   KeyPair& pair) {
    CK_MECHANISM mechanism{mechanism_of(request.kind()), nullptr, 0};
    Template public_half = public_template(request, curve);
    Template private_half = private_template(request);
    return session.functions().C_GenerateKeyPair(session.handle(), &mechanism, public_half.data(),
                                                 public_half.size(), private_half.data(), private_half.size(),
                                                 &pair.public_key, &pair.private_key);
}

/// What a module says to a name of a curve that it does not take.
bool may_mean_curve(CK_RV value) {
    return value == CKR_DOMAIN_PARAMS_INVALID || value == CKR_CURVE_NOT_SUPPORTED ||
           value == CKR_ATTRIBUTE_VALUE_INVALID || value == CKR_TEMPLATE_INCONSISTENT;
}

/// A module may pass over what it was told. What cannot be read counts as not so.
bool is_as_told(const Session& session, const protocol::GenerateKeyPair& request, const KeyPair& pair) {
    std::array<unsigned char, 64> buffer{};
    AttributeReader reader(session, ObjectHandle{pair.private_key}, buffer);
    try {
        const auto extractable = reader.bytes(Attribute::extractable, sizeof(CK_BBOOL));
        const bool stays = extractable && extractable->size() == sizeof(CK_BBOOL) &&
                           extractable->front() == CK_FALSE && reader.flag(Attribute::sensitive);
        return stays && (!request.always_authenticate() || reader.flag(Attribute::always_authenticate));
    } catch (const TokenError&) {
        return false;
    }
}

[[noreturn]] void take_back(const Session& session, const KeyPair& pair) {
    const auto destroy = [&](CK_OBJECT_HANDLE object) {
        return session.functions().C_DestroyObject(session.handle(), object) == CKR_OK;
    };
    const bool no_private = destroy(pair.private_key);
    const bool no_public = destroy(pair.public_key);
    if (!no_private)
        throw TokenError(
            protocol::CANNOT,
            "the token does not keep the key as it was told to, and did not delete it again: a private "
            "key that can be taken out may be left");
    if (!no_public)
        throw TokenError(
            protocol::CANNOT,
            "the token does not keep the key as it was told to; the private key is deleted again, the "
            "public one is left");
    throw TokenError(protocol::CANNOT, "the token does not keep the key as it was told to");
}

}  // namespace

void check_generate(const protocol::GenerateKeyPair& request) {
    if (!protocol::KeyPairKind_IsValid(request.kind()) || request.kind() == protocol::PAIR_UNSPECIFIED)
        throw TokenError(protocol::BAD_REQUEST, "no such kind of key pair");
    const bool is_rsa = request.kind() == protocol::PAIR_RSA;
    if (is_rsa && (request.modulus_bits() < min_modulus_bits || request.modulus_bits() > max_modulus_bits ||
                   request.modulus_bits() % 256 != 0))
        throw TokenError(protocol::BAD_REQUEST, "no such size of an RSA key");
    if (request.id().empty() || request.id().size() > max_attribute ||
        request.key_label().size() > max_attribute)
        throw TokenError(protocol::BAD_REQUEST, "a key pair without an ID, or with too long a label");
    if (!request.sign() && !request.decrypt())
        throw TokenError(protocol::BAD_REQUEST, "a key pair for nothing");
    if (request.kind() == protocol::PAIR_ED25519 && request.decrypt())
        throw TokenError(protocol::BAD_REQUEST, "an Ed25519 key does not decrypt");
}

void generate(const Session& session, const protocol::GenerateKeyPair& request) {
    KeyPair pair;
    CK_RV value = try_generate(session, request, curve_of(request.kind()), pair);
    if (request.kind() == protocol::PAIR_ED25519 && may_mean_curve(value))
        value = try_generate(session, request, ed25519_name, pair);
    check("C_GenerateKeyPair", value);
    if (!is_as_told(session, request, pair))
        take_back(session, pair);
}

}  // namespace signet::token
