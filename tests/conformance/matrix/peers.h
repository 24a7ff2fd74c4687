// Other programs that read and write CMS.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cms/algorithms.h"
#include "cms/certificate.h"
#include "cms/enveloped_data.h"
#include "tests/fixtures/temporary_folder.h"

namespace signet::conformance {

/// Somebody with a key, and files of it that programs read.
struct Party {
    /// Also the part of the address before example.org.
    std::string name;
    EVP_PKEY* key = nullptr;
    cms::Certificate certificate;
    std::filesystem::path key_file;
    std::filesystem::path certificate_file;
    /// With the passphrase "secret".
    std::filesystem::path pkcs12;

    [[nodiscard]] std::string address() const { return name + "@example.org"; }
};

/// "3des" is theirs alone.
struct Sealing {
    std::optional<cms::ContentCipher> cipher;
    cms::RsaKeyTransport rsa = cms::RsaKeyTransport::pkcs1;
};

/// One program. Every member throws std::runtime_error with what it said if it cannot.
class Peer {
  public:
    Peer() = default;
    virtual ~Peer() = default;
    Peer(const Peer&) = delete;
    Peer& operator=(const Peer&) = delete;
    Peer(Peer&&) = delete;
    Peer& operator=(Peer&&) = delete;

    /// With the content inside.
    virtual void sign(const Party& signer, cms::SignatureScheme scheme, cms::DigestAlgorithm digest,
                      const std::filesystem::path& content, const std::filesystem::path& message) = 0;
    virtual void verify(const std::filesystem::path& message, const std::filesystem::path& content) = 0;
    virtual void encrypt(const Party& recipient, const Sealing& sealing, const std::filesystem::path& content,
                         const std::filesystem::path& message) = 0;
    virtual void decrypt(const Party& recipient, const std::filesystem::path& message,
                         const std::filesystem::path& content) = 0;
    /// Whether it chooses the cipher itself.
    [[nodiscard]] virtual bool chooses_cipher() const { return false; }
};

/// `openssl cms`.
std::unique_ptr<Peer> openssl_peer(const std::filesystem::path& root);
/// gpgsm, in a home of its own, whose agent ends with the peer.
std::unique_ptr<Peer> gpgsm_peer(const std::filesystem::path& root, const std::vector<Party>& parties);
/// NSS's cmsutil, with a database of its own.
std::unique_ptr<Peer> nss_peer(const std::filesystem::path& root, const std::vector<Party>& parties);

}  // namespace signet::conformance
