// Writes the seeds of the targets about certificates, their revocation and time: fuzz_make_seeds FOLDER,
// which is tests/fuzz/seeds. What the targets sign themselves is signed by nobody they know here.
#include <ctime>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>

#include "cms/asn1/rfc3161.h"
#include "cms/compressed_data.h"
#include "cms/signed_data_reader.h"
#include "cms/timestamp.h"
#include "tests/cms/ocsp_responder.h"
#include "tests/cms/revocation_list.h"
#include "tests/cms/timestamp_authority.h"
#include "tests/fuzz/fixed_authority.h"

using namespace signet::cms;
using namespace signet::cms::test;
using signet::fuzz::authority_request;
using signet::fuzz::fixed_authority;
using signet::fuzz::fixed_key;
using signet::fuzz::fixed_time;
using signet::fuzz::valid_then;

namespace {

std::string folder;

void write(const std::string& name, BytesView bytes) {
    std::ofstream file(folder + "/" + name, std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    if (!file.flush())
        throw std::runtime_error("cannot write " + name);
}

EVP_PKEY& unknown_key() {
    return fixed_key(99);
}

CrlRequest list_then() {
    CrlRequest list;
    const std::int64_t ago = std::time(nullptr) - fixed_time;
    list.this_update = -ago - 120;
    list.next_update = -ago + 3600;
    list.digest = nullptr;
    return list;
}

void write_crls() {
    const Certificate& root = fixed_authority().root;
    CrlRequest list = list_then();
    write("crl/empty", make_crl(root, unknown_key(), list));
    list.revoked = {{fixed_authority().alice, list.this_update - 60}};
    list.extensions = {{NID_crl_number, "DER:02:01:07"}, {NID_authority_key_identifier, "keyid"}};
    write("crl/revoked", make_crl(root, unknown_key(), list));
    list.extensions = {{NID_crl_number, "DER:02:01:08"}, {NID_delta_crl, "critical,DER:02:01:07"}};
    write("crl/delta", make_crl(root, unknown_key(), list));
    list.extensions = {{NID_crl_number, "DER:02:01:09"},
                       {NID_issuing_distribution_point,
                        "critical,fullname:URI:http://crl.example.org/a,onlyuser:TRUE,indirectCRL:TRUE"}};
    write("crl/indirect", make_crl(root, unknown_key(), list));
}

void write_responses() {
    const Certificate& root = fixed_authority().root;
    const Certificate& alice = fixed_authority().alice;
    const std::int64_t ago = std::time(nullptr) - fixed_time;
    OcspAnswer answer;
    answer.this_update = -ago - 60;
    answer.next_update = -ago + 3600;
    answer.revoked = -ago - 600;
    answer.digest = nullptr;
    const Certificate namesake =
        make_certificate(unknown_key(), valid_then(authority_request("Fixed Root")), unknown_key(), nullptr);
    write("ocsp/good", make_ocsp_response(alice, root, namesake, unknown_key(), answer));
    CertificateRequest request = valid_then({});
    request.common_name = "Responder";
    request.extensions = {{NID_key_usage, "critical,digitalSignature"},
                          {NID_ext_key_usage, "OCSPSigning"},
                          {NID_id_pkix_OCSP_noCheck, "ignored"}};
    const Certificate responder = make_certificate(fixed_key(98), request, unknown_key(), &root);
    answer.status = V_OCSP_CERTSTATUS_REVOKED;
    const Bytes revoked = make_ocsp_response(alice, root, responder, fixed_key(98), answer);
    write("ocsp/revoked", revoked);
    write("ocsp/of_message", as_revocation_info(revoked));
}

void write_timestamps() {
    const CertificateAuthority root;
    const TimestampAuthority tsa(root);
    const BytesView stamped = as_bytes("stamped");
    const TimestampRequest request = make_timestamp_request(stamped, DigestAlgorithm::sha256);
    write("timestamp/response", tsa.answer(request.der, fixed_time));
    const Bytes token = tsa.stamp(stamped, fixed_time);
    write("timestamp/token", token);
    Bytes content;
    SignedDataReader reader(memory_source(token));
    reader.read_content(appending_to(content));
    const auto info = asn1::decode<asn1::TSTInfo>(content, "TSTInfo");
    ASN1_INTEGER_set(info->nonce, 42);
    write("timestamp/tst_info", asn1::encode(*info));
}

/// A signer, an authority with everything that bounds a path, and one more above it.
void write_certificates() {
    CertificateRequest upper = valid_then(authority_request("Upper CA"));
    upper.extensions.emplace_back(NID_name_constraints,
                                  "critical,permitted;email:example.org,excluded;email:bad.example.org");
    upper.extensions.emplace_back(NID_certificate_policies, "1.3.6.1.4.1.99.2");
    upper.extensions.emplace_back(NID_policy_mappings, "1.3.6.1.4.1.99.2:1.3.6.1.4.1.99.1");
    CertificateRequest lower = valid_then(authority_request("Lower CA"));
    lower.extensions.front().second = "critical,CA:TRUE,pathlen:0";
    lower.extensions.emplace_back(NID_policy_constraints,
                                  "critical,requireExplicitPolicy:0,inhibitPolicyMapping:1");
    lower.extensions.emplace_back(NID_inhibit_any_policy, "critical,0");
    lower.extensions.emplace_back(NID_certificate_policies, "1.3.6.1.4.1.99.1,2.5.29.32.0");
    lower.extensions.emplace_back(NID_ext_key_usage, "emailProtection");
    CertificateRequest signer = valid_then({});
    signer.extensions.emplace_back(NID_certificate_policies, "1.3.6.1.4.1.99.1");
    signer.extensions.emplace_back(NID_crl_distribution_points, "URI:http://crl.example.org/a");
    const Certificate above = make_certificate(fixed_key(12), upper, unknown_key(), &fixed_authority().root);
    const Certificate below = make_certificate(fixed_key(11), lower, unknown_key(), &above);
    const Certificate alice = make_certificate(fixed_key(10), signer, unknown_key(), &below);
    Bytes all;
    for (const Certificate* certificate : {&alice, &below, &above}) {
        const Bytes der = certificate->der();
        all.insert(all.end(), der.begin(), der.end());
    }
    write("certificate_path/three", all);
    write("certificate_path/one",
          make_certificate(fixed_key(10), signer, unknown_key(), &fixed_authority().root).der());
}

void write_compressed() {
    Bytes message;
    ContentCompression compression(appending_to(message));
    compression.update(as_bytes("What is said, is said, is said, is said."));
    compression.finish();
    write("compressed_data/short", message);
}

}  // namespace

int main(int count, char** arguments) try {
    if (count != 2) {
        std::cerr << "usage: fuzz_make_seeds FOLDER\n";
        return 2;
    }
    folder = arguments[1];
    // First: serial numbers are counted.
    (void)fixed_authority();
    write_crls();
    write_responses();
    write_timestamps();
    write_certificates();
    write_compressed();
    return 0;
} catch (const std::exception& error) {
    std::cerr << "fuzz_make_seeds: " << error.what() << '\n';
    return 1;
}
