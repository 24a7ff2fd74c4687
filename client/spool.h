// A content of any size, kept until it is known what becomes of it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "client/file_descriptor.h"
#include "cms/byte_stream.h"
#include "cms/openssl_ptr.h"
#include "secret/secret.h"

namespace signet::client {

/// Keeps a content in constant memory: a beginning of 1 MiB, the rest in a temporary file that has no name
/// and that nobody else can read, encrypted with a key that dies with the spool (AES-256-GCM). The file is in
/// $TMPDIR, else in /var/tmp or /tmp. All that is in memory is wiped. One thread at a time.
class Spool {
  public:
    /// Makes no file yet.
    Spool() = default;
    ~Spool();
    Spool(const Spool&) = delete;
    Spool& operator=(const Spool&) = delete;

    /// Appends. Throws Error(9), which names the folder, if the file cannot be made or written.
    void write(cms::BytesView bytes);
    /// Bytes written.
    [[nodiscard]] std::uint64_t size() const noexcept;
    /// All that was written, from the start; as often as one likes. Throws Error(9) if the file cannot be
    /// read or is not what was written, and what the sink throws.
    void read(const cms::ByteSink& sink) const;
    /// How many bytes from `offset` on came into `buffer`; 0 at the end. Throws Error(9) as `read`.
    std::size_t read_at(std::uint64_t offset, std::span<std::uint8_t> buffer) const;
    /// The same from the start, for as long as this is there and nothing more is written. Throws as `read`.
    [[nodiscard]] cms::ByteSource source() const;

  private:
    void keep_chunk();
    void open_file();
    void write_chunk();
    void read_chunk(std::uint64_t index, std::uint8_t* chunk) const;

    /// Whole chunks at the start of the content.
    std::vector<cms::Bytes> m_in_memory;
    /// Whole chunks in the file, behind those in memory.
    std::uint64_t m_in_file = 0;
    /// What is no whole chunk yet.
    cms::Bytes m_last;
    std::string m_folder;
    FileDescriptor m_file;
    Secret m_key;
    cms::EvpCipherCtxPtr m_context;
    cms::Bytes m_sealed;
};

}  // namespace signet::client
