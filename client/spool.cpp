#include "client/spool.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <utility>

#include "client/error.h"
#include "client/hold_signals.h"
#include "client/wiped_bytes.h"
#include "cms/openssl_error.h"

namespace signet::client {

namespace {

constexpr std::size_t chunk_size = std::size_t{64} * 1024;
constexpr std::size_t chunks_in_memory = 16;
constexpr std::size_t tag_size = 16;
constexpr std::size_t sealed_size = chunk_size + tag_size;
constexpr std::size_t key_size = 32;

std::string cannot_keep(const std::string& folder) {
    return "cannot keep the content in a temporary file in " + folder;
}

Error spool_error(int number, const std::string& folder) {
    const Error error = from_errno(number, cannot_keep(folder));
    return {error.exit_status(), error.what_failed(), error.why(), "make room there, or set TMPDIR"};
}

/// A file without a name; -1 with errno.
int open_unnamed(const std::string& folder) {
    const int descriptor = open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);
    // Not every file system and kernel can.
    if (descriptor >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT && errno != EINVAL))
        return descriptor;
    std::string name = folder + "/.signet-XXXXXX";
    const HoldSignals held;
    const int named = mkostemp(name.data(), O_CLOEXEC);
    if (named >= 0)
        unlink(name.c_str());
    return named;
}

/// A number once for each chunk: the key is the spool's own.
std::array<std::uint8_t, 12> nonce_of(std::uint64_t chunk) {
    std::array<std::uint8_t, 12> nonce{};
    for (std::size_t i = 0; i < sizeof chunk; ++i)
        nonce[nonce.size() - 1 - i] = static_cast<std::uint8_t>(chunk >> (8 * i));
    return nonce;
}

/// Where a chunk of the file is in it.
off_t offset_of(std::uint64_t chunk) {
    return static_cast<off_t>(chunk * sealed_size);
}

}  // namespace

Spool::~Spool() {
    for (cms::Bytes& chunk : m_in_memory)
        wipe(chunk.data(), chunk.size());
    wipe(m_last.data(), m_last.size());
}

std::uint64_t Spool::size() const noexcept {
    return (m_in_memory.size() + m_in_file) * chunk_size + m_last.size();
}

void Spool::write(cms::BytesView bytes) {
    while (!bytes.empty()) {
        // What a buffer grows out of would not be wiped.
        m_last.reserve(chunk_size);
        const cms::BytesView taken = bytes.first(std::min(bytes.size(), chunk_size - m_last.size()));
        m_last.insert(m_last.end(), taken.begin(), taken.end());
        bytes = bytes.subspan(taken.size());
        if (m_last.size() == chunk_size)
            keep_chunk();
    }
}

void Spool::keep_chunk() {
    if (m_in_memory.size() < chunks_in_memory) {
        m_in_memory.push_back(std::move(m_last));
        m_last = {};
        return;
    }
    if (!m_file.is_open())
        open_file();
    write_chunk();
    m_last.clear();
}

void Spool::open_file() {
    const char* chosen = std::getenv("TMPDIR");
    std::vector<std::string> folders{"/var/tmp", "/tmp"};
    if (chosen != nullptr && *chosen != '\0')
        folders = {chosen};
    for (const std::string& folder : folders) {
        m_folder = folder;
        m_file = FileDescriptor(open_unnamed(folder));
        if (m_file.is_open())
            break;
    }
    if (!m_file.is_open())
        throw spool_error(errno, m_folder);
    m_key = Secret(key_size);
    m_context.reset(EVP_CIPHER_CTX_new());
    cms::require_openssl(
        m_context && RAND_priv_bytes(m_key.data(), static_cast<int>(key_size)) == 1 &&
            EVP_EncryptInit_ex(m_context.get(), EVP_aes_256_gcm(), nullptr, m_key.data(), nullptr) == 1,
        "cannot encrypt a temporary file");
    m_sealed.resize(sealed_size);
}

