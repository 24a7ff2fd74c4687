// What tests of `signet encrypt` share.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tests/client/commands/person.h"
#include "tests/client/commands/session.h"
#include "tests/client/fake_agent.h"

namespace signet::tests {

/// What `openssl cms` makes of `file` with the person's key.
inline std::string opened_by_openssl(const Session& session, const Person& person, const std::string& file) {
    session.run_here({"openssl", "cms", "-decrypt", "-binary", "-inform", "DER", "-in", file, "-recip",
                      person.certificate.pem, "-inkey", person.key, "-out", "opened"});
    return session.read("opened");
}

/// An agent whose catalogue holds these certificates.
inline FakeAgent::Script knowing(std::vector<std::string> certificates) {
    return FakeAgent::answering([certificates = std::move(certificates)](const agent::protocol::Request&) {
        agent::protocol::Reply reply;
        for (const std::string& der : certificates)
            reply.mutable_list()->add_identities()->set_certificate(der);
        return reply;
    });
}

}  // namespace signet::tests
