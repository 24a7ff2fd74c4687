#include "agent/token_uri.h"

#include "agent/error.h"

#include <p11-kit/uri.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

namespace signet::agent {

namespace {

struct UriDeleter {
    void operator()(P11KitUri* uri) const noexcept { p11_kit_uri_free(uri); }
};
using UriPtr = std::unique_ptr<P11KitUri, UriDeleter>;

UriPtr new_uri() {
    UriPtr uri(p11_kit_uri_new());
    if (!uri)
        throw std::bad_alloc();
    return uri;
}

template <std::size_t size>
void pad(unsigned char (&field)[size], const std::string& text) {
    std::memset(field, ' ', size);
    std::memcpy(field, text.data(), std::min(size, text.size()));
}

/// Of a TokenState or a TokenDescription.
template <typename Token>
CK_TOKEN_INFO token_info(const Token& token) {
    CK_TOKEN_INFO info{};
    pad(info.label, token.label);
    pad(info.manufacturerID, token.manufacturer);
    pad(info.model, token.model);
    pad(info.serialNumber, token.serial);
    return info;
}

CK_ATTRIBUTE attribute(CK_ATTRIBUTE_TYPE type, std::string_view value) {
    // p11-kit only reads it.
    return {type, const_cast<char*>(value.data()), static_cast<CK_ULONG>(value.size())};
}

std::string format(P11KitUri& uri, P11KitUriType type) {
    char* raw = nullptr;
    if (p11_kit_uri_format(&uri, type, &raw) != P11_KIT_URI_OK)
        throw Error(protocol::INTERNAL, "p11-kit cannot write a URI");
    const std::unique_ptr<char, decltype(&std::free)> text(raw, &std::free);
    return text.get();
}

std::string object_uri(const TokenState& token, CK_OBJECT_CLASS type, std::string_view id,
                       std::string_view label) {
    const auto uri = new_uri();
    *p11_kit_uri_get_token_info(uri.get()) = token_info(token);
    CK_ATTRIBUTE attributes[] = {
        {CKA_CLASS, &type, sizeof type},
        attribute(CKA_ID, id),
        attribute(CKA_LABEL, label),
    };
    for (auto& one : attributes) {
        if (one.ulValueLen > 0)
            p11_kit_uri_set_attribute(uri.get(), &one);
    }
    return format(*uri, P11_KIT_URI_FOR_OBJECT_ON_TOKEN);
}

}  // namespace

std::string uri_of(const TokenState& token) {
    const auto uri = new_uri();
    if (!token.is_initialised()) {
        // It has no name yet.
        CK_TOKEN_INFO& info = *p11_kit_uri_get_token_info(uri.get());
        pad(info.manufacturerID, token.manufacturer);
        pad(info.model, token.model);
        p11_kit_uri_set_slot_id(uri.get(), static_cast<CK_SLOT_ID>(token.slot));
        return format(*uri, static_cast<P11KitUriType>(P11_KIT_URI_FOR_TOKEN | P11_KIT_URI_FOR_SLOT));
    }
    *p11_kit_uri_get_token_info(uri.get()) = token_info(token);
    return format(*uri, P11_KIT_URI_FOR_TOKEN);
}

std::string uri_of(const pin::TokenId& token) {
    const auto uri = new_uri();
    CK_TOKEN_INFO& info = *p11_kit_uri_get_token_info(uri.get());
    pad(info.label, token.label);
    pad(info.serialNumber, token.serial);
    return format(*uri, P11_KIT_URI_FOR_TOKEN);
}

std::string uri_of(const TokenState& token, const ScannedCertificate& certificate) {
    return object_uri(token, CKO_CERTIFICATE, certificate.id, certificate.label);
}

std::string uri_of(const TokenState& token, const ScannedKey& key) {
    return object_uri(token, CKO_PRIVATE_KEY, key.id, key.label);
}

struct TokenUri::Parsed {
    UriPtr uri = new_uri();
};

TokenUri::TokenUri(const std::string& text) : m_parsed(std::make_unique<Parsed>()) {
    constexpr auto type = static_cast<P11KitUriType>(P11_KIT_URI_FOR_OBJECT_ON_TOKEN | P11_KIT_URI_FOR_SLOT);
    const int failed = p11_kit_uri_parse(text.c_str(), type, m_parsed->uri.get());
    if (failed != P11_KIT_URI_OK)
        throw Error(protocol::MALFORMED, "not a pkcs11: URI", "write it as RFC 7512 says");
    const CK_SLOT_INFO& slot = *p11_kit_uri_get_slot_info(m_parsed->uri.get());
    const bool is_about_slot = slot.slotDescription[0] != 0 || slot.manufacturerID[0] != 0;
    if (is_about_slot || p11_kit_uri_any_unrecognized(m_parsed->uri.get()) != 0)
        throw Error(protocol::MALFORMED, "the pkcs11: URI has an attribute that is not known here",
                    "use token, serial, model, manufacturer, slot-id, id and object");
}

TokenUri::~TokenUri() = default;

bool TokenUri::matches(const TokenState& token) const {
    constexpr auto any_slot = static_cast<CK_SLOT_ID>(-1);
    const auto slot = p11_kit_uri_get_slot_id(m_parsed->uri.get());
    const auto info = token_info(token);
    return (slot == any_slot || slot == token.slot) &&
           p11_kit_uri_match_token_info(m_parsed->uri.get(), &info) != 0;
}

bool TokenUri::matches(const pin::TokenDescription& token) const {
    const auto info = token_info(token);
    return p11_kit_uri_match_token_info(m_parsed->uri.get(), &info) != 0;
}

bool TokenUri::matches(const pin::TokenId& token) const {
    CK_TOKEN_INFO known = *p11_kit_uri_get_token_info(m_parsed->uri.get());
    // An attribute that the URI does not have begins with a zero.
    if (known.label[0] == 0 && known.serialNumber[0] == 0)
        return false;
    pad(known.label, token.label);
    pad(known.serialNumber, token.serial);
    return p11_kit_uri_match_token_info(m_parsed->uri.get(), &known) != 0;
}

bool TokenUri::matches(const TokenState& token, std::string_view id, std::string_view label) const {
    CK_ATTRIBUTE attributes[] = {attribute(CKA_ID, id), attribute(CKA_LABEL, label)};
    return matches(token) && p11_kit_uri_match_attributes(m_parsed->uri.get(), attributes, 2) != 0;
}

bool is_token_uri(std::string_view text) noexcept {
    return text.starts_with("pkcs11:");
}

}  // namespace signet::agent
