// Output files that are whole or not there.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "client/file_descriptor.h"
#include "cms/byte_stream.h"
#include "cms/bytes.h"

namespace signet::client {

enum class Privacy {
    /// As the umask says; a file that is replaced keeps its mode, and its owner and group where permitted.
    shared,
    /// Plaintext: readable by its owner alone (0600), who is whoever runs us. A file that is replaced keeps
    /// what of its mode is within that.
    owner_only,
};

/// Where a file is until `commit`.
enum class Temporary {
    /// Under a temporary name in the target's own folder. Only for what is written without waiting for
    /// anybody, with signals held: else the file would stay when we are ended.
    named,
    /// In the target's own folder without any name, where its file system can do that (see is_unnamed).
    unnamed,
};

/// One output. A regular file is written under a temporary name in the target's own folder and takes the
/// target's name only in `commit`; until then the target, if it exists, is untouched, and the destructor
/// leaves nothing. Standard output (`-`) and character devices are written to directly. A symbolic link is
/// followed, unless it leads nowhere or lies in a sticky folder that others may write to and belongs neither
/// to us nor to that folder's owner. A file by the name of its open descriptor (/dev/stdout), and anything
/// else that exists under the name (folder, FIFO, socket, block device) is refused.
class OutputFile {
  public:
    /// Throws Error(9) that names `path`, with nothing created.
    OutputFile(const std::string& path, Privacy privacy, Temporary temporary = Temporary::named);
    ~OutputFile();
    OutputFile(OutputFile&& other) noexcept;
    OutputFile& operator=(OutputFile&&) = delete;
    OutputFile(const OutputFile&) = delete;
    OutputFile& operator=(const OutputFile&) = delete;

    /// Throws Error(9); a reader that went away (EPIPE) is BrokenPipe instead.
    void write(cms::BytesView bytes);
    /// Everything written so far is on the disk. Throws Error(9).
    void flush();
    /// The same, and it is closed and has at least its temporary name; with signals held. Throws Error(9).
    void prepare();
    /// Gives the file its name; `prepare` first. Throws Error(9).
    void commit();

    /// Standard output or a character device.
    [[nodiscard]] bool is_device() const noexcept { return m_is_device; }
    /// Whether it is a file without a name. If not, though it should be, `write` comes after make_temporary.
    [[nodiscard]] bool is_unnamed() const noexcept { return m_is_unnamed; }
    /// All that was written to a file without a name. Throws Error(9), and what the sink throws.
    void read_back(const cms::ByteSink& sink) const;
    /// How many bytes of it from `offset` on came into `buffer`; 0 at the end. Throws Error(9).
    std::size_t read_back_at(std::uint64_t offset, std::span<std::uint8_t> buffer) const;
    /// Makes the file under its temporary name, with signals held. Throws Error(9).
    void make_temporary();

  private:
    void open_device();
    [[nodiscard]] bool open_unnamed();
    void keep_permissions_of_replaced() const noexcept;
    [[nodiscard]] mode_t mode() const noexcept;
    void discard() noexcept;

    std::string m_name;
    std::string m_target;
    std::string m_temporary;
    Privacy m_privacy;
    /// Of the file that is replaced.
    std::optional<struct stat> m_replaced;
    bool m_is_device = false;
    bool m_is_unnamed = false;
    FileDescriptor m_owned;
    int m_descriptor = -1;
};

/// Whoever reads our standard output is gone: end quietly with exit status 9.
struct BrokenPipe {};

struct Output {
    std::string path;
    cms::BytesView content;
    Privacy privacy = Privacy::shared;
};

/// Writes all of `outputs`, and only then gives any of them its name: first what is written to directly, then
/// the files. Signals that would end the process wait while there are temporary files. Throws as OutputFile
/// does.
void write_outputs(const std::vector<Output>& outputs);

}  // namespace signet::client
