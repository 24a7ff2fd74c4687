#include "client/mail/signed_message.h"

#include "client/mail/error.h"
#include "client/mail/line_ends.h"
#include "client/mail/media_type.h"
#include "client/mail/multipart.h"
#include "client/mail/smime_part.h"
#include "client/mail/transfer_encoding.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <array>

namespace signet::client::mail {

namespace {

/// "=_" stands in no quoted-printable and no base64 (RFC 2045 section 6.7), 128 random bits in nothing else.
std::string new_boundary() {
    std::array<unsigned char, 16> random{};
    if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) {
        throw Error(ErrorCode::failed, "there is no randomness");
    }
    std::array<char, 2 * random.size() + 1> digits{};
    if (OPENSSL_buf2hexstr_ex(digits.data(), digits.size(), nullptr, random.data(), random.size(), '\0') !=
        1) {
        throw Error(ErrorCode::failed, "a boundary cannot be written");
    }
    return std::string("=_signet_") + digits.data();
}

bool is_signature_type(std::string_view type) noexcept {
    return equal_without_case(type, "application/pkcs7-signature") ||
           equal_without_case(type, "application/x-pkcs7-signature");
}

SignedParts take_apart_clear_signed(const Entity& message, const MediaType& type) {
    const auto protocol = type.parameter("protocol");
    if (!protocol.empty() && !is_signature_type(protocol)) {
        throw Error(ErrorCode::malformed,
                    "it is signed, but not with S/MIME: the protocol of its multipart/signed differs");
    }
    if (protocol.empty()) {
        throw Error(ErrorCode::malformed, "its multipart/signed names no protocol");
    }
    const auto parts = split_multipart(message.body, type.parameter("boundary")).parts;
    if (parts.size() != 2) {
        throw Error(ErrorCode::malformed,
                    "its multipart/signed has " + std::to_string(parts.size()) + " parts instead of two");
    }
    const auto signature = parse_entity(parts[1]);
    if (!is_signature_part(signature)) {
        throw Error(ErrorCode::malformed,
                    "the second part of its multipart/signed is no application/pkcs7-signature");
    }
    const auto der = decode(signature.body, transfer_encoding_of(signature));
    const auto bytes = cms::as_bytes(der);
    return {.signed_data = {bytes.begin(), bytes.end()}, .entity = to_crlf(parts[0])};
}

}  // namespace

std::string make_clear_signed(std::string_view header, std::string_view entity, cms::DigestAlgorithm digest,
                              const SignedDataMaker& sign) {
    const auto signed_data = sign(cms::as_bytes(entity));
    const auto boundary = new_boundary();
    std::string out(header);
    out += "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\";\r\n micalg=";
    out += cms::micalg(digest);
    out += "; boundary=\"" + boundary + "\"\r\n\r\n";
    out += "This is an S/MIME signed message\r\n--" + boundary + "\r\n";
    out += entity;
    out += "\r\n--" + boundary + "\r\n";
    out +=
        "Content-Type: application/pkcs7-signature; name=smime.p7s\r\n"
        "Content-Transfer-Encoding: base64\r\n"
        "Content-Disposition: attachment; filename=smime.p7s\r\n\r\n";
    out += encode_base64(cms::as_text(signed_data));
    out += "--" + boundary + "--\r\n";
    return out;
}

std::string make_opaque_signed(std::string_view header, std::string_view entity,
                               const SignedDataMaker& sign) {
    return std::string(header) + smime_part("signed-data", sign(cms::as_bytes(entity)));
}

bool is_clear_signed(const Entity& entity) {
    const auto type = media_type_of(entity);
    if (!type || !type->is("multipart", "signed")) {
        return false;
    }
    const auto protocol = type->parameter("protocol");
    return protocol.empty() || is_signature_type(protocol);
}

bool is_signature_part(const Entity& entity) {
    const auto type = media_type_of(entity);
    return type && is_signature_type(type->type + "/" + type->subtype);
}

SignedParts take_apart_signed(const Entity& message) {
    const auto type = media_type_of(message);
    if (type && type->is("multipart", "signed")) {
        return take_apart_clear_signed(message, *type);
    }
    if (auto content = smime_content(message, {"signed-data"})) {
        return {.signed_data = *std::move(content), .entity = std::nullopt};
    }
    if (smime_content(message, {"signed-receipt"})) {
        throw Error(ErrorCode::malformed, "it is a signed receipt",
                    "see for what with signet mail receipt --verify");
    }
    const bool encrypted = smime_content(message, {"enveloped-data", "authEnveloped-data"}).has_value();
    throw Error(
        ErrorCode::malformed, "the message is not signed: it is neither multipart/signed nor signed-data",
        encrypted ? "it is encrypted: open it with signet mail decrypt first" : "ask the sender to sign it");
}

}  // namespace signet::client::mail
