#include "agent/token_description.h"

#include "agent/token_uri.h"
#include "agent/utf8.h"

namespace signet::agent {

void describe(const TokenState& token, bool set_aside, protocol::Token& out) {
    out.set_uri(uri_of(token));
    out.set_label(utf8_of(token.label));
    out.set_manufacturer(utf8_of(token.manufacturer));
    out.set_model(utf8_of(token.model));
    out.set_serial(utf8_of(token.serial));
    out.set_module(token.module);
    out.set_state(std::string(state_of(token)) + (set_aside ? ", set aside" : ""));
}

std::string_view state_of(const TokenState& token) noexcept {
    if (!token.current)
        return "gone";
    if (!token.has_flag(CKF_TOKEN_INITIALIZED))
        return "not initialised";
    if (token.has_flag(CKF_USER_PIN_LOCKED))
        return "PIN locked";
    if (!token.has_flag(CKF_LOGIN_REQUIRED))
        return "no login needed";
    if (token.logged_in)
        return "logged in";
    if (token.has_flag(CKF_USER_PIN_FINAL_TRY))
        return "last PIN try";
    return token.has_flag(CKF_USER_PIN_COUNT_LOW) ? "few PIN tries" : "locked";
}

std::string utf8_of(std::string_view text) {
    std::string clean;
    clean.reserve(text.size());
    while (!text.empty()) {
        const auto character = first_character(text);
        if (character.size == 0) {
            clean.push_back('?');
            text.remove_prefix(1);
            continue;
        }
        if (is_deceptive(character.value))
            clean.push_back(' ');
        else
            clean.append(text.substr(0, character.size));
        text.remove_prefix(character.size);
    }
    return clean;
}

}  // namespace signet::agent
