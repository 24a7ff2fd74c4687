#include <fstream>
#include <stdexcept>

#include "tests/conformance/matrix/peers.h"
#include "tests/fixtures/process.h"

namespace signet::conformance {
namespace {

using tests::Arguments;

std::string upper(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    return out;
}

class GpgsmPeer : public Peer {
  public:
    GpgsmPeer(const std::filesystem::path& root, const std::vector<Party>& parties) {
        std::ofstream(m_home / "gpgsm.conf") << "disable-crl-checks\ndisable-dirmngr\n";
        std::ofstream(m_home / "gpg-agent.conf") << "allow-loopback-pinentry\ndisable-scdaemon\n";
        const auto said =
            tests::run_or_throw({"openssl", "x509", "-in", root, "-noout", "-fingerprint", "-sha1"});
        std::ofstream(m_home / "trustlist.txt")
            << said.out.substr(said.out.find('=') + 1, 59) << " S relax\n";
        call({"--import", root}, "");
        for (const Party& party : parties)
            try {
                call({"--import", party.certificate_file}, "");
                call({"--passphrase-fd", "0", "--import", party.pkcs12}, "secret\n");
            } catch (const std::runtime_error& error) {
                m_refused[party.name] = error.what();
            }
    }
    ~GpgsmPeer() override {
        try {
            tests::run({"gpgconf", "--homedir", m_home.path(), "--kill", "all"});
        } catch (const std::exception&) {
            // The agent ends by itself when its home is gone.
            m_refused.clear();
        }
    }
    GpgsmPeer(const GpgsmPeer&) = delete;
    GpgsmPeer& operator=(const GpgsmPeer&) = delete;
    GpgsmPeer(GpgsmPeer&&) = delete;
    GpgsmPeer& operator=(GpgsmPeer&&) = delete;

    void sign(const Party& signer, cms::SignatureScheme scheme, cms::DigestAlgorithm digest,
              const std::filesystem::path& content, const std::filesystem::path& message) override {
        if (scheme == cms::SignatureScheme::rsa_pss)
            throw std::runtime_error("gpgsm signs without PSS");
        require_key(signer);
        call({"--passphrase-fd", "0", "--digest-algo", upper(cms::digest_name(digest)), "--local-user",
              signer.address(), "--output", message, "--sign", content},
             "secret\n");
    }

    void verify(const std::filesystem::path& message, const std::filesystem::path& content) override {
        call({"--output", content, "--verify", message}, "");
    }

    void encrypt(const Party& recipient, const Sealing& sealing, const std::filesystem::path& content,
                 const std::filesystem::path& message) override {
        if (sealing.rsa != cms::RsaKeyTransport::pkcs1)
            throw std::runtime_error("gpgsm encrypts without OAEP");
        const std::map<cms::ContentCipher, std::string> names{{cms::ContentCipher::aes128_cbc, "AES"},
                                                              {cms::ContentCipher::aes192_cbc, "AES192"},
                                                              {cms::ContentCipher::aes256_cbc, "AES256"}};
        if (sealing.cipher && names.count(*sealing.cipher) == 0)
            throw std::runtime_error("gpgsm encrypts without GCM");
        call({"--cipher-algo", sealing.cipher ? names.at(*sealing.cipher) : "3DES", "--recipient",
              recipient.address(), "--output", message, "--encrypt", content},
             "");
    }

    void decrypt(const Party& recipient, const std::filesystem::path& message,
                 const std::filesystem::path& content) override {
        require_key(recipient);
        call({"--passphrase-fd", "0", "--output", content, "--decrypt", message}, "secret\n");
    }

  private:
    void call(Arguments arguments, const std::string& input) const {
        Arguments argv{"gpgsm", "--homedir",       m_home.path(), "--batch",
                       "--yes", "--pinentry-mode", "loopback"};
        argv.insert(argv.end(), arguments.begin(), arguments.end());
        tests::RunOptions options;
        options.stdin_text = input;
        tests::run_or_throw(argv, options);
    }
    void require_key(const Party& party) const {
        if (const auto refused = m_refused.find(party.name); refused != m_refused.end())
            throw std::runtime_error(refused->second);
    }

    tests::TemporaryFolder m_home;
    std::map<std::string, std::string> m_refused;
};

}  // namespace

std::unique_ptr<Peer> gpgsm_peer(const std::filesystem::path& root, const std::vector<Party>& parties) {
    return std::make_unique<GpgsmPeer>(root, parties);
}

}  // namespace signet::conformance
