#include "agent/key_whereabouts.h"

#include <utility>

namespace signet::agent {

namespace {

constexpr const char* key_is_unsupported = "keys of its type are not supported";
constexpr const char* key_is_ambiguous =
    "several private keys have its CKA_ID, and nothing tells which is its own";
constexpr const char* key_is_missing = "its token has no private key for it";

Whereabouts at(const std::shared_ptr<TokenState>& token, const ScannedKey& key) {
    return {Location{token, key.id, key}, key.label, {}};
}

Whereabouts nowhere(const char* why) {
    return {std::nullopt, {}, why};
}

/// The private key that shows no public value, by what its CKA_ID usually is.
KeyIndex::Named usually_named(const KeyIndex& keys, cms::KeyKind kind, const FileCertificate& file) {
    KeyIndex::Named found;
    for (const auto& id : file.usual_ids) {
        if (keys.is_another(kind, id, file.public_value) ||
            keys.is_other_private(kind, id, file.public_value))
            continue;
        const auto named = keys.private_named(kind, id, file.curve, {});
        if (named.key != nullptr)
            return named;
        found.ambiguous = found.ambiguous || named.ambiguous;
    }
    return found;
}

}  // namespace

Whereabouts locate(const std::shared_ptr<TokenState>& token, const KeyIndex& keys,
                   const ScannedCertificate& scanned, const cms::Certificate& certificate) {
    const auto kind = certificate.key_kind();
    if (kind == cms::KeyKind::other)
        return nowhere(key_is_unsupported);
    const auto value = public_value_of(certificate);
    if (const auto* key = keys.private_with(kind, value))
        return at(token, *key);

    // A private key that shows no public value has that of the public key with its CKA_ID; only without one,
    // that of the certificate.
    const auto* public_key = keys.public_with(kind, value);
    KeyIndex::Named named;
    if (public_key != nullptr)
        named = keys.private_of(*public_key);
    const bool is_another = keys.is_another(kind, scanned.id, value);
    if (named.key == nullptr && !is_another)
        named = keys.private_named(kind, scanned.id, curve_of(certificate), scanned.label);
    if (named.key != nullptr)
        return at(token, *named.key);
    const bool may_show = public_key != nullptr || (!certificate.is_ca() && !is_another);
    if (token->needs_login() && may_show) {
        const bool has_id = public_key != nullptr && !public_key->id.empty();
        return {Location{token, has_id ? public_key->id : scanned.id, std::nullopt}, scanned.label, {}};
    }
    if (named.ambiguous)
        return nowhere(key_is_ambiguous);
    if (is_another || keys.is_other_private(kind, scanned.id, value))
        return nowhere("the key with its CKA_ID is another one");
    return nowhere(key_is_missing);
}

Whereabouts locate(const std::shared_ptr<TokenState>& token, const KeyIndex& keys,
                   const FileCertificate& file) {
    const auto& certificate = file.certificate;
    const auto kind = certificate.key_kind();
    const auto& value = file.public_value;
    if (kind == cms::KeyKind::other || value.empty())
        return nowhere(key_is_unsupported);
    if (const auto* key = keys.private_with(kind, value))
        return at(token, *key);
    const auto* public_key = keys.public_with(kind, value);
    auto named = public_key != nullptr ? keys.private_of(*public_key) : KeyIndex::Named{};
    if (named.key == nullptr)
        named = usually_named(keys, kind, file);
    if (named.key != nullptr)
        return at(token, *named.key);
    // A token that hides all of its keys may have it.
    const bool may_show = public_key != nullptr || (!certificate.is_ca() && !keys.has_public());
    if (token->needs_login() && may_show) {
        if (public_key == nullptr)
            return {Location{token, {}, std::nullopt}, {}, {}};
        return {Location{token, public_key->id, std::nullopt}, public_key->label, {}};
    }
    return nowhere(named.ambiguous ? key_is_ambiguous : key_is_missing);
}

}  // namespace signet::agent
