#include "agent/request_checks.h"

#include "agent/error.h"
#include "agent/pin/pin_source.h"
#include "agent/protocol/frame.h"
#include "cms/content_types.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace signet::agent {

namespace {

/// Not id-ct-TSTInfo: who signs that is a time-stamping authority.
constexpr std::array<std::string_view, 6> content_types = {
    cms::id_data,       cms::id_signed_data,        cms::id_enveloped_data,
    cms::id_ct_receipt, cms::id_ct_compressed_data, cms::id_ct_auth_enveloped_data,
};

/// Bytes of a content-encryption AlgorithmIdentifier, at most.
constexpr std::size_t max_algorithm = 1024;
/// Bytes of one RecipientInfo, at most: a KeyAgreeRecipientInfo names many recipients.
constexpr std::size_t max_recipient_info = std::size_t{256} * 1024;

[[noreturn]] void malformed(const std::string& why) {
    throw Error(protocol::MALFORMED, why, "mend the client");
}

}  // namespace

std::size_t digest_size(protocol::DigestAlgorithm algorithm) {
    switch (algorithm) {
        case protocol::SHA256:
            return 32;
        case protocol::SHA384:
            return 48;
        case protocol::SHA512:
        case protocol::SHAKE256:
            return 64;
        default:
            malformed("the digest algorithm is not known");
    }
}

void check_text(const std::string& text, const char* field) {
    if (text.size() > protocol::max_text)
        malformed(std::string(field) + " is too long");
    if (text.find('\0') != std::string::npos)
        malformed(std::string(field) + " holds a NUL");
}

void check_hello(const protocol::Request& request) {
    const auto& hello = request.hello();
    for (const auto* text :
         {&hello.client(), &hello.display(), &hello.wayland_display(), &hello.dbus_session_bus_address(),
          &hello.xauthority(), &hello.tty(), &hello.term(), &hello.locale()})
        check_text(*text, "a text of hello");
}

void check_list(const protocol::Request& request) {
    check_text(request.list().identity(), "identity");
}

void check_status(const protocol::Request&) {}

void check_unlock(const protocol::Request& request) {
    check_text(request.unlock().token(), "token");
    if (request.unlock().has_pin() &&
        (request.unlock().pin().empty() || request.unlock().pin().size() > pin::max_pin_size))
        malformed("the PIN is empty or too long");
}

void check_lock(const protocol::Request& request) {
    check_text(request.lock().token(), "token");
}

void check_sign(const protocol::Request& request) {
    const auto& sign = request.sign();
    if (sign.identity_size() > protocol::max_signers)
        throw Error(protocol::TOO_LARGE, "more than " + std::to_string(protocol::max_signers) + " signers",
                    "sign in several steps");
    for (const auto& identity : sign.identity())
        check_text(identity, "identity");
    const bool asks = sign.digest_size() == 0 && sign.digest_algorithm() == protocol::DIGEST_UNSPECIFIED;
    if (sign.digest_size() == 0 && !asks)
        malformed("there is no digest to sign");
    if (sign.digest_size() > protocol::max_digests)
        throw Error(protocol::TOO_LARGE, "more than " + std::to_string(protocol::max_digests) + " digests",
                    "send fewer digests a request");
    const auto size = asks ? 0 : digest_size(sign.digest_algorithm());
    for (const auto& digest : sign.digest()) {
        if (digest.size() != size)
            malformed("a digest has not the length of its hash");
    }
    if (!protocol::RsaScheme_IsValid(sign.rsa_scheme()))
        malformed("the RSA scheme is not known");
    if (!protocol::CertificateSet_IsValid(sign.certificates()))
        malformed("the set of certificates is not known");
    check_text(sign.content_type(), "content type");
    const bool allowed = sign.content_type().empty() || std::find(content_types.begin(), content_types.end(),
                                                                  sign.content_type()) != content_types.end();
    if (!allowed)
        throw Error(protocol::REFUSED,
                    "content of type " + sign.content_type().substr(0, 64) + " is not signed here",
                    "sign it as id-data");
    if (sign.countersign() && (!sign.content_type().empty() || sign.has_attributes()))
        malformed("a countersignature has no content type and no attributes");
    check_signed_attributes(sign);
}

void check_unwrap(const protocol::Request& request) {
    const auto& unwrap = request.unwrap();
    check_text(unwrap.identity(), "identity");
    if (unwrap.recipient_info_size() == 0)
        malformed("there is no recipient info");
    if (unwrap.recipient_info_size() > protocol::max_recipient_infos)
        throw Error(protocol::TOO_LARGE,
                    "more than " + std::to_string(protocol::max_recipient_infos) + " recipient infos",
                    "send those that may be yours");
    for (const auto& info : unwrap.recipient_info()) {
        if (info.empty() || info.size() > max_recipient_info)
            malformed("a recipient info is empty or too long");
    }
    if (unwrap.content_encryption_algorithm().empty() ||
        unwrap.content_encryption_algorithm().size() > max_algorithm)
        malformed("the content-encryption algorithm is missing or too long");
}

}  // namespace signet::agent
