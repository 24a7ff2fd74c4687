#include <stdexcept>

#include "tests/conformance/matrix/peers.h"
#include "tests/fixtures/process.h"

namespace signet::conformance {
namespace {

class NssPeer : public Peer {
  public:
    NssPeer(const std::filesystem::path& root, const std::vector<Party>& parties)
        : m_database("sql:" + m_folder.path().string()) {
        tests::run_or_throw({"certutil", "-N", "-d", m_database, "--empty-password"});
        tests::run_or_throw(
            {"certutil", "-A", "-d", m_database, "-n", "root", "-t", "TC,TC,TC", "-a", "-i", root});
        for (const Party& party : parties)
            try {
                tests::run_or_throw({"pk12util", "-d", m_database, "-i", party.pkcs12, "-W", "secret"});
            } catch (const std::runtime_error& error) {
                m_refused[party.name] = error.what();
            }
    }

    void sign(const Party& signer, cms::SignatureScheme scheme, cms::DigestAlgorithm digest,
              const std::filesystem::path& content, const std::filesystem::path& message) override {
        if (scheme == cms::SignatureScheme::rsa_pss)
            throw std::runtime_error("cmsutil signs with PSS only for keys that can do nothing else");
        require_known(signer);
        std::string hash(cms::digest_name(digest));
        for (char& c : hash)
            c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
        tests::run_or_throw(
            {"cmsutil", "-S", "-d", m_database, "-N", signer.name, "-H", hash, "-i", content, "-o", message});
    }

    void verify(const std::filesystem::path& message, const std::filesystem::path& content) override {
        tests::run_or_throw({"cmsutil", "-D", "-d", m_database, "-i", message, "-o", content});
    }

    void encrypt(const Party& recipient, const Sealing& sealing, const std::filesystem::path& content,
                 const std::filesystem::path& message) override {
        require_known(recipient);
        if (sealing.rsa != cms::RsaKeyTransport::pkcs1)
            throw std::runtime_error("cmsutil encrypts without OAEP");
        tests::run_or_throw(
            {"cmsutil", "-E", "-d", m_database, "-r", recipient.name, "-i", content, "-o", message});
    }

    void decrypt(const Party& recipient, const std::filesystem::path& message,
                 const std::filesystem::path& content) override {
        require_known(recipient);
        tests::run_or_throw({"cmsutil", "-D", "-d", m_database, "-i", message, "-o", content});
    }

    [[nodiscard]] bool chooses_cipher() const override { return true; }

  private:
    void require_known(const Party& party) const {
        if (const auto refused = m_refused.find(party.name); refused != m_refused.end())
            throw std::runtime_error(refused->second);
    }

    tests::TemporaryFolder m_folder;
    std::string m_database;
    std::map<std::string, std::string> m_refused;
};

}  // namespace

std::unique_ptr<Peer> nss_peer(const std::filesystem::path& root, const std::vector<Party>& parties) {
    return std::make_unique<NssPeer>(root, parties);
}

}  // namespace signet::conformance
