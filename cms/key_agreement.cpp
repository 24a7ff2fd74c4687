#include "cms/elliptic_curve.h"
#include "cms/error.h"
#include "cms/key_wrap.h"
#include "cms/recipient_info.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>

#include <array>

#include "cms/openssl_error.h"
#include "cms/openssl_ptr.h"

namespace signet::cms {
namespace {

/// Whose points have two coordinates.
constexpr std::array curves{Curve::p256, Curve::p384, Curve::p521};
constexpr std::array montgomery_curves{Curve::x25519, Curve::x448};
constexpr std::uint8_t uncompressed = 0x04;

/// Made once, immutable.
const EC_GROUP& group_of(Curve curve) {
    static const auto groups = [] {
        std::array<EcGroupPtr, curves.size()> all;
        for (std::size_t i = 0; i < all.size(); ++i) {
            all[i].reset(EC_GROUP_new_by_curve_name(curve_nid(curves[i])));
            require_openssl(all[i] != nullptr, "no such curve");
        }
        return all;
    }();
    return *groups[static_cast<std::size_t>(curve)];
}

bool is_on_curve(Curve curve, BytesView octets) {
    const EC_GROUP& group = group_of(curve);
    const EcPointPtr point(EC_POINT_new(&group));
    require_openssl(point != nullptr, "cannot read a point");
    const bool on_curve = EC_POINT_oct2point(&group, point.get(), octets.data(), octets.size(), nullptr) == 1;
    ERR_clear_error();
    return on_curve;
}

/// By all bytes, whichever they are.
bool is_all_zero(const Secret& secret) noexcept {
    std::uint8_t any = 0;
    for (const std::uint8_t byte : secret.bytes())
        any = static_cast<std::uint8_t>(any | byte);
    return any == 0;
}

}  // namespace

int curve_nid(Curve curve) noexcept {
    switch (curve) {
        case Curve::p256:
            return NID_X9_62_prime256v1;
        case Curve::p384:
            return NID_secp384r1;
        case Curve::p521:
            return NID_secp521r1;
        case Curve::x25519:
            return NID_X25519;
        case Curve::x448:
            return NID_X448;
    }
    return NID_undef;
}

std::optional<Curve> curve_from_nid(int nid) noexcept {
    for (const Curve curve : curves)
        if (curve_nid(curve) == nid)
            return curve;
    for (const Curve curve : montgomery_curves)
        if (curve_nid(curve) == nid)
            return curve;
    return std::nullopt;
}

bool is_montgomery(Curve curve) noexcept {
    return curve == Curve::x25519 || curve == Curve::x448;
}

std::string hkdf_scheme(DigestAlgorithm digest) {
    const std::string smime_alg = "1.2.840.113549.1.9.16.3.";
    if (digest == DigestAlgorithm::sha384)
        return smime_alg + "20";
    return smime_alg + (digest == DigestAlgorithm::sha512 ? "21" : "19");
}

std::size_t shared_secret_size(Curve curve) noexcept {
    switch (curve) {
        case Curve::p256:
            return 32;
        case Curve::p384:
            return 48;
        case Curve::p521:
            return 66;
        case Curve::x25519:
            return 32;
        case Curve::x448:
            return 56;
    }
    return 0;
}

Curve curve_of_point(BytesView point) {
    for (const Curve curve : curves)
        if (point.size() == 2 * shared_secret_size(curve) + 1 && point.front() == uncompressed &&
            is_on_curve(curve, point))
            return curve;
    for (const Curve curve : montgomery_curves)
        if (point.size() == shared_secret_size(curve))
            return curve;
    throw Error(ErrorCode::malformed, "a point that is on none of P-256, P-384, P-521, X25519 and X448");
}

Secret unwrap_agreed_key(const KeyAgreement& agreement, std::size_t index, const Secret& shared_secret,
                         std::size_t key_size) {
    const auto fail = [] { throw Error(ErrorCode::cannot_decrypt, "the key cannot be unwrapped"); };
    if (index >= agreement.recipients.size())
        throw Error(ErrorCode::failed, "no such recipient");
    if (is_montgomery(curve_of_point(agreement.originator_point)) && is_all_zero(shared_secret))
        fail();
    const Secret key_encryption_key =
        derive_key_encryption_key(shared_secret, agreement.kdf, agreement.kdf_digest,
                                  agreement.wrap_algorithm, agreement.wrap_key_size, agreement.ukm);
    std::optional<Secret> key =
        unwrap_key(key_encryption_key, agreement.recipients[index].encrypted_key, agreement.wrap);
    if (!key || key->size() != key_size)
        fail();
    return std::move(*key);
}

}  // namespace signet::cms
