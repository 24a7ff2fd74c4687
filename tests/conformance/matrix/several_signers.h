// Messages of several signers, by us, and who reads them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cms/signed_data_builder.h"
#include "tests/cms/certificate_authority.h"
#include "tests/conformance/matrix/peers.h"

namespace signet::conformance {

/// One of each kind of key, with a certificate of an authority below the root.
class SeveralSigners {
  public:
    /// `root` must stay; it and what is made are files in `folder`.
    SeveralSigners(const cms::test::CertificateAuthority& root, const std::filesystem::path& folder);

    /// "rsa", "rsa-pss", "p256", "p384", "p521", "ed25519", "ed448".
    [[nodiscard]] std::vector<std::string> kinds() const;
    /// Of a message signed by all of `signers` (kinds) at once: attached with no certificates, the signers',
    /// and their chains, then detached with the same. "ok": `openssl cms -verify` and we read it; "we alone";
    /// "they alone"; "nobody".
    [[nodiscard]] std::vector<std::string> cells(const std::vector<std::string>& signers) const;

  private:
    struct Signer {
        std::string kind;
        cms::SignatureScheme scheme{};
        cms::DigestAlgorithm digest{};
        EVP_PKEY* key = nullptr;
        cms::SignerProfile profile;
    };
    [[nodiscard]] const Signer& signer(const std::string& kind) const;
    [[nodiscard]] std::string cell(const std::vector<std::string>& signers,
                                   cms::IncludedCertificates included, bool attached) const;
    [[nodiscard]] bool we_read(const cms::Bytes& message, cms::IncludedCertificates included,
                               bool attached) const;
    [[nodiscard]] bool openssl_reads(cms::IncludedCertificates included, bool attached) const;

    std::filesystem::path m_folder;
    cms::Certificate m_root;
    cms::test::CertificateAuthority m_lower;
    std::vector<Signer> m_signers;
    std::vector<cms::Certificate> m_certificates;
};

}  // namespace signet::conformance
