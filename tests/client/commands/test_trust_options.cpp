// NIST's PKITS 1.0.1 by the options of every command that verifies, where the corpus lies beside the
// checkout.
#include <boost/property_tree/json_parser.hpp>
#include <boost/property_tree/ptree.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include "client/commands/trust_arguments.h"
#include "cms/certificate_path.h"
#include "tests/catch.h"

using namespace signet;
using namespace signet::client::commands;
using boost::property_tree::ptree;

namespace {

const std::filesystem::path corpus = std::filesystem::path(SIGNET_CORPUS) / "04-nist-pkits";

std::string certificate_file(const std::string& name) {
    return (corpus / "2011" / "certs" / (name + ".crt")).string();
}

cms::Certificate certificate(const std::string& name) {
    std::ifstream file(certificate_file(name), std::ios::binary);
    const cms::Bytes der(std::istreambuf_iterator<char>(file), {});
    return cms::Certificate::from_der(der);
}

/// What somebody would type for the inputs of `test`.
Arguments arguments_of(const ptree& test) {
    Arguments arguments{"--trust",      certificate_file(test.get_child("certs").front().second.data()),
                        "--at",         "2011-04-15T00:00:00Z",
                        "--revocation", "require",
                        "--offline",    "--legacy"};
    for (const auto& [key, name] : test.get_child("crls")) {
        arguments.emplace_back("--crl");
        arguments.push_back((corpus / "2011" / "crls" / (name.data() + ".crl")).string());
    }
    std::string names = test.get<std::string>("SetInitialPolicySet", "");
    std::erase(names, '"');
    std::istringstream list(names);
    for (std::string name; std::getline(list, name, ',');) {
        const std::string prefix = "NIST-test-policy-";
        REQUIRE(name.starts_with(prefix));
        arguments.emplace_back("--accept-policy");
        arguments.push_back("2.16.840.1.101.3.2.1.48." + name.substr(prefix.size()));
    }
    for (const auto& [input, option] :
         {std::pair("SetInitialExplicitPolicy", "--explicit-policy"),
          std::pair("SetInitialPolicyMappingInhibit", "--inhibit-policy-mapping"),
          std::pair("SetInitialInhibitAnyPolicy", "--inhibit-any-policy")})
        if (test.get<std::string>(input, "") == "true")
            arguments.emplace_back(option);
    return arguments;
}

}  // namespace

TEST_CASE("PKITS: its inputs can be given as options, and decide as its authors say") {
    if (!std::filesystem::exists(corpus)) {
        WARN("the corpus is not here: " << corpus);
        return;
    }
    ptree all;
    boost::property_tree::read_json((corpus / "expected_2011.json").string(), all);
    int with_policies = 0;
    for (const auto& [key, test] : all) {
        const auto number = test.get<std::string>("test");
        CAPTURE(number, test.get<std::string>("title"));
        CommandOptions options("verify", "", "");
        add_trust_options(options);
        const Arguments arguments = arguments_of(test);
        const auto parsed = options.parse(arguments, 0, 0);
        REQUIRE(parsed);
        const cms::VerifyOptions verification = trust_options(options, *parsed);
        const cms::PathPolicies& policies = verification.path.policies;
        with_policies += !policies.initial.empty() || policies.require_explicit || policies.inhibit_mapping ||
                         policies.inhibit_any;
        std::vector<cms::Certificate> certificates;
        for (const auto& [place, name] : test.get_child("certs"))
            certificates.push_back(certificate(name.data()));
        cms::CertificatePaths paths(verification.trust_anchors,
                                    {certificates.begin() + 1, certificates.end() - 1}, verification.at,
                                    verification.path, verification.revocation);
        // A DSA key that inherits its parameters: OpenSSL 3 does not read such keys.
        const bool expected = test.get<bool>("should_validate") && number != "4.1.5";
        CHECK(paths.judge(certificates.back()).trusted() == expected);
    }
    CHECK(with_policies > 20);
}
