// Somebody with a key and a certificate in files.
#pragma once

#include <string>

#include "tests/client/commands/session.h"
#include "tests/fixtures/software_key.h"
#include "tests/fixtures/test_ca.h"

namespace signet::tests {

/// NAME.key in the session's folder, and a certificate for NAME@example.org by a CA of its own.
struct Person {
    Person(const Session& session, KeyType type, const std::string& name,
           const std::string& usage = "critical,digitalSignature,keyEncipherment,keyAgreement")
        : key(session.path(name + ".key")) {
        CertificateRequest request;
        request.public_key_pem = make_software_key(type, key);
        request.common_name = name;
        request.email = name + "@example.org";
        request.key_usage = usage;
        certificate = ca.issue(request);
    }

    [[nodiscard]] std::string der() const { return read_file(certificate.der); }

    TestCa ca;
    std::string key;
    IssuedCertificate certificate;
};

}  // namespace signet::tests