void Spool::write_chunk() {
    int size = 0;
    const auto nonce = nonce_of(m_in_file);
    cms::require_openssl(
        EVP_EncryptInit_ex(m_context.get(), nullptr, nullptr, nullptr, nonce.data()) == 1 &&
            EVP_EncryptUpdate(m_context.get(), m_sealed.data(), &size, m_last.data(),
                              static_cast<int>(chunk_size)) == 1 &&
            EVP_EncryptFinal_ex(m_context.get(), m_sealed.data() + size, &size) == 1 &&
            EVP_CIPHER_CTX_ctrl(m_context.get(), EVP_CTRL_AEAD_GET_TAG, static_cast<int>(tag_size),
                                m_sealed.data() + chunk_size) == 1,
        "cannot encrypt a temporary file");
    for (std::size_t written = 0; written < sealed_size;) {
        const ssize_t count = pwrite(m_file.get(), m_sealed.data() + written, sealed_size - written,
                                     offset_of(m_in_file) + static_cast<off_t>(written));
        if (count < 0 && errno != EINTR)
            throw spool_error(errno, m_folder);
        written += count < 0 ? 0 : static_cast<std::size_t>(count);
    }
    ++m_in_file;
}

/// Of the file.
void Spool::read_chunk(std::uint64_t index, std::uint8_t* chunk) const {
    cms::Bytes sealed(sealed_size);
    for (std::size_t filled = 0; filled < sealed_size;) {
        const ssize_t count = pread(m_file.get(), sealed.data() + filled, sealed_size - filled,
                                    offset_of(index) + static_cast<off_t>(filled));
        if (count < 0 && errno != EINTR)
            throw spool_error(errno, m_folder);
        if (count == 0)
            throw Error(ExitStatus::other, cannot_keep(m_folder), "it was shortened");
        filled += count < 0 ? 0 : static_cast<std::size_t>(count);
    }
    const cms::EvpCipherCtxPtr context(EVP_CIPHER_CTX_new());
    int size = 0;
    const auto nonce = nonce_of(index);
    cms::require_openssl(context != nullptr, "cannot decrypt a temporary file");
    if (EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, m_key.data(), nonce.data()) != 1 ||
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, static_cast<int>(tag_size),
                            sealed.data() + chunk_size) != 1 ||
        EVP_DecryptUpdate(context.get(), chunk, &size, sealed.data(), static_cast<int>(chunk_size)) != 1 ||
        EVP_DecryptFinal_ex(context.get(), chunk + size, &size) != 1)
        throw Error(ExitStatus::other, cannot_keep(m_folder), "it was altered");
}

void Spool::read(const cms::ByteSink& sink) const {
    WipedBytes piece(chunk_size);
    for (std::uint64_t offset = 0; offset < size();) {
        const std::size_t count = read_at(offset, {piece.data(), piece.size()});
        sink(piece.first(count));
        offset += count;
    }
}

std::size_t Spool::read_at(std::uint64_t offset, std::span<std::uint8_t> buffer) const {
    const std::uint64_t index = offset / chunk_size;
    const std::size_t skipped = offset % chunk_size;
    const auto copied = [&](cms::BytesView chunk) {
        const std::size_t count =
            chunk.size() <= skipped ? 0 : std::min(chunk.size() - skipped, buffer.size());
        std::copy_n(chunk.data() + skipped, count, buffer.data());
        return count;
    };
    if (index < m_in_memory.size())
        return copied(m_in_memory[index]);
    if (index == m_in_memory.size() + m_in_file)
        return copied(m_last);
    if (index > m_in_memory.size() + m_in_file)
        return 0;
    if (skipped == 0 && buffer.size() >= chunk_size) {
        read_chunk(index - m_in_memory.size(), buffer.data());
        return chunk_size;
    }
    WipedBytes chunk(chunk_size);
    read_chunk(index - m_in_memory.size(), chunk.data());
    return copied(chunk.first(chunk_size));
}

cms::ByteSource Spool::source() const {
    return [this, offset = std::uint64_t{0}](std::span<std::uint8_t> buffer) mutable {
        const std::size_t count = read_at(offset, buffer);
        offset += count;
        return count;
    };
}

}  // namespace signet::client
