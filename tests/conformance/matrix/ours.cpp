#include "tests/conformance/matrix/ours.h"

#include <openssl/pem.h>

#include <ctime>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "cms/error.h"
#include "cms/pem.h"
#include "cms/signed_data_builder.h"
#include "cms/signed_data_verifier.h"
#include "tests/cms/require.h"
#include "tests/cms/software_token.h"
#include "tests/fixtures/process.h"

namespace signet::conformance {

cms::Bytes our_signature(const Party& signer, cms::SignatureScheme scheme, cms::DigestAlgorithm digest,
                         cms::BytesView content) {
    const cms::SignerProfile profile(signer.certificate, {});
    // cmsutil judges the certificate by the signing time.
    const auto signature = cms::test::sign_content(*signer.key, profile, scheme, digest, content,
                                                   "1.2.840.113549.1.7.1", std::time(nullptr));
    return cms::attach_content(
        cms::detached_signed_data({signature}, "1.2.840.113549.1.7.1", cms::IncludedCertificates::chain),
        content);
}

void verify_ours(cms::BytesView message, const cms::Certificate& root, cms::BytesView content) {
    cms::VerifyOptions options;
    options.trust_anchors = {root};
    const auto result = cms::verify_signed_data(message, nullptr, options);
    if (!result.holds())
        throw std::runtime_error(result.signers.empty() ? "nobody signed it"
                                                        : result.signers.front().reasons.front().text);
    if (!result.content ||
        !std::equal(content.begin(), content.end(), result.content->begin(), result.content->end()))
        throw std::runtime_error("the content differs");
}

cms::Bytes our_envelope(const Party& recipient, const Sealing& sealing, cms::BytesView content) {
    if (!sealing.cipher)
        throw std::runtime_error("Signet does not encrypt with 3DES");
    return cms::encrypt_content(content, {recipient.certificate}, {*sealing.cipher, sealing.rsa});
}

void decrypt_ours(cms::BytesView message, const Party& recipient, cms::BytesView content) {
    const cms::Bytes plain = cms::test::open_message(message, recipient.certificate, *recipient.key);
    if (!std::equal(content.begin(), content.end(), plain.begin(), plain.end()))
        throw std::runtime_error("the content differs");
}

std::optional<cms::ContentCipher> cipher_of(cms::BytesView message) {
    try {
        return cms::parse_enveloped(message).cipher;
    } catch (const cms::Error& error) {
        if (std::string_view(error.what()).find("des-ede3-cbc") != std::string_view::npos)
            return std::nullopt;
        throw;
    }
}

Party make_party(const std::string& name, EVP_PKEY& key, const cms::Certificate& certificate,
                 const std::filesystem::path& folder) {
    Party party{name,
                &key,
                certificate,
                folder / (name + ".key"),
                folder / (name + ".crt"),
                folder / (name + ".p12")};
    write_file(party.certificate_file, cms::as_bytes(cms::pem("CERTIFICATE", certificate.der())));
    const cms::BioPtr out(BIO_new_file(party.key_file.c_str(), "w"));
    cms::test::require(
        out && PEM_write_bio_PrivateKey(out.get(), &key, nullptr, nullptr, 0, nullptr, nullptr) == 1 &&
        BIO_flush(out.get()) == 1);
    // What old programs read too.
    tests::run_or_throw({"openssl", "pkcs12", "-export", "-keypbe", "PBE-SHA1-3DES", "-certpbe",
                         "PBE-SHA1-3DES", "-macalg", "sha1", "-name", name, "-inkey", party.key_file, "-in",
                         party.certificate_file, "-passout", "pass:secret", "-out", party.pkcs12});
    return party;
}

void write_file(const std::filesystem::path& path, cms::BytesView bytes) {
    std::ofstream file(path, std::ios::binary);
    file << cms::as_text(bytes);
    if (!file.flush())
        throw std::runtime_error("cannot write " + path.string());
}

cms::Bytes read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file)
        throw std::runtime_error("nothing came out");
    return cms::Bytes(std::istreambuf_iterator<char>(file), {});
}

}  // namespace signet::conformance
