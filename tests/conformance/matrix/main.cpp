// Both ways with openssl cms, gpgsm and NSS's cmsutil, for every algorithm; scripts/conformance prints it.
#include <algorithm>
#include <fstream>
#include <functional>
#include <iomanip>
#include <iostream>
#include <sstream>

#include "tests/cms/certificate_authority.h"
#include "tests/cms/test_keys.h"
#include "tests/conformance/matrix/openssl_variants.h"
#include "tests/conformance/matrix/ours.h"
#include "tests/conformance/matrix/peers.h"
#include "tests/conformance/matrix/several_signers.h"

namespace signet::conformance {
namespace {

using cms::ContentCipher;
using cms::DigestAlgorithm;
using cms::RsaKeyTransport;
using cms::SignatureScheme;
using cms::test::KeyType;

constexpr std::string_view content_text = "What others read, and what others wrote.\r\n";
/// Of the column with what is done.
constexpr int name_width = 40;

/// What a program said, on one line without its arguments and what differs each time.
std::string one_line(std::string said) {
    if (const auto status = said.find(": exit status"); status != std::string::npos)
        said = said.substr(0, said.find(' ')) + said.substr(status);
    // gpgsm's reason stands at the end, and OpenSSL's behind a number of the process.
    const std::string program = said.substr(0, said.find(':') + 1) + " ";
    auto last = said.rfind("gpgsm: ");
    while (last != std::string::npos && last > 0 && said[last + 7] == ' ')
        last = said.rfind("gpgsm: ", last - 1);
    if (last != std::string::npos && last > 0)
        said = program + said.substr(last + 7);
    if (const auto error = said.find("error:"); error != std::string::npos && program == "openssl: ")
        said = program + said.substr(error);
    std::replace(said.begin(), said.end(), '\n', ' ');
    return said.substr(0, 200);
}

std::vector<std::string> split(const std::string& line) {
    std::vector<std::string> cells;
    std::istringstream in(line);
    for (std::string cell; std::getline(in, cell, ';');)
        cells.push_back(cell);
    return cells;
}

/// Whether all that was ok is, what we alone could we still can, and where others could not it is still them.
bool is_as_good(const std::vector<std::string>& row, const std::vector<std::string>& expected) {
    if (row.size() != expected.size())
        return false;
    for (std::size_t i = 0; i < row.size(); ++i)
        if (row[i] != "ok" && (expected[i] == "ok" || (row[i] != expected[i] && expected[i] != "we cannot")))
            return false;
    return true;
}

std::string cell_name(const std::string& row, const std::string& peer, const std::string& does) {
    return std::string(row).append(" ").append(peer).append(" ").append(does);
}

class Matrix {
  public:
    Matrix() {
        const std::map<std::string, KeyType> keys{{"rsa", KeyType::rsa2048},     {"p256", KeyType::p256},
                                                  {"p384", KeyType::p384},       {"p521", KeyType::p521},
                                                  {"ed25519", KeyType::ed25519}, {"ed448", KeyType::ed448},
                                                  {"x25519", KeyType::x25519},   {"x448", KeyType::x448}};
        write_file(m_folder / "content", cms::as_bytes(content_text));
        m_root = make_party("root", m_authority.key(), m_authority.certificate(), m_folder.path())
                     .certificate_file;
        for (const auto& [name, type] : keys) {
            cms::test::CertificateRequest request;
            request.common_name = name;
            request.extensions = {{NID_key_usage, "critical,digitalSignature,keyEncipherment,keyAgreement"},
                                  {NID_subject_alt_name, "email:" + name + "@example.org"},
                                  {NID_ext_key_usage, "emailProtection"}};
            EVP_PKEY& key = cms::test::test_key(type, 1);
            m_parties.push_back(make_party(name, key, m_authority.issue(key, request), m_folder.path()));
        }
        m_peers.emplace_back("openssl", openssl_peer(m_root));
        m_peers.emplace_back("gpgsm", gpgsm_peer(m_root, m_parties));
        m_peers.emplace_back("cmsutil", nss_peer(m_root, m_parties));
    }

