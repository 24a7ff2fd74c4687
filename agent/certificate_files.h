// Certificates in files beside a token, for one that holds keys alone.
#pragma once

#include "cms/certificate.h"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace signet::agent {

/// One certificate with what a key is found by. Immutable.
struct FileCertificate {
    cms::Certificate certificate;
    std::string der;
    std::filesystem::path file;
    /// As public_value_of and curve_of (identity.h) have them; empty for keys that are not supported.
    std::string public_value{};
    std::string curve{};
    /// CKA_IDs that programs mostly give a key of this certificate: its subject key identifier, and SHA-1 of
    /// the public key as in RFC 5280 section 4.2.1.2, and of the modulus.
    std::vector<std::string> usual_ids{};
};

/// Immutable: what one `certificates` of the configuration names.
class CertificateFiles {
  public:
    static constexpr std::size_t max_files = 256;
    static constexpr std::size_t max_certificates = 1024;
    /// Bytes.
    static constexpr std::size_t max_file_size = std::size_t{1} << 20;

    /// Reads a file (PEM with one certificate or several, or DER), or all files of a folder that do not begin
    /// with a dot, in the order of their names. `path` may be a symbolic link; what is in a folder may not.
    /// Folder and files must be owned by root or the agent's own uid, and writable by nobody else; the files
    /// regular, and not without a certificate. Throws ConfigError naming the file. Blocks as the disk does.
    static std::shared_ptr<const CertificateFiles> read(const std::filesystem::path& path);

    /// No two the same.
    [[nodiscard]] const std::vector<FileCertificate>& certificates() const noexcept { return m_certificates; }
    /// Those of CAs.
    [[nodiscard]] const std::vector<cms::Certificate>& chain() const noexcept { return m_chain; }

  private:
    std::vector<FileCertificate> m_certificates;
    std::vector<cms::Certificate> m_chain;
};

}  // namespace signet::agent
