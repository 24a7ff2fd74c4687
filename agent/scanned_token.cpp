#include "agent/scanned_token.h"

#include <map>

namespace signet::agent {

namespace {

/// What CK_TOKEN_INFO has room for, and UTF-8 from it, is far less.
std::string bounded(const std::string& text) {
    constexpr std::size_t most = 128;
    return text.substr(0, most);
}

std::shared_ptr<TokenState> token_of(const token::protocol::Token& scanned) {
    auto token = std::make_shared<TokenState>();
    token->slot = scanned.slot();
    token->label = bounded(scanned.label());
    token->manufacturer = bounded(scanned.manufacturer());
    token->model = bounded(scanned.model());
    token->serial = bounded(scanned.serial());
    token->flags = scanned.flags();
    token->logged_in = scanned.logged_in();
    token->removals = scanned.removals();
    token->mechanisms.assign(scanned.mechanism().begin(), scanned.mechanism().end());
    return token;
}

ScannedKeyType key_type_of(token::protocol::KeyType type) {
    switch (type) {
        case token::protocol::RSA:
            return ScannedKeyType::rsa;
        case token::protocol::EC:
            return ScannedKeyType::ec;
        case token::protocol::EDWARDS:
            return ScannedKeyType::edwards;
        case token::protocol::MONTGOMERY:
            return ScannedKeyType::montgomery;
        default:
            return ScannedKeyType::unknown;
    }
}

ScannedKey key_of(const token::protocol::Key& scanned) {
    ScannedKey key;
    key.handle = scanned.handle();
    key.is_private = scanned.is_private();
    key.id = scanned.id();
    key.label = scanned.label();
    key.type = key_type_of(scanned.type());
    key.key_type = scanned.key_type();
    key.sign = scanned.sign();
    key.decrypt = scanned.decrypt();
    key.derive = scanned.derive();
    key.always_authenticate = scanned.always_authenticate();
    key.public_value = scanned.public_value();
    key.parameters = scanned.parameters();
    return key;
}

}  // namespace

std::vector<std::shared_ptr<TokenState>> scanned_tokens(const std::vector<token::protocol::Reply>& replies) {
    std::map<std::uint64_t, std::shared_ptr<TokenState>> by_slot;
    std::vector<std::shared_ptr<TokenState>> tokens;
    for (const auto& reply : replies) {
        if (!reply.has_token() || tokens.size() == max_scanned_tokens)
            continue;
        tokens.push_back(token_of(reply.token()));
        by_slot[reply.token().slot()] = tokens.back();
    }
    for (const auto& reply : replies) {
        if (reply.has_left_out()) {
            if (const auto place = by_slot.find(reply.left_out().slot()); place != by_slot.end())
                place->second->has_more = true;
        }
        const bool is_certificate = reply.has_certificate();
        if (!is_certificate && !reply.has_key())
            continue;
        const auto place = by_slot.find(is_certificate ? reply.certificate().slot() : reply.key().slot());
        if (place == by_slot.end())
            continue;
        if (is_certificate) {
            const auto& scanned = reply.certificate();
            place->second->certificates.push_back({scanned.id(), scanned.label(), scanned.der()});
        } else {
            place->second->keys.push_back(key_of(reply.key()));
        }
    }
    return tokens;
}

std::set<std::uint64_t> skipped_slots(const std::vector<token::protocol::Reply>& replies) {
    std::set<std::uint64_t> slots;
    for (const auto& reply : replies) {
        if (reply.has_skipped())
            slots.insert(reply.skipped().slot());
    }
    return slots;
}

}  // namespace signet::agent
