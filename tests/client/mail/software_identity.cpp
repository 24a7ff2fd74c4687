#include "tests/client/mail/software_identity.h"

#include "client/mail/line_ends.h"
#include "cms/digest_stream.h"
#include "cms/enveloped_data.h"
#include "cms/recipient_info.h"
#include "cms/signed_data_builder.h"
#include "tests/fixtures/file.h"
#include "tests/fixtures/process.h"
#include "tests/fixtures/software_key.h"

#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <ctime>
#include <stdexcept>
#include <variant>

namespace signet::tests {

namespace {

void require(bool done, const char* what) {
    if (!done) {
        throw std::runtime_error(what);
    }
}

cms::Bytes rsa(EVP_PKEY& key, int padding, cms::BytesView input, bool sign) {
    const cms::EvpPkeyCtxPtr context(EVP_PKEY_CTX_new_from_pkey(nullptr, &key, nullptr));
    cms::Bytes output(static_cast<std::size_t>(EVP_PKEY_get_size(&key)));
    auto size = output.size();
    if (sign) {
        require(EVP_PKEY_sign_init(context.get()) == 1 &&
                    EVP_PKEY_CTX_set_rsa_padding(context.get(), padding) == 1 &&
                    EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha256()) == 1 &&
                    EVP_PKEY_sign(context.get(), output.data(), &size, input.data(), input.size()) == 1,
                "cannot sign");
    } else {
        require(EVP_PKEY_decrypt_init(context.get()) == 1 &&
                    EVP_PKEY_CTX_set_rsa_padding(context.get(), padding) == 1 &&
                    EVP_PKEY_decrypt(context.get(), output.data(), &size, input.data(), input.size()) == 1,
                "cannot decrypt");
    }
    output.resize(size);
    return output;
}

}  // namespace

SoftwareIdentity::SoftwareIdentity(const std::string& email)
    : m_issued(m_ca.issue({.public_key_pem = make_software_key(KeyType::rsa2048, m_folder / "key.pem"),
                           .common_name = "Alice",
                           .email = email})) {}

cms::Certificate SoftwareIdentity::certificate() const {
    return cms::Certificate::from_pem(read_file(m_issued.pem)).at(0);
}

cms::EvpPkeyPtr SoftwareIdentity::key() const {
    const auto pem = read_file(m_folder / "key.pem");
    const cms::BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    cms::EvpPkeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
    require(key != nullptr, "cannot read the key");
    return key;
}

cms::Bytes SoftwareIdentity::sign_digest(cms::BytesView digest,
                                         cms::IncludedCertificates certificates) const {
    const cms::SignerProfile profile(certificate(), {});
    const auto attributes =
        cms::signed_attributes(profile, {.digest = digest, .signing_time = std::time(nullptr)});
    const auto to_sign = cms::digest(cms::DigestAlgorithm::sha256, attributes);
    cms::Signature signature{.signer = &profile,
                             .digest_algorithm = cms::DigestAlgorithm::sha256,
                             .scheme = cms::SignatureScheme::rsa_pkcs1,
                             .signed_attributes = attributes,
                             .value = rsa(*key(), RSA_PKCS1_PADDING, to_sign, true)};
    return cms::detached_signed_data({signature}, "1.2.840.113549.1.7.1", certificates);
}

client::mail::SignedDataMaker SoftwareIdentity::detached_signer() const {
    return [this](cms::BytesView content) {
        return sign_digest(cms::digest(cms::DigestAlgorithm::sha256, content));
    };
}

client::mail::SignedDataMaker SoftwareIdentity::attached_signer() const {
    return [sign = detached_signer()](cms::BytesView content) {
        return cms::attach_content(sign(content), content);
    };
}

cms::VerifyOptions SoftwareIdentity::verify_options() const {
    cms::VerifyOptions options;
    options.trust_anchors = cms::Certificate::from_pem(read_file(m_ca.root()));
    return options;
}

cms::Bytes SoftwareIdentity::content_key(cms::BytesView recipient_info) const {
    const auto info = cms::parse_recipient_info(recipient_info);
    const auto& transport = std::get<cms::KeyTransport>(info);
    const bool pkcs1 = transport.padding == cms::KeyTransport::Padding::pkcs1;
    return rsa(*key(), pkcs1 ? RSA_PKCS1_PADDING : RSA_PKCS1_OAEP_PADDING, transport.encrypted_key, false);
}

std::string SoftwareIdentity::open(cms::BytesView message) const {
    const auto enveloped = cms::parse_enveloped(message);
    const auto key = content_key(enveloped.recipient_infos.at(0));
    return std::string(cms::as_text(cms::decrypt_content(enveloped, Secret(key))));
}

const SoftwareIdentity& alice() {
    static const SoftwareIdentity identity;
    return identity;
}

std::string with_crlf(std::string_view lf_text) {
    return client::mail::to_crlf(lf_text);
}

std::string message_of(std::string_view content_header, std::string_view body) {
    return "From: Alice <alice@example.org>\nTo: bob@example.org\nSubject: A test\n" +
           std::string(content_header) + "\n" + std::string(body);
}

OpensslVerification openssl_verifies(const SoftwareIdentity& signer, std::string_view message) {
    const TemporaryFolder folder;
    write_file(folder / "message.eml", message);
    const auto result = run({"openssl", "cms", "-verify", "-in", (folder / "message.eml").string(), "-CAfile",
                             signer.root_path(), "-out", (folder / "content").string()});
    return {result.status, result.status == 0 ? read_file(folder / "content") : std::string(), result.err};
}

}  // namespace signet::tests
