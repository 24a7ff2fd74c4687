#include <map>

#include "tests/conformance/matrix/peers.h"
#include "tests/fixtures/process.h"

namespace signet::conformance {
namespace {

using tests::Arguments;

class OpensslPeer : public Peer {
  public:
    explicit OpensslPeer(std::filesystem::path root) : m_root(std::move(root)) {}

    void sign(const Party& signer, cms::SignatureScheme scheme, cms::DigestAlgorithm digest,
              const std::filesystem::path& content, const std::filesystem::path& message) override {
        Arguments argv{"openssl",
                       "cms",
                       "-sign",
                       "-binary",
                       "-nodetach",
                       "-outform",
                       "DER",
                       "-in",
                       content,
                       "-out",
                       message,
                       "-signer",
                       signer.certificate_file,
                       "-inkey",
                       signer.key_file};
        if (!cms::signs_message(scheme))
            argv.insert(argv.end(), {"-md", std::string(cms::digest_name(digest))});
        if (scheme == cms::SignatureScheme::rsa_pss)
            argv.insert(argv.end(), {"-keyopt", "rsa_padding_mode:pss", "-keyopt", "rsa_pss_saltlen:-1"});
        tests::run_or_throw(argv);
    }

    void verify(const std::filesystem::path& message, const std::filesystem::path& content) override {
        tests::run_or_throw({"openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", message,
                             "-CAfile", m_root, "-out", content});
    }

    void encrypt(const Party& recipient, const Sealing& sealing, const std::filesystem::path& content,
                 const std::filesystem::path& message) override {
        const std::string cipher =
            sealing.cipher ? std::string(cms::cipher_name(*sealing.cipher)) : std::string("des3");
        Arguments argv{"openssl",
                       "cms",
                       "-encrypt",
                       "-binary",
                       "-outform",
                       "DER",
                       "-in",
                       content,
                       "-out",
                       message,
                       "-" + cipher,
                       "-recip",
                       recipient.certificate_file};
        if (recipient.certificate.key_kind() == cms::KeyKind::rsa &&
            sealing.rsa != cms::RsaKeyTransport::pkcs1)
            argv.insert(argv.end(), {"-keyopt", "rsa_padding_mode:oaep", "-keyopt",
                                     sealing.rsa == cms::RsaKeyTransport::oaep_sha1 ? "rsa_oaep_md:sha1"
                                                                                    : "rsa_oaep_md:sha256"});
        tests::run_or_throw(argv);
    }

    void decrypt(const Party& recipient, const std::filesystem::path& message,
                 const std::filesystem::path& content) override {
        tests::run_or_throw({"openssl", "cms", "-decrypt", "-binary", "-inform", "DER", "-in", message,
                             "-recip", recipient.certificate_file, "-inkey", recipient.key_file, "-out",
                             content});
    }

  private:
    std::filesystem::path m_root;
};

}  // namespace

std::unique_ptr<Peer> openssl_peer(const std::filesystem::path& root) {
    return std::make_unique<OpensslPeer>(root);
}

}  // namespace signet::conformance
