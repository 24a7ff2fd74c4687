#include "cms/public_key.h"

#include "cms/asn1/der.h"
#include "cms/error.h"

#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509.h>

namespace signet::cms {
namespace {

using asn1::Tag;
using asn1::tlv;

constexpr std::uint8_t whole_octets = 0;
constexpr std::size_t ed25519_size = 32;
constexpr std::size_t ed448_size = 57;

// SubjectPublicKeyInfo ::= SEQUENCE {
//   algorithm AlgorithmIdentifier,
//   subjectPublicKey BIT STRING }                                                 RFC 5280 section 4.1
Bytes public_key_info(int algorithm, BytesView parameters, BytesView key) {
    const Bytes identifier = tlv(Tag::sequence, {asn1::object_identifier(algorithm), parameters});
    return tlv(Tag::sequence, {identifier, tlv(Tag::bit_string, {{&whole_octets, 1}, key})});
}

/// INTEGER of a number that is never negative.
Bytes unsigned_integer(BytesView number) {
    while (!number.empty() && number.front() == 0)
        number = number.subspan(1);
    if (number.empty())
        throw Error(ErrorCode::malformed, "an RSA key with a number that is zero");
    constexpr std::uint8_t zero = 0;
    const BytesView sign = number.front() >= 0x80 ? BytesView(&zero, 1) : BytesView();
    return tlv(Tag::integer, {sign, number});
}

}  // namespace

PublicKey PublicKey::rsa(BytesView modulus, BytesView exponent) {
    const Bytes key = tlv(Tag::sequence, {unsigned_integer(modulus), unsigned_integer(exponent)});
    return from_info(public_key_info(NID_rsaEncryption, tlv(Tag::null, {}), key));
}

PublicKey PublicKey::ec(BytesView parameters, BytesView point) {
    return from_info(public_key_info(NID_X9_62_id_ecPublicKey, parameters, point));
}

PublicKey PublicKey::edwards(BytesView value) {
    if (value.size() != ed25519_size && value.size() != ed448_size)
        throw Error(ErrorCode::malformed, "malformed public key");
    // There are no parameters (RFC 8410 section 3).
    return from_info(public_key_info(value.size() == ed448_size ? NID_ED448 : NID_ED25519, {}, value));
}

PublicKey PublicKey::from_info(BytesView info) {
    const unsigned char* position = info.data();
    EvpPkeyPtr key(d2i_PUBKEY(nullptr, &position, static_cast<long>(info.size())));
    ERR_clear_error();
    if (!key || position != info.data() + info.size())
        throw Error(ErrorCode::malformed, "malformed public key");
    return {Bytes(info.begin(), info.end()), std::move(key)};
}

}  // namespace signet::cms
