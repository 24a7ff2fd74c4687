#include "token/report.h"

#include <algorithm>
#include <array>

#include "token/log.h"
#include "token/protocol/datagram.h"
#include "token/text.h"

namespace signet::token {

namespace {

/// Of P-192, P-224, P-256, P-320 and P-384 (Brainpool), P-512 (Brainpool) and P-521.
constexpr std::array<std::size_t, 7> field_sizes = {24, 28, 32, 40, 48, 64, 66};

/// Of X25519 and Ed25519, X448, Ed448.
constexpr std::array<std::size_t, 3> compressed_sizes = {32, 56, 57};
/// PKCS#11 3.0; the header does not have it.
constexpr CK_KEY_TYPE ckk_ec_montgomery = 0x41;

// RFC 8410, section 3.
constexpr std::array<unsigned char, 5> id_x25519 = {0x06, 0x03, 0x2b, 0x65, 0x6e};
constexpr std::array<unsigned char, 5> id_x448 = {0x06, 0x03, 0x2b, 0x65, 0x6f};

bool is_uncompressed(std::span<const unsigned char> point) noexcept {
    return point.size() % 2 == 1 && point.front() == 0x04 &&
           std::find(field_sizes.begin(), field_sizes.end(), point.size() / 2) != field_sizes.end();
}

std::string modulus(AttributeReader& reader) {
    const auto bytes = reader.bytes(Attribute::modulus);
    if (!bytes)
        return {};
    const auto first =
        std::find_if(bytes->begin(), bytes->end(), [](unsigned char byte) { return byte != 0; });
    return {first, bytes->end()};
}

using ReadPoint = std::span<const unsigned char> (*)(std::span<const unsigned char>) noexcept;

std::string point(AttributeReader& reader, ReadPoint read) {
    const auto bytes = reader.bytes(Attribute::ec_point);
    return bytes ? std::string(characters(read(*bytes))) : std::string();
}

/// SoftHSM calls X25519 and X448 keys CKK_EC_EDWARDS; the curve in CKA_EC_PARAMS tells.
bool is_montgomery(AttributeReader& reader, std::uint64_t key_type) {
    if (key_type == ckk_ec_montgomery)
        return true;
    const auto curve = reader.bytes(Attribute::ec_params);
    return curve && (std::ranges::equal(*curve, id_x25519) || std::ranges::equal(*curve, id_x448));
}

/// What tells the public key, for a key of this type. A private key on a curve seldom has its point, and what
/// is not there is asked for once more.
std::span<const Attribute> attributes_of_value(std::uint64_t key_type, bool is_private) noexcept {
    static constexpr std::array rsa = {Attribute::modulus, Attribute::public_exponent};
    static constexpr std::array curve = {Attribute::ec_params, Attribute::ec_point};
    switch (key_type) {
        case CKK_RSA:
            return rsa;
        case CKK_EC:
        case CKK_EC_EDWARDS:
        case ckk_ec_montgomery:
            return std::span(curve).first(is_private ? 1 : curve.size());
        default:
            return {};
    }
}

void fetch_key(AttributeReader& reader, bool is_private, std::uint64_t expected_type) {
    constexpr std::array all = {
        Attribute::id,      Attribute::label,  Attribute::key_type,           Attribute::sign,
        Attribute::decrypt, Attribute::derive, Attribute::always_authenticate};
    constexpr std::size_t of_public_keys = 3;
    const auto value = attributes_of_value(expected_type, is_private);
    std::array<Attribute, AttributeReader::max_fetched> wanted{};
    auto* end = std::copy_n(all.begin(), is_private ? all.size() : of_public_keys, wanted.begin());
    end = std::copy(value.begin(), value.end(), end);
    reader.fetch(std::span(wanted.begin(), end));
}

}  // namespace

protocol::Token report_token_info(TokenInfo info, SlotId slot) {
    protocol::Token token;
    token.set_slot(static_cast<CK_SLOT_ID>(slot));
    token.set_label(std::move(info.label));
    token.set_manufacturer(std::move(info.manufacturer));
    token.set_model(std::move(info.model));
    token.set_serial(std::move(info.serial));
    token.set_flags(info.flags);
    return token;
}

protocol::Token report_token(const Session& session, SlotId slot) {
    protocol::Token token = report_token_info(token_in(session.functions(), slot), slot);
    token.set_logged_in(session.user_is_logged_in());
    for (const CK_MECHANISM_TYPE mechanism : mechanisms_of(session.functions(), slot))
        token.add_mechanism(mechanism);
    return token;
}

std::optional<protocol::Certificate> report_certificate(const Session& session, SlotId slot,
                                                        ObjectHandle object,
                                                        std::span<unsigned char> buffer) {
    AttributeReader reader(session, object, buffer);
    constexpr std::array attributes = {Attribute::certificate_type, Attribute::id, Attribute::label,
                                       Attribute::value};
    reader.fetch(attributes);
    if (reader.number(Attribute::certificate_type).value_or(CKC_X_509) != CKC_X_509)
        return std::nullopt;
    protocol::Certificate certificate;
    certificate.set_slot(static_cast<CK_SLOT_ID>(slot));
    certificate.set_id(reader.copy(Attribute::id));
    certificate.set_label(reader.text(Attribute::label));
    const auto der = reader.bytes(Attribute::value, protocol::max_certificate);
    if (!der || der->empty()) {
        log_line_once("skipped a certificate that cannot be read or is too large: ", certificate.label());
        return std::nullopt;
    }
    certificate.set_der(std::string(characters(*der)));
    return certificate;
}

protocol::Key report_key(const Session& session, SlotId slot, ObjectHandle object, bool is_private,
                         std::span<unsigned char> buffer, std::uint64_t expected_type) {
    AttributeReader reader(session, object, buffer);
    fetch_key(reader, is_private, expected_type);
    protocol::Key key;
    key.set_slot(static_cast<CK_SLOT_ID>(slot));
    key.set_handle(static_cast<CK_OBJECT_HANDLE>(object));
    key.set_is_private(is_private);
    key.set_id(reader.copy(Attribute::id));
    key.set_label(reader.text(Attribute::label));
    key.set_key_type(reader.number(Attribute::key_type).value_or(CK_UNAVAILABLE_INFORMATION));
    if (is_private) {
        key.set_sign(reader.flag(Attribute::sign));
        key.set_decrypt(reader.flag(Attribute::decrypt));
        key.set_derive(reader.flag(Attribute::derive));
        key.set_always_authenticate(reader.flag(Attribute::always_authenticate));
    }
    // In place of what was fetched.
    if (key.key_type() != expected_type)
        reader.fetch(attributes_of_value(key.key_type(), is_private));
    if (key.key_type() == CKK_RSA) {
        key.set_type(protocol::RSA);
        key.set_public_value(modulus(reader));
        key.set_parameters(reader.copy(Attribute::public_exponent));
    } else if (key.key_type() == CKK_EC) {
        key.set_type(protocol::EC);
        key.set_public_value(point(reader, &uncompressed_point));
        key.set_parameters(reader.copy(Attribute::ec_params));
    } else if (key.key_type() == CKK_EC_EDWARDS || key.key_type() == ckk_ec_montgomery) {
        key.set_type(is_montgomery(reader, key.key_type()) ? protocol::MONTGOMERY : protocol::EDWARDS);
        key.set_public_value(point(reader, &compressed_point));
    } else {
        key.set_type(protocol::UNKNOWN_KEY);
    }
    return key;
}

std::span<const unsigned char> uncompressed_point(std::span<const unsigned char> attribute) noexcept {
    if (attribute.size() < 3 || attribute[0] != 0x04)
        return {};
    // An uncompressed point begins with the same byte as an OCTET STRING: only lengths tell them apart.
    std::span<const unsigned char> inner;
    if (attribute[1] < 0x80 && attribute[1] == attribute.size() - 2)
        inner = attribute.subspan(2);
    else if (attribute[1] == 0x81 && attribute[2] >= 0x80 && attribute[2] == attribute.size() - 3)
        inner = attribute.subspan(3);
    if (!inner.empty() && is_uncompressed(inner))
        return inner;
    return is_uncompressed(attribute) ? attribute : std::span<const unsigned char>();
}

std::span<const unsigned char> compressed_point(std::span<const unsigned char> attribute) noexcept {
    const auto is_point = [](std::size_t size) {
        return std::find(compressed_sizes.begin(), compressed_sizes.end(), size) != compressed_sizes.end();
    };
    if (is_point(attribute.size()))
        return attribute;
    constexpr unsigned char octet_string = 0x04;
    constexpr unsigned char bit_string = 0x03;
    if (attribute.size() < 3 || attribute[1] != attribute.size() - 2)
        return {};
    if (attribute[0] == octet_string && is_point(attribute.size() - 2))
        return attribute.subspan(2);
    if (attribute[0] == bit_string && attribute[2] == 0 && is_point(attribute.size() - 3))
        return attribute.subspan(3);
    return {};
}

}  // namespace signet::token