    void sign(const std::string& name, SignatureScheme scheme, DigestAlgorithm digest) {
        const Party& signer = party(name);
        std::vector<std::string> cells;
        const std::string row = "sign " + name + (scheme == SignatureScheme::rsa_pss ? "-pss " : " ") +
                                std::string(cms::digest_name(digest));
        for (const auto& [peer_name, peer] : m_peers) {
            Peer& other = *peer;
            cells.push_back(cell(
                cell_name(row, peer_name, "reads"),
                [&] {
                    write_file(m_folder / "message",
                               our_signature(signer, scheme, digest, cms::as_bytes(content_text)));
                },
                [&] { other.verify(m_folder / "message", m_folder / "out"), compare(); }, true));
            cells.push_back(cell(
                cell_name(row, peer_name, "writes"),
                [&] { other.sign(signer, scheme, digest, m_folder / "content", m_folder / "message"); },
                [&] {
                    verify_ours(read_file(m_folder / "message"), m_authority.certificate(),
                                cms::as_bytes(content_text));
                },
                false));
        }
        print(row, cells);
    }

    void encrypt(const std::string& name, const std::string& how, const Sealing& sealing) {
        const Party& recipient = party(name);
        std::vector<std::string> cells;
        const std::string row = "encrypt " + how + " " +
                                (sealing.cipher ? std::string(cms::cipher_name(*sealing.cipher)) : "3des");
        for (const auto& [peer_name, peer] : m_peers) {
            Peer& other = *peer;
            cells.push_back(cell(
                cell_name(row, peer_name, "reads"),
                [&] {
                    write_file(m_folder / "message",
                               our_envelope(recipient, sealing, cms::as_bytes(content_text)));
                },
                [&] { other.decrypt(recipient, m_folder / "message", m_folder / "out"), compare(); }, true));
            bool other_cipher = false;
            cells.push_back(cell(
                cell_name(row, peer_name, "writes"),
                [&] { other.encrypt(recipient, sealing, m_folder / "content", m_folder / "message"); },
                [&] {
                    const cms::Bytes message = read_file(m_folder / "message");
                    other_cipher = other.chooses_cipher() && cipher_of(message) != sealing.cipher;
                    if (!other_cipher)
                        decrypt_ours(message, recipient, cms::as_bytes(content_text));
                },
                false));
            if (other_cipher)
                cells.back() = "n/a";
        }
        print(row, cells);
    }

    /// What openssl alone writes, where it is told to differ from its defaults.
    void openssl_variants() {
        std::cout << "\n"
                  << std::left << std::setw(name_width) << "otherwise"
                  << "openssl writes\n";
        for (const OpensslVariant& variant : signing_variants()) {
            const Party& signer = party(variant.party);
            read_variant(
                "openssl signs " + variant.name,
                [&] { sign_variant(variant, signer, m_folder / "content", m_folder / "message"); },
                [&] {
                    verify_ours(read_file(m_folder / "message"), m_authority.certificate(),
                                cms::as_bytes(content_text));
                });
        }
        for (const OpensslVariant& variant : encryption_variants()) {
            const Party& recipient = party(variant.party);
            read_variant(
                "openssl encrypts " + variant.name,
                [&] { encrypt_variant(variant, recipient, m_folder / "content", m_folder / "message"); },
                [&] {
                    decrypt_ours(read_file(m_folder / "message"), recipient, cms::as_bytes(content_text));
                });
        }
    }

    /// Every kind of signer alone, and every two of them at once.
    void several_signers() {
        const SeveralSigners several(m_authority, m_folder.path());
        std::cout << "\n" << std::left << std::setw(name_width) << "at once, read by openssl and us";
        for (const char* column : {"no certs", "signers'", "chains", "detached: none", "signers'", "chains"})
            std::cout << std::setw(15) << column;
        std::cout << "\n";
        const std::vector<std::string> kinds = several.kinds();
        for (std::size_t i = 0; i < kinds.size(); ++i) {
            print("sign " + kinds[i] + " alone", several.cells({kinds[i]}));
            for (std::size_t k = i + 1; k < kinds.size(); ++k)
                print("sign " + kinds[i] + " and " + kinds[k], several.cells({kinds[i], kinds[k]}));
        }
    }

    void head() const {
        std::cout << std::left << std::setw(name_width) << "";
        for (const auto& [name, peer] : m_peers)
            std::cout << std::setw(15) << name + " reads" << std::setw(15) << "writes";
        std::cout << "\n";
    }

