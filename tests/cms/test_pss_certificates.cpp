// RSASSA-PSS certificates and CRLs of Botan's collection, where the corpus lies beside the checkout.
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <string>

#include "cms/certificate_path.h"
#include "cms/crl.h"
#include "tests/catch.h"

using namespace signet::cms;

namespace {

const std::filesystem::path corpus = std::filesystem::path(SIGNET_CORPUS) / "04b-bsi-botan-x509/pss_certs";

std::string contents(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    CAPTURE(path);
    REQUIRE(file);
    return {std::istreambuf_iterator<char>(file), {}};
}

Certificate certificate(const std::filesystem::path& path) {
    const std::string text = contents(path);
    return text.starts_with("-----") ? Certificate::from_pem(text).front()
                                     : Certificate::from_der(as_bytes(text));
}

/// "NUMBER:VALUE" lines.
std::map<std::string, std::string> table(const std::filesystem::path& path) {
    std::map<std::string, std::string> values;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);)
        if (const auto colon = line.find(':'); colon != std::string::npos)
            values[line.substr(0, colon)] = line.substr(colon + 1);
    return values;
}

std::optional<std::filesystem::path> crl_in(const std::filesystem::path& folder) {
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        if (entry.path().extension() == ".crl")
            return entry.path();
    return std::nullopt;
}

Bytes der_of_crl(const std::string& text) {
    const BioPtr bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    const X509CrlPtr crl(text.starts_with("-----")
                             ? PEM_read_bio_X509_CRL(bio.get(), nullptr, nullptr, nullptr)
                             : d2i_X509_CRL_bio(bio.get(), nullptr));
    REQUIRE(crl);
    unsigned char* der = nullptr;
    const int size = i2d_X509_CRL(crl.get(), &der);
    REQUIRE(size > 0);
    Bytes bytes(der, der + size);
    OPENSSL_free(der);
    return bytes;
}

/// The second day of a year, about: some expire in the course of it.
std::int64_t time_in(const std::string& year) {
    return (std::strtoll(year.c_str(), nullptr, 10) - 1970) * 31556952 + 86400;
}

PathVerdict judge(const std::filesystem::path& folder, std::int64_t at) {
    PathSettings settings;
    settings.legacy = true;
    RevocationOptions revocation;
    if (const auto crl = crl_in(folder))
        revocation.crls.push_back(parse_crl(der_of_crl(contents(*crl))));
    CertificatePaths paths({certificate(folder / "root.crt")}, {}, at, settings, revocation);
    return paths.judge(certificate(folder / "end.crt"));
}

/// None of these certificates is for mail; nothing else may be wrong with them.
bool is_good(const PathVerdict& verdict) {
    for (const Reason& reason : verdict.reasons)
        if (reason.code != ReasonCode::certificate_purpose)
            return false;
    return true;
}

}  // namespace

TEST_CASE("Botan's RSASSA-PSS certificates and CRLs hold, or not, as their authors say") {
    if (!std::filesystem::exists(corpus)) {
        WARN("the corpus is not here: " << corpus);
        return;
    }
    const auto years = table(corpus / "validation_times.txt");
    std::map<std::string, int> kinds;
    for (const auto& [number, expected] : table(corpus / "expected.txt")) {
        const auto folder = corpus / number;
        CAPTURE(number, expected);
        if (!std::filesystem::exists(folder / "end.crt")) {
            ++kinds["request"];
            continue;
        }
        if (!std::filesystem::exists(folder / "root.crt")) {
            const Certificate end = certificate(folder / "end.crt");
            CHECK((X509_verify(end.x509(), end.public_key()) == 1) == (expected == "Verified"));
            ERR_clear_error();
            ++kinds["alone"];
            continue;
        }
        const PathVerdict verdict = judge(folder, time_in(years.at(number)));
        for (const Reason& reason : verdict.reasons)
            UNSCOPED_INFO(reason_token(reason.code) << ": " << reason.text);
        for (const CertificateRevocation& revocation : verdict.revocation)
            UNSCOPED_INFO(revocation_token(revocation.status) << ": " << revocation.text);
        if (crl_in(folder)) {
            REQUIRE(verdict.revocation.size() == 1);
            CHECK((verdict.revocation.front().status != RevocationStatus::unknown) ==
                  (expected == "Verified"));
            ++kinds["CRL"];
        } else {
            CHECK(is_good(verdict) == (expected == "Verified"));
            ++kinds["path"];
        }
    }
    CHECK(kinds == std::map<std::string, int>{{"CRL", 6}, {"alone", 16}, {"path", 91}, {"request", 5}});
}
