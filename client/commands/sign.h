// `signet sign`, as both programs that do it share it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "client/commands/command_options.h"
#include "client/commands/program.h"
#include "client/input_file.h"
#include "client/signing_options.h"
#include "cms/algorithms.h"
#include "cms/bytes.h"

namespace signet::client::commands {

/// Contents that go into their signatures: each is read twice, for its digest and then to be attached.
class Attachments {
  public:
    Attachments() = default;
    virtual ~Attachments() = default;
    Attachments(const Attachments&) = delete;
    Attachments& operator=(const Attachments&) = delete;

    /// The digest of `input`, which is `path`; what can be read only once is kept. Throws Error.
    virtual cms::Bytes digest(const std::string& path, InputFile& input, cms::DigestAlgorithm algorithm) = 0;
    /// Writes `detached`, the signature of content `index`, with that inside, to `target`: a file without
    /// its name yet. DER; of a pipe above 64 KiB BER with indefinite lengths, unless `der`. Throws Error, 9
    /// if the content is not what it was.
    virtual void attach(std::size_t index, cms::BytesView detached, const std::string& target, bool der) = 0;
    /// All that was written gets its name. Throws Error.
    virtual void commit() = 0;
};

/// Stamps each SignedData (DER) as timestamping.h does, which needs OpenSSL.
using Stamping = void (*)(std::vector<cms::Bytes>& signed_data, const std::string& url);

/// Does --add (add_signer.h).
using Adding = ExitStatus (*)(const CommandOptions& options, const ParsedArguments& parsed,
                              SigningOptions signing);

/// What needs OpenSSL: --attached, --timestamp and --add.
struct CmsSigning {
    Attachments& attachments;
    Stamping stamp;
    Adding add;
};

/// The command. Without `with_cms` the process becomes signet-cms for what needs it. Throws Error.
ExitStatus sign_files(const Arguments& arguments, const CmsSigning* with_cms);

}  // namespace signet::client::commands
