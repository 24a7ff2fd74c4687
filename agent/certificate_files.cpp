#include "agent/certificate_files.h"

#include "agent/config.h"
#include "agent/identity.h"
#include "agent/unique_descriptor.h"
#include "cms/error.h"

#include <dirent.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <set>
#include <system_error>

namespace signet::agent {

namespace {

// O_NONBLOCK: a FIFO must not hold up the loop before it is seen to be none of ours.
constexpr int open_flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& why,
                         std::string advice = "mend it") {
    throw ConfigError("[[token]] certificates: " + path.string() + ": " + why, std::move(advice));
}

[[noreturn]] void refuse(const std::filesystem::path& path, int error) {
    if (error == ELOOP)
        refuse(path, "it is a symbolic link", "put the file itself there");
    refuse(path, std::generic_category().message(error));
}

void check_owner(const std::filesystem::path& path, const struct stat& status) {
    if (status.st_uid != 0 && status.st_uid != ::geteuid())
        refuse(path, "it belongs to neither root nor the user that signet-agent runs as");
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        refuse(path, "group or others may write to it", "chmod go-w it");
}

struct stat status_of(const std::filesystem::path& path, int descriptor) {
    struct stat status {};
    if (::fstat(descriptor, &status) != 0)
        refuse(path, errno);
    return status;
}

struct FolderCloser {
    void operator()(DIR* folder) const noexcept { ::closedir(folder); }
};

/// Sorted, without those that begin with a dot.
std::vector<std::string> names_in(const std::filesystem::path& path, int descriptor) {
    // The stream closes what it is given.
    UniqueDescriptor own(::openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const std::unique_ptr<DIR, FolderCloser> folder(own ? ::fdopendir(own.get()) : nullptr);
    if (!folder)
        refuse(path, errno);
    static_cast<void>(own.release());
    std::vector<std::string> names;
    errno = 0;
    while (const auto* entry = ::readdir(folder.get())) {
        if (entry->d_name[0] != '.')
            names.emplace_back(entry->d_name);
        if (names.size() > CertificateFiles::max_files)
            refuse(path, "it has more than " + std::to_string(CertificateFiles::max_files) + " files");
    }
    if (errno != 0)
        refuse(path, errno);
    std::sort(names.begin(), names.end());
    return names;
}

std::string read_all(const std::filesystem::path& path, int descriptor) {
    std::string text(CertificateFiles::max_file_size + 1, '\0');
    std::size_t size = 0;
    while (size < text.size()) {
        const ssize_t got = ::read(descriptor, text.data() + size, text.size() - size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            refuse(path, errno);
        if (got == 0)
            break;
        size += static_cast<std::size_t>(got);
    }
    if (size > CertificateFiles::max_file_size)
        refuse(path, "it is larger than 1 MiB");
    text.resize(size);
    return text;
}

std::vector<cms::Certificate> certificates_in(const std::filesystem::path& path, const std::string& text) {
    if (text.find("PRIVATE KEY-----") != std::string::npos)
        refuse(path, "it holds a private key", "keep certificates alone in it");
    try {
        if (text.find("-----BEGIN ") == std::string::npos)
            return {cms::Certificate::from_der(cms::as_bytes(text))};
        auto certificates = cms::Certificate::from_pem(text);
        if (!certificates.empty())
            return certificates;
    } catch (const cms::Error& error) {
        refuse(path, error.what());
    }
    refuse(path, "it holds no certificate");
}

std::string sha1(const std::string& bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha1(), nullptr) != 1)
        return {};
    return {digest.begin(), digest.begin() + size};
}

std::string sha1_of_key(const cms::Certificate& certificate) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (X509_pubkey_digest(certificate.x509(), EVP_sha1(), digest.data(), &size) != 1)
        return {};
    return {digest.begin(), digest.begin() + size};
}

void add_id(std::vector<std::string>& ids, std::string id) {
    if (!id.empty() && std::find(ids.begin(), ids.end(), id) == ids.end())
        ids.push_back(std::move(id));
}

FileCertificate described(const cms::Certificate& certificate, std::string der,
                          const std::filesystem::path& file) {
    FileCertificate described{certificate, std::move(der), file};
    if (certificate.key_kind() == cms::KeyKind::other)
        return described;
    described.public_value = public_value_of(certificate);
    described.curve = curve_of(certificate);
    add_id(described.usual_ids, std::string(cms::as_text(certificate.subject_key_identifier())));
    add_id(described.usual_ids, sha1_of_key(certificate));
    add_id(described.usual_ids, sha1(described.public_value));
    return described;
}

class Reading {
  public:
    void add_path(const std::filesystem::path& path) {
        const UniqueDescriptor opened(::open(path.c_str(), open_flags));
        if (!opened)
            refuse(path, errno);
        const auto status = status_of(path, opened.get());
        if (!S_ISDIR(status.st_mode)) {
            add_file(path, opened.get(), status);
            return;
        }
        check_owner(path, status);
        for (const auto& name : names_in(path, opened.get())) {
            const auto file = path / name;
            const UniqueDescriptor inside(::openat(opened.get(), name.c_str(), open_flags | O_NOFOLLOW));
            if (!inside)
                refuse(file, errno);
            add_file(file, inside.get(), status_of(file, inside.get()));
        }
    }
    std::vector<FileCertificate> take() { return std::move(m_certificates); }

  private:
    void add_file(const std::filesystem::path& file, int descriptor, const struct stat& status) {
        if (!S_ISREG(status.st_mode))
            refuse(file, "it is not a regular file");
        check_owner(file, status);
        for (const auto& certificate : certificates_in(file, read_all(file, descriptor))) {
            std::string der(cms::as_text(certificate.der()));
            if (!m_known.insert(der).second)
                continue;
            if (m_certificates.size() == CertificateFiles::max_certificates)
                refuse(file, "with it there are more than " +
                                 std::to_string(CertificateFiles::max_certificates) + " certificates");
            try {
                m_certificates.push_back(described(certificate, std::move(der), file));
            } catch (const cms::Error& error) {
                refuse(file, error.what());
            }
        }
    }

    std::vector<FileCertificate> m_certificates;
    std::set<std::string> m_known;
};

}  // namespace

std::shared_ptr<const CertificateFiles> CertificateFiles::read(const std::filesystem::path& path) {
    Reading reading;
    reading.add_path(path);
    auto files = std::make_shared<CertificateFiles>();
    files->m_certificates = reading.take();
    for (const auto& one : files->m_certificates) {
        if (one.certificate.is_ca())
            files->m_chain.push_back(one.certificate);
    }
    return files;
}

}  // namespace signet::agent