    /// The exit status, against the rows of `expected`.
    int finish(const std::filesystem::path& expected) const {
        std::cout << "\nWhat cannot be\n";
        for (const auto& [what, cells] : m_messages) {
            std::cout << "  " << what << "\n     " << cells.front();
            std::cout << (cells.size() > 1 ? " and " + std::to_string(cells.size() - 1) + " more" : "")
                      << "\n";
        }
        std::ifstream file(expected);
        std::map<std::string, std::vector<std::string>> rows;
        for (std::string line; std::getline(file, line);) {
            const auto cells = split(line);
            rows[cells.front()] = cells;
        }
        int status = 0;
        for (const auto& row : m_rows) {
            if (!is_as_good(row, rows[row.front()])) {
                std::cout << "WORSE than in " << expected.string() << ": " << row.front() << "\n";
                status = 1;
            }
            rows.erase(row.front());
        }
        for (const auto& [name, cells] : rows) {
            std::cout << "NOT RUN, and in " << expected.string() << ": " << name << "\n";
            status = 1;
        }
        return status;
    }

  private:
    const Party& party(const std::string& name) const {
        return *std::find_if(m_parties.begin(), m_parties.end(),
                             [&name](const Party& one) { return one.name == name; });
    }

    void read_variant(const std::string& row, const std::function<void()>& make,
                      const std::function<void()>& read) {
        print(row, {cell(row, make, read, false)});
    }

    void compare() const {
        const cms::Bytes out = read_file(m_folder / "out");
        if (cms::as_text(out) != content_text)
            throw std::runtime_error("the content differs");
    }

    /// What comes of making a message, by us or them, and of reading it on the other side.
    std::string cell(const std::string& what, const std::function<void()>& make,
                     const std::function<void()>& read, bool by_us) {
        std::filesystem::remove(m_folder / "message");
        std::filesystem::remove(m_folder / "out");
        bool made = false;
        try {
            make();
            made = true;
            read();
            return "ok";
        } catch (const std::runtime_error& error) {
            m_messages[one_line(error.what())].push_back(what);
            return made == by_us ? "they cannot" : "we cannot";
        }
    }

    void print(const std::string& row, const std::vector<std::string>& cells) {
        std::vector<std::string> line{row};
        std::cout << std::left << std::setw(name_width) << row;
        for (const std::string& cell : cells) {
            line.push_back(cell);
            std::cout << std::setw(15) << cell;
        }
        std::cout << std::endl;
        m_rows.push_back(line);
    }

    tests::TemporaryFolder m_folder;
    cms::test::CertificateAuthority m_authority;
    std::filesystem::path m_root;
    std::vector<Party> m_parties;
    std::vector<std::pair<std::string, std::unique_ptr<Peer>>> m_peers;
    std::vector<std::vector<std::string>> m_rows;
    std::map<std::string, std::vector<std::string>> m_messages;
};

int run(const std::filesystem::path& expected) {
    Matrix matrix;
    matrix.head();
    for (const auto digest : {DigestAlgorithm::sha256, DigestAlgorithm::sha384, DigestAlgorithm::sha512}) {
        matrix.sign("rsa", SignatureScheme::rsa_pkcs1, digest);
        matrix.sign("rsa", SignatureScheme::rsa_pss, digest);
        for (const char* curve : {"p256", "p384", "p521"})
            matrix.sign(curve, SignatureScheme::ecdsa, digest);
    }
    matrix.sign("ed25519", SignatureScheme::ed25519, DigestAlgorithm::sha512);
    matrix.sign("ed448", SignatureScheme::ed448, DigestAlgorithm::shake256);
    std::vector<std::optional<ContentCipher>> ciphers{ContentCipher::aes128_cbc,
                                                      ContentCipher::aes192_cbc,
                                                      ContentCipher::aes256_cbc,
                                                      ContentCipher::aes128_gcm,
                                                      ContentCipher::aes192_gcm,
                                                      ContentCipher::aes256_gcm,
                                                      std::nullopt};
    for (const auto& cipher : ciphers) {
        matrix.encrypt("rsa", "rsa", {cipher, RsaKeyTransport::pkcs1});
        matrix.encrypt("rsa", "rsa-oaep-sha1", {cipher, RsaKeyTransport::oaep_sha1});
        matrix.encrypt("rsa", "rsa-oaep-sha256", {cipher, RsaKeyTransport::oaep_sha256});
        for (const char* curve : {"p256", "p384", "p521", "x25519", "x448"})
            matrix.encrypt(curve, curve, {cipher, RsaKeyTransport::pkcs1});
    }
    matrix.openssl_variants();
    matrix.several_signers();
    return matrix.finish(expected);
}

}  // namespace
}  // namespace signet::conformance

int main(int argc, char** argv) {
    if (argc != 2) {
        std::cerr << "usage: " << argv[0] << " EXPECTED\n";
        return 2;
    }
    try {
        return signet::conformance::run(argv[1]);
    } catch (const std::exception& error) {
        std::cerr << "matrix: " << error.what() << "\n";
        return 1;
    }
}
