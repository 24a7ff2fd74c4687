#include "agent/error.h"
#include "agent/provisioning.h"
#include "agent/request_checks.h"
#include "agent/utf8.h"

#include <string_view>

namespace signet::agent {

namespace {

[[noreturn]] void refuse(const std::string& why) {
    throw Error(protocol::MALFORMED, why, "mend the client");
}

/// A name that people will read and type.
void check_name(std::string_view text, std::size_t longest, const std::string& field) {
    if (text.size() > longest)
        throw Error(protocol::MALFORMED, field + " is longer than " + std::to_string(longest) + " bytes",
                    "shorten it");
    while (!text.empty()) {
        const auto character = first_character(text);
        if (character.size == 0 || is_deceptive(character.value))
            throw Error(protocol::MALFORMED, field + " has a character that does not show",
                        "leave control characters out");
        text.remove_prefix(character.size);
    }
}

}  // namespace

void check_generate_key(const protocol::Request& request) {
    const auto& generate = request.generate_key();
    check_text(generate.token(), "token");
    if (!protocol::KeyAlgorithm_IsValid(generate.algorithm()) ||
        generate.algorithm() == protocol::KEY_UNSPECIFIED)
        refuse("the algorithm of the key is not known");
    if (generate.label().empty())
        refuse("the key has no label");
    check_name(generate.label(), max_label, "the label");
    if (!generate.sign() && !generate.decrypt())
        refuse("the key is for nothing");
    if (generate.algorithm() == protocol::ED25519 && generate.decrypt())
        throw Error(protocol::MALFORMED, "an Ed25519 key does not decrypt",
                    "make an RSA or P-256 key for that");
}

}  // namespace signet::agent
