#include "tests/conformance/matrix/several_signers.h"

#include <algorithm>
#include <ctime>
#include <stdexcept>

#include "cms/pem.h"
#include "cms/signed_data_verifier.h"
#include "tests/cms/software_token.h"
#include "tests/cms/test_keys.h"
#include "tests/conformance/matrix/ours.h"
#include "tests/fixtures/process.h"

namespace signet::conformance {
namespace {

using cms::DigestAlgorithm;
using cms::IncludedCertificates;
using cms::SignatureScheme;
using cms::test::KeyType;

constexpr std::string_view content_text = "What several people sign at once.\r\n";
constexpr const char* id_data = "1.2.840.113549.1.7.1";
constexpr int lower_key = 102;
// Keys that no other party of the matrix has.
constexpr int first_key = 2;

std::string pem_of(const cms::Certificate& certificate) {
    return cms::pem("CERTIFICATE", certificate.der());
}

/// Whether all of a file is the content.
bool is_content(const std::filesystem::path& file) {
    return cms::as_text(read_file(file)) == content_text;
}

}  // namespace

SeveralSigners::SeveralSigners(const cms::test::CertificateAuthority& root,
                               const std::filesystem::path& folder)
    : m_folder(folder), m_root(root.certificate()), m_lower(root, "Lower", lower_key) {
    struct Kind {
        const char* name;
        KeyType type;
        SignatureScheme scheme;
        DigestAlgorithm digest;
    };
    const std::vector<Kind> all{
        {"rsa", KeyType::rsa2048, SignatureScheme::rsa_pkcs1, DigestAlgorithm::sha256},
        {"rsa-pss", KeyType::rsa2048, SignatureScheme::rsa_pss, DigestAlgorithm::sha384},
        {"p256", KeyType::p256, SignatureScheme::ecdsa, DigestAlgorithm::sha256},
        {"p384", KeyType::p384, SignatureScheme::ecdsa, DigestAlgorithm::sha384},
        {"p521", KeyType::p521, SignatureScheme::ecdsa, DigestAlgorithm::sha512},
        {"ed25519", KeyType::ed25519, SignatureScheme::ed25519, DigestAlgorithm::sha512},
        {"ed448", KeyType::ed448, SignatureScheme::ed448, DigestAlgorithm::shake256}};
    std::string certificates;
    for (std::size_t i = 0; i < all.size(); ++i) {
        cms::test::CertificateRequest request;
        request.common_name = std::string("one of several: ") + all[i].name;
        request.extensions = {{NID_key_usage, "critical,digitalSignature"},
                              {NID_ext_key_usage, "emailProtection"}};
        EVP_PKEY& key = cms::test::test_key(all[i].type, first_key + static_cast<int>(i));
        const cms::Certificate certificate = m_lower.issue(key, request);
        m_signers.push_back({all[i].name, all[i].scheme, all[i].digest, &key,
                             cms::SignerProfile(certificate, {m_lower.certificate()})});
        m_certificates.push_back(certificate);
        certificates += pem_of(certificate);
    }
    const std::string root_pem = pem_of(m_root);
    write_file(m_folder / "several.signers", cms::as_bytes(certificates));
    write_file(m_folder / "several.root", cms::as_bytes(root_pem));
    // `openssl cms` builds paths of what is in the message and of what is trusted alone.
    write_file(m_folder / "several.authorities", cms::as_bytes(root_pem + pem_of(m_lower.certificate())));
    write_file(m_folder / "several.content", cms::as_bytes(content_text));
}

std::vector<std::string> SeveralSigners::kinds() const {
    std::vector<std::string> names;
    for (const Signer& one : m_signers)
        names.push_back(one.kind);
    return names;
}

const SeveralSigners::Signer& SeveralSigners::signer(const std::string& kind) const {
    const auto found = std::find_if(m_signers.begin(), m_signers.end(),
                                    [&kind](const Signer& one) { return one.kind == kind; });
    if (found == m_signers.end())
        throw std::logic_error("no such kind of signer: " + kind);
    return *found;
}

std::vector<std::string> SeveralSigners::cells(const std::vector<std::string>& signers) const {
    std::vector<std::string> all;
    for (const bool attached : {true, false})
        for (const auto included :
             {IncludedCertificates::none, IncludedCertificates::signer, IncludedCertificates::chain})
            all.push_back(cell(signers, included, attached));
    return all;
}

std::string SeveralSigners::cell(const std::vector<std::string>& signers, IncludedCertificates included,
                                 bool attached) const {
    std::vector<cms::Signature> signatures;
    for (const std::string& kind : signers) {
        const Signer& one = signer(kind);
        signatures.push_back(cms::test::sign_content(*one.key, one.profile, one.scheme, one.digest,
                                                     cms::as_bytes(content_text), id_data,
                                                     std::time(nullptr)));
    }
    cms::Bytes message = cms::detached_signed_data(signatures, id_data, included);
    if (attached)
        message = cms::attach_content(message, cms::as_bytes(content_text));
    write_file(m_folder / "several.message", message);
    const bool ours = we_read(message, included, attached);
    const bool theirs = openssl_reads(included, attached);
    if (ours)
        return theirs ? "ok" : "we alone";
    return theirs ? "they alone" : "nobody";
}

bool SeveralSigners::we_read(const cms::Bytes& message, IncludedCertificates included, bool attached) const {
    cms::VerifyOptions options;
    options.trust_anchors = {m_root};
    if (included != IncludedCertificates::chain)
        options.candidates = {m_lower.certificate()};
    if (included == IncludedCertificates::none)
        options.candidates.insert(options.candidates.end(), m_certificates.begin(), m_certificates.end());
    const auto detached = [](const cms::ByteSink& feed) { feed(cms::as_bytes(content_text)); };
    const auto result = cms::verify_signed_data(message, attached ? cms::ContentSource() : detached, options);
    return result.holds() && result.attached == attached &&
           (!attached || cms::as_text(*result.content) == content_text);
}

bool SeveralSigners::openssl_reads(IncludedCertificates included, bool attached) const {
    const std::filesystem::path out = m_folder / "several.out";
    std::filesystem::remove(out);
    tests::Arguments argv{
        "openssl",
        "cms",
        "-verify",
        "-binary",
        "-inform",
        "DER",
        "-in",
        m_folder / "several.message",
        "-out",
        out,
        "-CAfile",
        m_folder / (included == IncludedCertificates::chain ? "several.root" : "several.authorities")};
    if (included == IncludedCertificates::none)
        argv.insert(argv.end(), {"-certfile", m_folder / "several.signers"});
    if (!attached)
        argv.insert(argv.end(), {"-content", m_folder / "several.content"});
    return tests::run(argv).status == 0 && is_content(out);
}

}  // namespace signet::conformance
