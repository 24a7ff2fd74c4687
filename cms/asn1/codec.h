// From bytes to the structures of the RFC modules beside this file, and back.
#pragma once

#include <openssl/asn1t.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <cstddef>
#include <memory>

#include "cms/bytes.h"

namespace signet::cms::asn1 {

/// The template that describes T: a function without arguments. Each type is named beside its template.
template <typename T>
inline constexpr std::nullptr_t item_of{};
template <>
inline constexpr auto item_of<ASN1_OBJECT> = &ASN1_OBJECT_it;
template <>
inline constexpr auto item_of<ASN1_INTEGER> = &ASN1_INTEGER_it;
template <>
inline constexpr auto item_of<ASN1_TYPE> = &ASN1_ANY_it;
template <>
inline constexpr auto item_of<X509> = &X509_it;
template <>
inline constexpr auto item_of<X509_ALGOR> = &X509_ALGOR_it;
template <>
inline constexpr auto item_of<RSA_PSS_PARAMS> = &RSA_PSS_PARAMS_it;
template <>
inline constexpr auto item_of<RSA_OAEP_PARAMS> = &RSA_OAEP_PARAMS_it;

template <typename T>
struct ItemDeleter {
    void operator()(T* value) const noexcept {
        ASN1_item_free(reinterpret_cast<ASN1_VALUE*>(value), item_of<T>());
    }
};

/// Owns a T and all that hangs on it.
template <typename T>
using ItemPtr = std::unique_ptr<T, ItemDeleter<T>>;

/// Parses DER or BER as `item`, all of it. Throws Error(malformed) with "malformed `what`", trailing bytes
/// included. The caller owns the value.
ASN1_VALUE* decode_item(BytesView encoding, const ASN1_ITEM* item, const char* what);
/// DER. Throws Error(failed) if a field that must be there is absent.
Bytes encode_item(const ASN1_VALUE* value, const ASN1_ITEM* item);

/// The same as a T of `item_of<T>`. Throws as decode_item does.
template <typename T>
ItemPtr<T> decode(BytesView encoding, const char* what) {
    return ItemPtr<T>(reinterpret_cast<T*>(decode_item(encoding, item_of<T>(), what)));
}

/// DER of a T. Throws as encode_item does.
template <typename T>
Bytes encode(const T& value) {
    return encode_item(reinterpret_cast<const ASN1_VALUE*>(&value), item_of<T>());
}

/// The octets of a string type; nothing is copied.
BytesView view_of(const ASN1_STRING& string) noexcept;
/// The encoding of an ANY that holds a SEQUENCE; empty for any other type and for null.
BytesView sequence_in(const ASN1_TYPE* any) noexcept;

}  // namespace signet::cms::asn1
