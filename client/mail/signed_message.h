// Signed mail: multipart/signed and application/pkcs7-mime with SignedData (RFC 1847, RFC 8551 section 3.5).
#pragma once

#include "client/mail/entity.h"
#include "cms/algorithms.h"
#include "cms/bytes.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace signet::client::mail {

/// DER of SignedData over exactly these bytes; detached or with them inside, as the maker below needs it.
using SignedDataMaker = std::function<cms::Bytes(cms::BytesView entity)>;

/// A multipart/signed of `entity` (from canonical_entity) under `header` (from outer_header). The bytes that
/// `sign` gets are those that stand in the message. CRLF. Throws what `sign` throws, and Error(failed).
[[nodiscard]] std::string make_clear_signed(std::string_view header, std::string_view entity,
                                            cms::DigestAlgorithm digest, const SignedDataMaker& sign);

/// An application/pkcs7-mime; smime-type=signed-data with `entity` inside. As above.
[[nodiscard]] std::string make_opaque_signed(std::string_view header, std::string_view entity,
                                             const SignedDataMaker& sign);

/// Whether it is a multipart/signed with S/MIME, or says not with what; one with PGP is a multipart like
/// others. Throws Error(malformed) as media_type_of.
[[nodiscard]] bool is_clear_signed(const Entity& entity);

/// Whether it is an application/pkcs7-signature (or x-pkcs7-signature). Throws as above.
[[nodiscard]] bool is_signature_part(const Entity& entity);

/// What a signed message consists of.
struct SignedParts {
    /// DER or BER of ContentInfo, decoded from its part.
    cms::Bytes signed_data;
    /// multipart/signed: the first part exactly as it stands, with CRLF: what is hashed and what is shown.
    /// None for application/pkcs7-mime, whose content is inside signed_data.
    std::optional<std::string> entity;
};

/// Takes a signed message apart; nothing is verified. Only the message itself is looked at, never a part of a
/// part. multipart/signed must have exactly two parts, the second an application/pkcs7-signature like
/// `protocol` (or x-pkcs7-signature); micalg does not count, since the SignedData says it again. Throws
/// Error(malformed) if the message is not signed or not in that form.
[[nodiscard]] SignedParts take_apart_signed(const Entity& message);

}  // namespace signet::client::mail
