#include <sys/resource.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "client/commands/add_signer.h"
#include "client/commands/cms_commands.h"
#include "client/commands/sign.h"
#include "client/content_hash.h"
#include "client/hold_signals.h"
#include "client/output_stream.h"
#include "client/spool.h"
#include "client/timestamping.h"
#include "cms/content_attachment.h"

namespace signet::client::commands {

namespace {

/// Bytes of a pipe's content that is written as DER in any case.
constexpr std::uint64_t small_content = std::uint64_t{64} * 1024;

struct HashedContent {
    std::string path;
    cms::DigestAlgorithm algorithm{};
    cms::Bytes digest;
    std::uint64_t size = 0;
    /// Of a pipe; a file is read again.
    std::unique_ptr<Spool> spool;
};

class AttachedContents final : public Attachments {
  public:
    cms::Bytes digest(const std::string& path, InputFile& input, cms::DigestAlgorithm algorithm) override;
    void attach(std::size_t index, cms::BytesView detached, const std::string& target, bool der) override;
    void commit() override;

  private:
    std::vector<HashedContent> m_contents;
    std::vector<std::unique_ptr<OutputStream>> m_outputs;
};

cms::Bytes AttachedContents::digest(const std::string& path, InputFile& input,
                                    cms::DigestAlgorithm algorithm) {
    HashedContent content{path, algorithm, {}, 0, {}};
    if (path == "-" || !input.size_left())
        content.spool = std::make_unique<Spool>();
    ContentHash hash(algorithm);
    input.read_to([&](cms::BytesView piece) {
        hash.update(piece);
        content.size += piece.size();
        if (content.spool)
            content.spool->write(piece);
    });
    content.digest = hash.finish();
    m_contents.push_back(std::move(content));
    return m_contents.back().digest;
}

/// Each file without a name is one descriptor until all are committed.
void allow_open_files(std::size_t count) {
    constexpr rlim_t others = 64;
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= count + others)
        return;
    limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, count + others);
    static_cast<void>(setrlimit(RLIMIT_NOFILE, &limit));
}

void AttachedContents::attach(std::size_t index, cms::BytesView detached, const std::string& target,
                              bool der) {
    const HashedContent& content = m_contents.at(index);
    const Error changed(ExitStatus::other, "cannot sign " + content.path, "it changed while it was signed",
                        "sign it again");
    allow_open_files(m_contents.size());
    m_outputs.push_back(std::make_unique<OutputStream>(target, Privacy::shared, Release::at_once));
    // As encrypt does: whoever reads a stream as it comes expects no sizes.
    const bool is_stream = content.spool && content.size > small_content && !der;
    cms::ContentAttachment attachment(detached,
                                      is_stream ? std::nullopt : std::optional<std::uint64_t>(content.size),
                                      m_outputs.back()->sink());
    ContentHash hash(content.algorithm);
    std::uint64_t left = content.size;
    const cms::ByteSink attach_piece = [&](cms::BytesView piece) {
        if (piece.size() > left)
            throw Error(changed);
        left -= piece.size();
        hash.update(piece);
        attachment.update(piece);
    };
    if (content.spool)
        content.spool->read(attach_piece);
    else
        InputFile(content.path).read_to(attach_piece);
    if (left != 0 || hash.finish() != content.digest)
        throw Error(changed);
    attachment.finish();
}

void AttachedContents::commit() {
    for (const auto& output : m_outputs)
        output->flush();
    const HoldSignals held;
    for (const auto& output : m_outputs)
        output->prepare();
    for (const auto& output : m_outputs)
        output->commit();
}

}  // namespace

ExitStatus sign_attached(const Arguments& arguments) {
    AttachedContents contents;
    const CmsSigning cms{contents, add_timestamps, add_signer};
    return sign_files(arguments, &cms);
}

}  // namespace signet::client::commands
