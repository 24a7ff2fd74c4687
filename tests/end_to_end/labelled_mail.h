// A message with a label, its parties, and a reader's clearance.
#pragma once

#include "tests/end_to_end/session.h"

namespace signet::tests {

inline constexpr const char* policy = "1.3.6.1.4.1.99.2";

inline std::string deal(const std::string& from, const std::string& to) {
    return "From: " + from + "\nTo: " + to +
           "\nSubject: A deal\nMessage-ID: <17@example.org>\nMIME-Version: 1.0\n"
           "Content-Type: text/plain\n\nWe have a deal.\n";
}

/// A reader who is cleared for confidential, category HR.
inline void write_clearance(Session& session) {
    session.write("clearance.toml", R"([[policy]]
oid = "1.3.6.1.4.1.99.2"
name = "Example Ltd"
clearance = "confidential"

[[policy.classification]]
value = 0
name = "public"
[[policy.classification]]
value = 9
name = "internal"
[[policy.classification]]
value = 3
name = "confidential"
[[policy.classification]]
value = 5
name = "secret"

[[policy.category]]
type = "1.3.6.1.4.1.99.3"
name = "department"
permitted = ["HR"]
)");
}

inline bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

/// What `session` makes of `message` with these arguments, which must succeed.
inline std::string made_by(Session& session, const Arguments& arguments, const std::string& message) {
    const auto result = session.signet(arguments, message);
    check_done(result);
    return result.out;
}

/// Alice, who signs and opens with her RSA key and is the list with her P-256 key.
struct Parties {
    explicit Parties(Session& session)
        : alice(session.alice().identity(KeyType::rsa2048)), list(session.alice().identity(KeyType::p256)) {}
    const Identity& alice;
    const Identity& list;
};

}  // namespace signet::tests
