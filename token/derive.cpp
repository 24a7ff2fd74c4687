#include "token/derive.h"

#include <array>
#include <span>

#include "secret/secret.h"
#include "token/error.h"
#include "token/mechanism.h"

namespace signet::token {

namespace {

constexpr std::size_t min_coordinate = 20;
constexpr std::size_t x25519_size = 32;
constexpr std::size_t x448_size = 56;

/// Of X25519 or X448 (RFC 7748).
bool is_montgomery(const protocol::Derive& request) noexcept {
    const std::size_t size = request.public_point().size();
    return size == request.length() && (size == x25519_size || size == x448_size);
}

/// ECPoint ::= OCTET STRING (RFC 5480, section 2.2), as some modules want it around the point.
class EncodedPoint {
  public:
    explicit EncodedPoint(std::string_view point) {
        m_bytes.reserve(point.size() + 3);
        m_bytes += '\x04';
        if (point.size() >= 0x80)
            m_bytes += '\x81';
        m_bytes += static_cast<char>(point.size());
        m_bytes += point;
    }
    std::string& bytes() noexcept { return m_bytes; }

  private:
    std::string m_bytes;
};

/// A session object that is destroyed with this.
class DerivedSecret {
  public:
    DerivedSecret(const Session& session, CK_OBJECT_HANDLE handle) noexcept
        : m_session(session), m_handle(handle) {}
    ~DerivedSecret() { m_session.functions().C_DestroyObject(m_session.handle(), m_handle); }
    DerivedSecret(const DerivedSecret&) = delete;
    DerivedSecret& operator=(const DerivedSecret&) = delete;

    /// Writes CKA_VALUE to `buffer` and returns how long it is.
    std::size_t read(std::span<char> buffer) const {
        CK_ATTRIBUTE value{CKA_VALUE, buffer.data(), buffer.size()};
        check("C_GetAttributeValue",
              m_session.functions().C_GetAttributeValue(m_session.handle(), m_handle, &value, 1));
        if (value.ulValueLen == 0 || value.ulValueLen > buffer.size())
            throw TokenError(protocol::DEVICE_FAILED, "C_DeriveKey: a secret of an absurd size");
        return value.ulValueLen;
    }

  private:
    const Session& m_session;
    CK_OBJECT_HANDLE m_handle;
};

/// One C_DeriveKey; the handle of the new object in `derived`.
Ckr derive_key(const Session& session, const protocol::Derive& request, std::string& point,
               CK_OBJECT_HANDLE& derived) {
    const auto key = static_cast<CK_OBJECT_HANDLE>(request.key());
    CK_ULONG size = request.length();
    Mechanism mechanism = Mechanism::ecdh({reinterpret_cast<unsigned char*>(point.data()), point.size()},
                                          request.cofactor() ? Cofactor::used : Cofactor::unused);
    CK_OBJECT_CLASS object_class = CKO_SECRET_KEY;
    CK_KEY_TYPE type = CKK_GENERIC_SECRET;
    CK_BBOOL yes = CK_TRUE;
    CK_BBOOL no = CK_FALSE;
    std::array<CK_ATTRIBUTE, 6> attributes = {{
        {CKA_CLASS, &object_class, sizeof object_class},
        {CKA_KEY_TYPE, &type, sizeof type},
        {CKA_TOKEN, &no, sizeof no},
        {CKA_SENSITIVE, &no, sizeof no},
        {CKA_EXTRACTABLE, &yes, sizeof yes},
        {CKA_VALUE_LEN, &size, sizeof size},
    }};
    return Ckr{session.functions().C_DeriveKey(session.handle(), mechanism.get(), key, attributes.data(),
                                               attributes.size(), &derived)};
}

CK_OBJECT_HANDLE derived_secret(const Session& session, Anchor& anchor, protocol::Derive& request) {
    CK_OBJECT_HANDLE derived = CK_INVALID_HANDLE;
    Ckr answer = Ckr::arguments_bad;
    if (!anchor.wants_encoded_points)
        answer = derive_key(session, request, *request.mutable_public_point(), derived);
    if (answer == Ckr::arguments_bad || answer == Ckr::mechanism_param_invalid) {
        EncodedPoint point(request.public_point());
        answer = derive_key(session, request, point.bytes(), derived);
        if (answer == Ckr::ok)
            anchor.wants_encoded_points = true;
    }
    if (answer != Ckr::ok) {
        CK_SESSION_INFO info{};
        const bool alive = session.functions().C_GetSessionInfo(session.handle(), &info) == CKR_OK;
        throw TokenError("C_DeriveKey", answer, alive ? CallKind::foreign_input : CallKind::ordinary);
    }
    return derived;
}

}  // namespace

void check_derive(const protocol::Derive& request) {
    const std::size_t length = request.length();
    if (length < min_coordinate || length > max_coordinate)
        throw TokenError(protocol::BAD_REQUEST, "no curve has coordinates of this length");
    const std::string& point = request.public_point();
    if (!is_montgomery(request) && (point.size() != 1 + 2 * length || point.front() != '\x04'))
        throw TokenError(protocol::INPUT_REFUSED, "not an uncompressed point of this length");
}

void derive(const Session& session, Anchor& anchor, protocol::Derive& request, std::string& output) {
    const DerivedSecret secret(session, derived_secret(session, anchor, request));
    const std::size_t length = request.length();
    // Twice the length: a module that ignores CKA_VALUE_LEN must be seen, not cut.
    std::array<char, 2 * max_coordinate> value{};
    struct Wiper {
        std::array<char, 2 * max_coordinate>& bytes;
        ~Wiper() { wipe(bytes.data(), bytes.size()); }
    } const wiper{value};
    const std::size_t size = secret.read(value);
    if (size > length || (is_montgomery(request) && size != length))
        throw TokenError(protocol::DEVICE_FAILED, "C_DeriveKey: a secret of an absurd size");
    // Some modules leave out leading zeros; Z has them (SEC 1, section 2.3.5).
    output.assign(length - size, '\0');
    output.append(value.data(), size);
}

}  // namespace signet::token
