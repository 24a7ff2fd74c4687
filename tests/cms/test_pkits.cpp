// NIST's PKITS 1.0.1: path validation with CRLs, where the corpus lies beside the checkout.
#include <boost/property_tree/json_parser.hpp>
#include <boost/property_tree/ptree.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>

#include "cms/certificate_path.h"
#include "cms/crl.h"
#include "tests/catch.h"

using namespace signet::cms;
using boost::property_tree::ptree;

namespace {

const std::filesystem::path corpus = std::filesystem::path(SIGNET_CORPUS) / "04-nist-pkits";
// 2011-04-15: SOURCE.md.
constexpr std::int64_t verification_time = 1302825600;

// DSA keys of 1024 bits.
const std::set<std::string> only_with_legacy{"4.1.4"};
// A DSA key that inherits its parameters: OpenSSL 3 does not read such keys.
const std::set<std::string> refused{"4.1.5"};

Bytes contents(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    CAPTURE(path);
    REQUIRE(file);
    return Bytes(std::istreambuf_iterator<char>(file), {});
}

Certificate certificate(const std::string& name) {
    return Certificate::from_der(contents(corpus / "2011" / "certs" / (name + ".crt")));
}

/// What the suite calls its policies (NIST-test-policy-1 is 2.16.840.1.101.3.2.1.48.1).
std::vector<std::string> policies(std::string names) {
    std::erase(names, '"');
    std::vector<std::string> objects;
    std::istringstream list(names);
    for (std::string name; std::getline(list, name, ',');) {
        const std::string prefix = "NIST-test-policy-";
        REQUIRE(name.starts_with(prefix));
        objects.push_back("2.16.840.1.101.3.2.1.48." + name.substr(prefix.size()));
    }
    return objects;
}

PathVerdict judge(const ptree& test, bool legacy) {
    std::vector<Certificate> certificates;
    for (const auto& [key, name] : test.get_child("certs"))
        certificates.push_back(certificate(name.data()));
    RevocationOptions revocation;
    revocation.mode = RevocationMode::require;
    for (const auto& [key, name] : test.get_child("crls"))
        revocation.crls.push_back(parse_crl(contents(corpus / "2011" / "crls" / (name.data() + ".crl"))));
    PathSettings settings;
    settings.legacy = legacy;
    settings.policies.initial = policies(test.get<std::string>("SetInitialPolicySet", ""));
    settings.policies.require_explicit = test.get<std::string>("SetInitialExplicitPolicy", "") == "true";
    settings.policies.inhibit_mapping = test.get<std::string>("SetInitialPolicyMappingInhibit", "") == "true";
    settings.policies.inhibit_any = test.get<std::string>("SetInitialInhibitAnyPolicy", "") == "true";
    CertificatePaths paths({certificates.front()}, {certificates.begin() + 1, certificates.end() - 1},
                           verification_time, settings, revocation);
    return paths.judge(certificates.back());
}

}  // namespace

TEST_CASE("PKITS: every case is decided as its authors say") {
    if (!std::filesystem::exists(corpus)) {
        WARN("the corpus is not here: " << corpus);
        return;
    }
    ptree all;
    boost::property_tree::read_json((corpus / "expected_2011.json").string(), all);
    int cases = 0;
    for (const auto& [key, test] : all)
        for (const bool legacy : {true, false}) {
            const auto number = test.get<std::string>("test");
            CAPTURE(number, test.get<std::string>("title"), legacy);
            const PathVerdict verdict = judge(test, legacy);
            for (const Reason& reason : verdict.reasons)
                UNSCOPED_INFO(reason_token(reason.code) << ": " << reason.text);
            const bool expected = test.get<bool>("should_validate") && refused.count(number) == 0 &&
                                  (legacy || only_with_legacy.count(number) == 0);
            CHECK(verdict.trusted() == expected);
            ++cases;
        }
    CHECK(cases == 2 * 249);
}
