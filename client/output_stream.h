// Outputs of any size that are whole or not there.
#pragma once

#include <optional>
#include <string>

#include "client/output_file.h"
#include "client/spool.h"
#include "cms/byte_stream.h"

namespace signet::client {

/// When what is written to standard output or a device gets there.
enum class Release {
    /// At once: whoever reads it must see for himself that it is whole.
    at_once,
    /// In `commit`: until then it is in a Spool.
    on_commit,
};

/// One output that comes in pieces. A file is there in `commit`, as OutputFile has it, and until then it has
/// no name: nothing is left behind, however the process ends. One thread at a time.
class OutputStream {
  public:
    /// Throws as OutputFile does, with nothing created.
    OutputStream(const std::string& path, Privacy privacy, Release release);

    /// Throws as OutputFile does, or as Spool.
    void write(cms::BytesView bytes);
    /// All that was written so far, from the start; not with Release::at_once on a device. Throws Error(9),
    /// and what the sink throws.
    void read(const cms::ByteSink& sink) const;
    /// The same as a source, for as long as this is there and nothing more is written. Throws as `read`.
    [[nodiscard]] cms::ByteSource source() const;
    /// For several outputs of which all are to be there or none: all that was written is on the disk; then,
    /// with signals held, nothing but a name is missing. Throws as `commit` does.
    void flush();
    void prepare();
    /// There is no more: the output is there. Throws as OutputFile does, or as Spool.
    void commit();

    /// A sink that writes here.
    [[nodiscard]] cms::ByteSink sink() {
        return [this](cms::BytesView piece) { write(piece); };
    }

  private:
    OutputFile m_file;
    /// Where it is until `commit`, unless it is in the file.
    std::optional<Spool> m_spool;
    bool m_is_prepared = false;
};

}  // namespace signet::client
